/** Who has the focus when something arrives late. */

const FIELDS = "input, textarea, select, [contenteditable]";

/** Does somebody write outside of a place by now? Then what arrives there leaves the focus alone. */
export function isWritingOutside(place: Element | null): boolean {
  const active = document.activeElement;
  return Boolean(active?.matches(FIELDS) && !place?.contains(active));
}
