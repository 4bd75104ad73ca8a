/** Waits for a slash at the start of a message, then fetches what the prompts menu needs. */

import { sentence } from "../api/http";
import { toast } from "../ui/toasts";

let isComing = false;
let entered: HTMLTextAreaElement | null = null; // Enter, before the menu was there

function asksForPrompt(event: Event): boolean {
  const area = event.target;
  return (
    area instanceof HTMLTextAreaElement &&
    area.closest("[data-composer]") !== null &&
    area.value.startsWith("/")
  );
}

/** Tell the menu of the key that was pressed before it could hear. */
function enterAgain(): void {
  isComing = false;
  const key = { key: "Enter", bubbles: true, cancelable: true };
  entered?.dispatchEvent(new KeyboardEvent("keydown", key));
}

export function watchSlash(): void {
  document.addEventListener("input", (event) => {
    if (asksForPrompt(event) && !customElements.get("lc-prompts")) {
      isComing = true;
      import("./prompts")
        .then((prompts) => {
          prompts.definePrompts();
          enterAgain();
        })
        .catch((error: unknown) => toast(sentence(error), { stays: true }))
        .finally(() => {
          isComing = false;
          entered = null;
        });
    }
  });
  // Sending half a command because the menu is a moment late would be a surprise: the menu hears of it.
  document.addEventListener(
    "keydown",
    (event) => {
      if (isComing && event.key === "Enter" && asksForPrompt(event)) {
        event.preventDefault();
        event.stopPropagation();
        entered = event.shiftKey ? null : (event.target as HTMLTextAreaElement);
      }
    },
    true,
  );
}
