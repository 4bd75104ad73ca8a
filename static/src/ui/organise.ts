/** Forms about chats in a dialog; loaded when one is opened. */

import { getHtml } from "../api/http";

function dialog(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("[data-organise-dialog]");
}

let asked = 0;

/** Show the form a page has for this, so that sending it leads back here; null for an older one that comes late. */
export async function openForm(url: string): Promise<HTMLDialogElement | null> {
  const shown = dialog();
  if (!shown) {
    return null;
  }
  asked += 1;
  const mine = asked;
  const back = `${location.pathname}${location.search}`;
  const html = await getHtml(`${url}?next=${encodeURIComponent(back)}`);
  if (mine !== asked) {
    return null;
  }
  shown.innerHTML = html;
  shown.querySelector("[data-dialog-close]")?.addEventListener("click", () => shown.close());
  const heading = shown.querySelector("h2");
  if (heading) {
    shown.setAttribute("aria-label", heading.textContent.trim());
  }
  shown.showModal();
  return shown;
}

/** Ask for a choice; null when it was closed without one. */
export async function askFor(url: string): Promise<Record<string, string> | null> {
  const shown = await openForm(url);
  const form = shown?.querySelector("form");
  if (!shown || !form) {
    return null;
  }
  return new Promise((answer) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
      answer(Object.fromEntries(fields) as Record<string, string>);
      shown.close();
    });
    shown.addEventListener("close", () => answer(null), { once: true });
  });
}
