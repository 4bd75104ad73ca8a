/** Short sentences for screen readers. */

import { text } from "../ui/texts";

export function announce(chat: Element, text: string): void {
  const live = chat.querySelector("[data-live]");
  if (live) {
    live.textContent = text;
  }
}

/** What is announced at an answer's end. */
export function endOf(state: string, words: number): string {
  return state === "done"
    ? text("replyFinished", "Reply finished, {n} words", { n: words })
    : text("replyEnded", "The reply ended early");
}
