/** The reason of a rating: a small form below the reply. */

import { getHtml, postForm, sentence } from "../api/http";
import { element } from "../stream/painter";
import { toast } from "../ui/toasts";

export function watchFeedback(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const control = target?.closest<HTMLAnchorElement>("a[data-action^=feedback]");
    const footer = control?.closest<HTMLElement>("[data-reply-footer]");
    if (!control || !footer) {
      return; // the page with the form alone has links of its own
    }
    event.preventDefault();
    if (control.dataset.action === "feedback") {
      ask(control).catch(report);
    } else {
      control.closest("form")?.remove();
      footer.querySelector<HTMLElement>("[data-action=rate]")?.focus();
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-feedback]")) {
      return;
    }
    const footer = form.closest<HTMLElement>("[data-reply-footer]");
    if (footer) {
      event.preventDefault();
      save(form, footer).catch(report);
    }
  });
}

async function ask(control: HTMLAnchorElement): Promise<void> {
  const note = control.closest<HTMLElement>("[data-feedback-note]");
  const form = element(await getHtml(control.href));
  if (note && form) {
    note.replaceWith(form);
    form.querySelector<HTMLElement>("input[type=radio]")?.focus();
  }
}

async function save(form: HTMLFormElement, footer: HTMLElement): Promise<void> {
  // An empty reason is sent too: it says that this was asked.
  const fields = { tag: "", ...Object.fromEntries([...new FormData(form)]) };
  const answer = await postForm(form.action, fields as Record<string, string>);
  const fresh = element(await answer.text());
  if (fresh) {
    footer.replaceWith(fresh);
    fresh.querySelector<HTMLElement>("[data-action=feedback]")?.focus();
  }
}

function report(error: unknown): void {
  toast(sentence(error), { stays: true });
}
