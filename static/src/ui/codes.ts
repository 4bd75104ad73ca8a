/** Backup codes and other texts to take along: copying and printing them. */

import { text } from "./texts";
import { toast } from "./toasts";

export class CodesElement extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("[data-copy-codes]")) {
        navigator.clipboard
          .writeText(this.text())
          .then(() => toast(this.dataset.copied ?? text("codesCopied", "The codes are copied.")))
          .catch(() =>
            toast(text("copyRefused", "The browser did not allow copying."), { stays: true }),
          );
      } else if (target?.closest("[data-print]")) {
        window.print();
      }
    });
  }

  /** What is copied: the codes, one to a line. */
  text(): string {
    return [...this.querySelectorAll("code")].map((code) => code.textContent).join("\n");
  }
}
