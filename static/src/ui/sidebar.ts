/** The sidebar: collapse, row menu, choosing rows, rows that other tabs change. */

import { getHtml, sentence } from "../api/http";
import { connection } from "../stream/connection";
import type { ServerMessage } from "../stream/frames";
import { isWritingOutside } from "./focus";
import { moveWithArrows, openMenu } from "./menu";
import { RowActs } from "./row_acts";
import { RowList } from "./rows";
import { toast } from "./toasts";

type ListMessage = Extract<ServerMessage, { type: "list" }>;

export class SidebarElement extends HTMLElement {
  private chosen = "";
  private opener: HTMLElement | null = null;
  private rows: RowList | null = null;
  private acts: RowActs | null = null;
  private hasMissed = false;

  connectedCallback(): void {
    const list = this.querySelector<HTMLElement>("[data-rows]");
    if (!list) {
      return;
    }
    this.rows = new RowList(list);
    this.acts = new RowActs(this.rows);
    this.acts.sayKept();
    document.addEventListener("click", this.clicked);
    const menu = this.menu;
    if (menu) {
      moveWithArrows(menu, "[role=menuitem]");
      menu.addEventListener("toggle", (event) => {
        const isLost = document.activeElement === document.body;
        if ((event as ToggleEvent).newState === "closed" && isLost) {
          this.opener?.focus();
        }
      });
    }
    connection().addEventListener("list", (event) => {
      this.changed((event as CustomEvent<ListMessage>).detail);
    });
    connection().addEventListener("missed", () => {
      this.hasMissed = true;
    });
    connection().addEventListener("connected", () => this.catchUp());
    connection().drawnAt = this.dataset.stamp ?? "";
    connection().connect();
    document.addEventListener("lc:current", (event) => {
      this.markCurrent((event as CustomEvent<string>).detail);
    });
  }

  disconnectedCallback(): void {
    document.removeEventListener("click", this.clicked);
  }

  private get menu(): HTMLElement | null {
    return this.querySelector<HTMLElement>('[data-menu="row"]');
  }

  private readonly clicked = (event: Event): void => {
    const target = event.target instanceof Element ? event.target : null;
    const opener = target?.closest<HTMLElement>("[data-row-menu]");
    if (opener && this.menu) {
      event.preventDefault();
      if (opener.dataset.conversationId) {
        this.openFor(opener, this.menu); // a chat that has just begun has no name yet
      }
      return;
    }
    const filter = target?.closest<HTMLElement>("[data-filter-open]");
    if (filter) {
      event.preventDefault();
      this.openFilter(filter).catch(report);
      return;
    }
    const dialog = target?.closest<HTMLAnchorElement>("a[data-dialog]");
    if (dialog && this.menu?.contains(dialog)) {
      event.preventDefault();
      this.menu.hidePopover();
      import("./organise").then(({ openForm }) => openForm(dialog.href)).catch(report);
      return;
    }
    const action = target?.closest<HTMLElement>("[data-action]");
    if (action) {
      this.act(action);
    }
  };

  private act(control: HTMLElement): void {
    const action = control.dataset.action ?? "";
    if (action === "sidebar-toggle") {
      toggle();
    } else if (action === "select-chats") {
      this.select().catch(report);
    } else if (this.menu?.contains(control)) {
      this.menu.hidePopover();
      this.acts?.run(action, this.chosen, this.opener);
    }
  }

  /** Let the menu speak of one chat, then open it. */
  private openFor(opener: HTMLElement, menu: HTMLElement): void {
    this.opener = opener;
    this.chosen = opener.dataset.conversationId ?? "";
    const { pinned, archived } = opener.dataset;
    const isHidden: Record<string, boolean> = {
      pin: pinned !== undefined,
      unpin: pinned === undefined,
      archive: archived !== undefined,
      unarchive: archived === undefined,
    };
    for (const item of menu.querySelectorAll<HTMLElement>("[data-action]")) {
      item.hidden = isHidden[item.dataset.action ?? ""] ?? false;
    }
    for (const item of menu.querySelectorAll<HTMLAnchorElement>("a[data-place]")) {
      item.href = `/c/${this.chosen}/${item.dataset.place ?? ""}`;
    }
    openMenu(menu, opener);
  }

  private async openFilter(opener: HTMLElement): Promise<void> {
    const menu = this.querySelector<HTMLElement>("[data-filter-menu]");
    if (!menu || !(opener instanceof HTMLAnchorElement)) {
      return;
    }
    const html = await getHtml(opener.href);
    if (!isWritingOutside(null) && !menu.matches(":popover-open")) {
      menu.innerHTML = html;
      openMenu(menu, opener);
      menu.querySelector("a")?.focus();
    }
  }

  private async select(): Promise<void> {
    const { SelectMode } = await import("./select");
    if (this.rows) {
      SelectMode.toggle(this, this.rows);
    }
  }

  private changed(message: ListMessage): void {
    if (message.op === "remove") {
      this.rows?.remove(message.conversationId);
    } else {
      this.rows?.put(message.html);
      this.markCurrent(currentConversation());
    }
  }

  /** What nobody has told us: the list is read again. */
  private catchUp(): void {
    if (this.hasMissed && this.rows && !this.querySelector("li.row form")) {
      this.rows
        .reload()
        .then(() => {
          this.hasMissed = false;
          this.markCurrent(currentConversation());
        })
        .catch(() => undefined); // the next connection tries again
    }
  }

  private markCurrent(id: string): void {
    for (const link of this.querySelectorAll(".row-link, .sidebar-link-new")) {
      link.removeAttribute("aria-current");
    }
    this.rows?.find(id)?.querySelector(".row-link")?.setAttribute("aria-current", "page");
    if (id === "new") {
      this.querySelector(".sidebar-link-new")?.setAttribute("aria-current", "page");
    }
  }
}

function currentConversation(): string {
  return document.querySelector<HTMLElement>("lc-chat")?.dataset.conversationId ?? "";
}

function report(error: unknown): void {
  toast(sentence(error), { stays: true });
}

function toggle(): void {
  const root = document.documentElement;
  const next = root.dataset.sidebar === "closed" ? "open" : "closed";
  root.dataset.sidebar = next;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
  document.cookie = `sidebar=${next}; path=/; max-age=31536000; samesite=lax`;
}
