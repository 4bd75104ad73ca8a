/** Keys that work anywhere on the page, LibreChat's set where it has one. */

function click(selector: string): boolean {
  const target = document.querySelector<HTMLElement>(selector);
  target?.click();
  return target !== null;
}

function last(selector: string): HTMLElement | undefined {
  return [...document.querySelectorAll<HTMLElement>(selector)].at(-1);
}

const KEYS: Record<string, () => boolean> = {
  "mod+shift+o": () => click("[data-new-chat]"),
  "mod+shift+s": () => click('[data-action="sidebar-toggle"]'),
  "mod+shift+m": () => click("[data-picker-open]"),
  "mod+shift+x": () => click("[data-stop]:not([hidden])"),
  "mod+shift+e": () => press(last('[data-action="regenerate"]')),
  "mod+shift+i": () => press(last('article[data-role="user"] [data-action="edit"]')),
  "mod+shift+;": () =>
    press(last('article[data-role="assistant"] [data-reply-footer] [data-copy]')),
  "mod+shift+k": () => press(last("figure.code [data-copy]")),
  "shift+escape": () => {
    document.querySelector<HTMLElement>("[data-composer] textarea")?.focus();
    return true;
  },
};

function press(target: HTMLElement | undefined): boolean {
  target?.click();
  return target !== undefined;
}

/** The name of a key press, e.g. "mod+shift+o"; Mod is Ctrl, or Cmd on a Mac. */
export function nameOf(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) {
    parts.push("mod");
  }
  if (event.altKey) {
    parts.push("alt");
  }
  if (event.shiftKey) {
    parts.push("shift");
  }
  const key = event.code === "Semicolon" ? ";" : event.key.toLowerCase();
  return [...parts, key].join("+");
}

export function watchShortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) {
      return;
    }
    if (KEYS[nameOf(event)]?.()) {
      event.preventDefault();
    }
  });
}
