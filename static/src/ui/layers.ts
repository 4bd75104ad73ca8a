/** What lies over the page and has the keys for itself. */

const LAYERS = "dialog[open], [popover]:not(lc-toasts):popover-open";

/** Is a dialog or a menu open? */
export function isLayerOpen(): boolean {
  return document.querySelector(LAYERS) !== null;
}
