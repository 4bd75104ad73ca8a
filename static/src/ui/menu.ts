/** Popover menus: placed beside their button, moved through with the arrow keys. */

const GAP = 4;

/** Newer than TypeScript's own description of the page. */
type SourcedPopover = HTMLElement & { showPopover(options: { source: HTMLElement }): void };

/** Open a menu under a button, or above it where there is no room below. */
export function openMenu(menu: HTMLElement, button: HTMLElement): void {
  // The source keeps a drawer that holds the button open.
  (menu as SourcedPopover).showPopover({ source: button });
  place(menu, button);
  menu.querySelector<HTMLElement>("[role=menuitem], input")?.focus();
}

/** Place a popover at the start of a button inside the viewport. */
export function place(menu: HTMLElement, button: HTMLElement): void {
  const isRightToLeft = document.documentElement.dir === "rtl";
  put(menu, button, isRightToLeft ? "right" : "left");
}

/** Place a popover at the end of a button inside the viewport. */
export function placeAtEnd(menu: HTMLElement, button: HTMLElement): void {
  const isRightToLeft = document.documentElement.dir === "rtl";
  put(menu, button, isRightToLeft ? "left" : "right");
}

function put(menu: HTMLElement, button: HTMLElement, edge: "left" | "right"): void {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const isBelow = at.bottom + GAP + height <= innerHeight || at.top < height + GAP;
  const top = isBelow ? at.bottom + GAP : at.top - GAP - height;
  const start = edge === "right" ? at.right - width : at.left;
  menu.style.position = "fixed";
  menu.style.margin = "0";
  menu.style.inset = "auto";
  menu.style.top = `${Math.max(GAP, Math.min(top, innerHeight - height - GAP))}px`;
  menu.style.left = `${Math.max(GAP, Math.min(start, innerWidth - width - GAP))}px`;
}

/** Let arrow keys, Home and End move through a menu's items. */
export function moveWithArrows(menu: HTMLElement, selector: string): void {
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.querySelectorAll<HTMLElement>(selector)].filter((item) => !item.hidden);
    const now = items.findIndex((item) => item.matches(":focus"));
    const next = nextIndex(event.key, now, items.length);
    if (next !== null) {
      event.preventDefault();
      items[next]?.focus();
    }
  });
}

/** Where a key leads from item `now` (-1: none) of `count`; null for other keys. */
export function nextIndex(key: string, now: number, count: number): number | null {
  if (count === 0) {
    return null;
  }
  switch (key) {
    case "ArrowDown":
      return (now + 1) % count;
    case "ArrowUp":
      return (now - 1 + count) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
