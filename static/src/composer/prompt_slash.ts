/** Waits for a slash at the start of a message, then fetches what the prompts menu needs. */

import { sentence } from "../api/http";
import { toast } from "../ui/toasts";

let isComing = false;

function asksForPrompt(event: Event): boolean {
  const area = event.target;
  return (
    area instanceof HTMLTextAreaElement &&
    area.closest("[data-composer]") !== null &&
    area.value.startsWith("/")
  );
}

export function watchSlash(): void {
  document.addEventListener("input", (event) => {
    if (asksForPrompt(event) && !customElements.get("lc-prompts")) {
      isComing = true;
      import("./prompts")
        .then((prompts) => prompts.definePrompts())
        .catch((error: unknown) => toast(sentence(error), { stays: true }))
        .finally(() => {
          isComing = false;
        });
    }
  });
  // Sending half a command because the menu is a moment late would be a surprise.
  document.addEventListener(
    "keydown",
    (event) => {
      if (isComing && event.key === "Enter" && asksForPrompt(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    true,
  );
}
