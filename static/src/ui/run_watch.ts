/** Puts a Run button on blocks of Python; what runs them is fetched on the first click. */

import { text } from "./texts";
import { toast } from "./toasts";

// The copy button comes with the finished block: one that is still being written has none.
const LANGUAGES = ["python", "py", "python3"].map((name) => `[data-language="${name}"]`);
const FINISHED = `figure.code:is(${LANGUAGES.join(", ")}) [data-copy]:not([data-run-ready])`;

function offer(copy: HTMLElement): void {
  copy.dataset.runReady = "";
  const block = copy.closest<HTMLElement>("[data-block]");
  if (block) {
    block.dataset.plain ??= block.textContent; // what the end of a reply compares
  }
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.runProgram = "";
  button.textContent = text("pythonRun", "Run");
  copy.before(button);
}

function look(place: Element): void {
  for (const copy of place.querySelectorAll<HTMLElement>(FINISHED)) {
    offer(copy);
  }
}

export function watchPrograms(): void {
  look(document.body);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node instanceof Element && node.isConnected) {
          look(node);
        }
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest<HTMLElement>("[data-run-program]");
    if (button) {
      import("../python/program")
        .then(({ toggle }) => toggle(button))
        .catch(() => {
          const failed = "Python could not be loaded. Nothing was lost; please try again.";
          toast(text("pythonUnloaded", failed), { stays: true });
        });
    }
  });
}
