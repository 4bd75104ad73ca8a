/** The theme form: applies a choice at once and saves it. */

import { postForm, sentence } from "../api/http";
import { toast } from "./toasts";

export class ThemeElement extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("change", (event) => {
      if (event.target instanceof HTMLInputElement && event.target.name === "theme") {
        this.choose(event.target.value);
      }
    });
    this.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      if (button?.name === "theme") {
        event.preventDefault();
        this.choose(button.value);
      }
    });
  }

  private choose(theme: string): void {
    document.documentElement.dataset.theme = theme;
    const form = this.querySelector("form");
    if (form) {
      postForm(form.action, { theme }).catch((error: unknown) =>
        toast(sentence(error), { stays: true }),
      );
    }
  }
}
