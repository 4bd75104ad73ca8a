/** What can be done with the open chat: the entries of its menu, used without opening it. */

/** The button that opens the menu of the chat this page shows. */
function opener(): HTMLElement | null {
  const found = document.querySelector<HTMLElement>(".head-title[data-row-menu]");
  return found?.dataset.conversationId ? found : null;
}

function menuItems(): HTMLElement[] {
  const menu = document.querySelector<HTMLElement>('[data-menu="row"]');
  return menu && opener() ? [...menu.querySelectorAll<HTMLElement>("[role=menuitem]")] : [];
}

function nameOfItem(item: HTMLElement): string {
  return item.dataset.action ?? item.dataset.place ?? "";
}

/** Entries that make no sense for a chat as it is. */
function contradicts(name: string, { pinned, archived }: DOMStringMap): boolean {
  switch (name) {
    case "pin":
      return pinned !== undefined;
    case "unpin":
      return pinned === undefined;
    case "archive":
      return archived !== undefined;
    case "unarchive":
      return archived === undefined;
    default:
      return false;
  }
}

/** The entries for the open chat: name → label. */
export function chatActs(): Map<string, string> {
  const state = opener()?.dataset ?? {};
  const fitting = menuItems().filter((item) => !contradicts(nameOfItem(item), state));
  return new Map(fitting.map((item) => [nameOfItem(item), item.textContent.trim()]));
}

/** Do the first of these with the open chat that its menu offers. */
export function chatAct(...names: string[]): boolean {
  const known = chatActs();
  const name = names.find((wanted) => known.has(wanted));
  const item = menuItems().find((entry) => nameOfItem(entry) === name);
  if (!item) {
    return false;
  }
  opener()?.click(); // lets the menu speak of this chat
  item.click();
  return true;
}
