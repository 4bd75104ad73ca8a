/** What the palette can start: the same on every page, and for the open chat. */

import { getHtml } from "../api/http";
import { chatAct, chatActs } from "./chat_menu";

export interface Command {
  name: string;
  label: string;
  run: () => void;
}

/** Is every word of the search at the start of a word of the label? */
export function fits(label: string, search: string): boolean {
  const words = label.toLocaleLowerCase().split(/[^\p{L}\p{N}]+/u);
  const wanted = search
    .toLocaleLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  return wanted.every((start) => words.some((word) => word.startsWith(start)));
}

/** What is typed after ">" asks for commands; null when it asks for chats. */
export function commandSearch(typed: string): string | null {
  const text = typed.trimStart();
  return text.startsWith(">") ? text.slice(1).trim() : null;
}

/** Fetch the commands of every page into a hidden place, whose links and buttons run them. */
export async function loadCommands(place: HTMLElement): Promise<void> {
  place.innerHTML = await getHtml("/_/commands");
}

/** Everything that can be started here; the open chat first. */
export function commandsIn(place: HTMLElement): Command[] {
  const ofChat = [...chatActs()].map(([name, label]) => ({
    name: `chat-${name}`,
    label,
    run: () => {
      chatAct(name);
    },
  }));
  const hasSidebar = document.querySelector("lc-sidebar") !== null;
  const { theme } = document.documentElement.dataset;
  const everywhere = [...place.querySelectorAll<HTMLElement>("[data-command]")]
    .filter((item) => item.dataset.command !== "sidebar" || hasSidebar)
    .filter((item) => !(item instanceof HTMLButtonElement && item.value && item.value === theme))
    .map((item) => ({
      name: item.dataset.command ?? "",
      label: item.textContent.trim(),
      run: () => item.click(),
    }));
  return [...ofChat, ...everywhere];
}
