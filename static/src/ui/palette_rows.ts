/** The rows of the palette that the server does not draw. */

import type { Command } from "./commands";
import { isMac, labelOf } from "./shortcut_keys";
import { text } from "./texts";

/** A row that asks what was typed in a new chat. */
export function newChatLink(typed: string): HTMLAnchorElement {
  const link = document.createElement("a");
  link.className = "search-all";
  link.href = `/c/new?prompt=${encodeURIComponent(typed)}`;
  link.textContent = `${text("paletteAsk", "Ask in a new chat:")} ${typed}`;
  return link;
}

/** A row that runs a command, and its keys. */
export function commandRow({ label }: Command, keys: string): HTMLElement {
  const row = document.createElement("div");
  row.className = "palette-command";
  const name = document.createElement("span");
  name.textContent = label;
  row.append(name);
  if (keys) {
    const hint = document.createElement("kbd");
    hint.className = "keys";
    hint.textContent = labelOf(keys.split(" ")[0] ?? "", isMac());
    row.append(hint);
  }
  return row;
}
