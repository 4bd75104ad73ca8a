/** Short notes at the edge of the page, with an undo where there is one. */

import { postForm, sentence } from "../api/http";
import { text } from "./texts";

export interface ToastOptions {
  /** Posting here takes the act back. */
  undo?: string;
  /** Takes the act back where posting once is not enough. */
  takeBack?: () => Promise<void>;
  /** Called with the answer after an undo. */
  undone?: (html: string) => void;
  /** Stays until closed; for errors. */
  stays?: boolean;
}

interface ToastDetail extends ToastOptions {
  text: string;
}

const SHOWN_MS = 10_000;

/** Show a note. */
export function toast(text: string, options: ToastOptions = {}): void {
  const detail: ToastDetail = { text, ...options };
  document.dispatchEvent(new CustomEvent("lc:toast", { detail }));
}

export class ToastsElement extends HTMLElement {
  connectedCallback(): void {
    document.addEventListener("lc:toast", this.shown);
    for (const item of this.querySelectorAll<HTMLElement>("[data-toast]")) {
      this.expire(item);
    }
  }

  disconnectedCallback(): void {
    document.removeEventListener("lc:toast", this.shown);
  }

  private readonly shown = (event: Event): void => {
    this.show((event as CustomEvent<ToastDetail>).detail);
  };

  private show(detail: ToastDetail): void {
    this.raise();
    const item = document.createElement("div");
    item.className = detail.stays ? "toast toast-error" : "toast";
    item.dataset.toast = "";
    const words = document.createElement("span");
    words.textContent = detail.text;
    item.append(words);
    const { undo, takeBack } = detail;
    if (undo) {
      item.append(button(text("undo", "Undo"), () => this.undo(item, undo, detail.undone)));
    } else if (takeBack) {
      item.append(button(text("undo", "Undo"), () => run(item, takeBack)));
    }
    if (detail.stays) {
      item.append(button(text("close", "Close"), () => item.remove()));
    } else {
      this.expire(item);
    }
    this.append(item);
  }

  /** Above an open drawer or menu: those are in the top layer, where the last one shown wins. */
  private raise(): void {
    this.popover = "manual";
    if (this.matches(":popover-open")) {
      this.hidePopover();
    }
    this.showPopover();
  }

  private undo(item: HTMLElement, url: string, undone?: (html: string) => void): void {
    item.remove();
    postForm(url, {})
      .then((answer) => answer.text())
      .then((html) => undone?.(html))
      .catch((error: unknown) => toast(sentence(error), { stays: true }));
  }

  /** Gone after a while, but never while the pointer or the focus is on it. */
  private expire(item: HTMLElement): void {
    const leave = (): void => {
      if (item.matches(":hover, :focus-within")) {
        window.setTimeout(leave, 2_000);
      } else {
        item.remove();
      }
    };
    window.setTimeout(leave, SHOWN_MS);
  }
}

function run(item: HTMLElement, takeBack: () => Promise<void>): void {
  item.remove();
  takeBack().catch((error: unknown) => toast(sentence(error), { stays: true }));
}

function button(label: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "toast-action";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}
