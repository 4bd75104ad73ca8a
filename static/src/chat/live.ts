/** Short sentences for screen readers. */

export function announce(chat: Element, text: string): void {
  const live = chat.querySelector("[data-live]");
  if (live) {
    live.textContent = text;
  }
}
