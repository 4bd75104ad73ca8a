/** Copy buttons: of a code block, or of a whole message. */

import { textWithTex, watchFormulas } from "./tex";
import { text } from "./texts";
import { toast } from "./toasts";

/** The text a copy button stands for. */
export function copyText(button: Element): string {
  const code = button.closest("figure.code")?.querySelector("code");
  if (code) {
    return code.textContent;
  }
  const message = button.closest("article");
  const body = message?.querySelector<HTMLElement>("[data-reply-body], [data-text]");
  return body ? textWithTex(body).trim() : "";
}

async function copy(button: HTMLElement): Promise<void> {
  await navigator.clipboard.writeText(copyText(button));
  if (button.classList.contains("copied")) {
    return; // it says so already, and knows the label it had before
  }
  const label = button.getAttribute("aria-label");
  button.classList.add("copied");
  button.setAttribute("aria-label", text("copied", "Copied"));
  window.setTimeout(() => {
    button.classList.remove("copied");
    if (label === null) {
      button.removeAttribute("aria-label");
    } else {
      button.setAttribute("aria-label", label);
    }
  }, 1_500);
}

export function watchCopies(): void {
  watchFormulas();
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest<HTMLElement>("[data-copy]");
    if (button) {
      copy(button).catch(() =>
        toast(text("copyRefused", "The browser did not allow copying."), { stays: true }),
      );
    }
  });
}
