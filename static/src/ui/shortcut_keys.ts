/** Names of key presses, e.g. "mod+shift+o"; Mod is Ctrl, or Cmd on a Mac. No page needed. */

const SIGNS: Record<string, string> = {
  Backquote: "`",
  Backslash: "\\",
  BracketLeft: "[",
  BracketRight: "]",
  Comma: ",",
  Equal: "=",
  Minus: "-",
  Period: ".",
  Quote: "'",
  Semicolon: ";",
  Slash: "/",
};
const MODIFIERS = new Set(["control", "meta", "alt", "shift", "altgraph", "capslock", "dead"]);
/** Keys that mark, move or delete in a text that has some. */
const EDITING = /\+(arrow\w+|backspace|delete|home|end|enter|page\w+)$/;

const WORDS: Record<string, string> = {
  arrowup: "↑",
  arrowdown: "↓",
  arrowleft: "←",
  arrowright: "→",
  escape: "Esc",
  mod: "Ctrl",
};
const MAC_WORDS: Record<string, string> = { mod: "⌘", alt: "⌥", shift: "⇧", backspace: "⌫" };
const ARIA_WORDS: Record<string, string> = {
  arrowup: "ArrowUp",
  arrowdown: "ArrowDown",
  arrowleft: "ArrowLeft",
  arrowright: "ArrowRight",
  pageup: "PageUp",
  pagedown: "PageDown",
};

/** The same letter or sign wherever it is on the keyboard and whatever Shift makes of it. */
function keyOf(event: KeyboardEvent): string {
  const key = event.key.toLowerCase();
  const { code } = event;
  if (event.altKey || !/^[a-z]$/.test(key)) {
    const letter = /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase();
    const isOtherLetter = /^[^\p{ASCII}]$/u.test(event.key);
    if (letter && (event.altKey || isOtherLetter)) {
      return letter;
    }
    const digit = /^Digit(\d)$/.exec(code)?.[1];
    return SIGNS[code] ?? digit ?? (key === " " ? "space" : key);
  }
  return key;
}

/** The name of a key press; "" while only Ctrl, Shift and the like are down. */
export function nameOf(event: KeyboardEvent): string {
  if (MODIFIERS.has(event.key.toLowerCase())) {
    return "";
  }
  const hasMod = event.ctrlKey || event.metaKey;
  if (!hasMod && !event.altKey && /^[!-@[-`{-~]$/.test(event.key)) {
    return event.key; // a sign that is typed: Shift is part of how
  }
  const parts: string[] = [];
  if (hasMod) {
    parts.push("mod");
  }
  if (event.altKey) {
    parts.push("alt");
  }
  if (event.shiftKey) {
    parts.push("shift");
  }
  return [...parts, keyOf(event)].join("+");
}

/** The parts of a name; the last key may be a plus. */
function partsOf(keys: string): string[] {
  return keys.endsWith("++") ? [...keys.slice(0, -2).split("+"), "+"] : keys.split("+");
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Keys as people of this kind of computer write them. */
export function labelOf(keys: string, isMac: boolean): string {
  const words = isMac ? { ...WORDS, ...MAC_WORDS } : WORDS;
  return partsOf(keys)
    .map((part) => words[part] ?? capitalized(part))
    .join(isMac ? " " : "+");
}

/** Keys, several apart by blanks, as `aria-keyshortcuts` wants them. */
export function ariaOf(keys: string): string {
  const written = (name: string, mod: string): string =>
    partsOf(name)
      .map((part) => (part === "mod" ? mod : (ARIA_WORDS[part] ?? capitalized(part))))
      .join("+");
  return keys
    .split(" ")
    .filter(Boolean)
    .flatMap((name) =>
      name.startsWith("mod+")
        ? [written(name, "Control"), written(name, "Meta")]
        : [written(name, "")],
    )
    .join(" ");
}

/** Which shortcut a key press starts. `bindings`: name of the shortcut → keys. */
export function actionFor(bindings: Record<string, string>, pressed: string): string | null {
  for (const [name, keys] of Object.entries(bindings)) {
    if (pressed !== "" && keys.split(" ").includes(pressed)) {
      return name;
    }
  }
  return null;
}

/** May this key press start something while a field has the focus? */
export function worksInField(pressed: string, isFieldEmpty: boolean): boolean {
  if (!/^(mod|alt)\+|^shift\+escape$|^f\d+$/.test(pressed)) {
    return false;
  }
  return isFieldEmpty || !EDITING.test(pressed);
}

/** Computers whose command key is Cmd. */
export function isMac(platform = navigator.platform): boolean {
  return /^(Mac|iP)/.test(platform);
}
