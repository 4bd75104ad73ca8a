/** The sidebar: collapse, row menu, renaming in place, rows that other tabs change. */

import { HttpError, postForm, sentence } from "../api/http";
import { connection } from "../stream/connection";
import type { ServerMessage } from "../stream/frames";
import { element } from "../stream/painter";
import { moveWithArrows, openMenu } from "./menu";
import { renameInPlace } from "./rename";
import { toast } from "./toasts";

type ListMessage = Extract<ServerMessage, { type: "list" }>;

export class SidebarElement extends HTMLElement {
  private chosen = "";
  private opener: HTMLElement | null = null;

  connectedCallback(): void {
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
      this.opener = opener;
      this.chosen = opener.dataset.conversationId ?? "";
      openMenu(this.menu, opener);
      return;
    }
    const action = target?.closest<HTMLElement>("[data-action]");
    if (action?.dataset.action === "sidebar-toggle") {
      toggle();
    } else if (action && this.menu?.contains(action)) {
      this.menu.hidePopover();
      this.act(action.dataset.action ?? "");
    }
  };

  private act(action: string): void {
    if (action === "rename") {
      const place = this.row(this.chosen) ?? this.opener;
      if (place) {
        renameInPlace(place, this.chosen);
      }
    } else if (action === "archive" || action === "delete") {
      this.takeAway(action).catch((error: unknown) => toast(sentence(error), { stays: true }));
    }
  }

  private async takeAway(action: "archive" | "delete"): Promise<void> {
    const id = this.chosen;
    const row = this.row(id);
    const place = row?.nextElementSibling ?? null;
    const list = row?.parentElement ?? null;
    row?.remove();
    let answer: Response;
    try {
      answer = await postForm(`/c/${id}/${action}`, {});
    } catch (error) {
      if (row && list) {
        list.insertBefore(row, place);
      }
      throw error instanceof HttpError ? error : new HttpError(0, "", null);
    }
    announce(answer.headers.get("HX-Trigger"), () => {
      if (row && list && !this.row(id)) {
        list.insertBefore(row, place?.isConnected ? place : null);
      }
    });
    if (location.pathname === `/c/${id}`) {
      const { undo } = trigger(answer.headers.get("HX-Trigger"));
      sessionStorage.setItem("lc:undo", undo ?? "");
      location.assign("/c/new");
    }
  }

  private row(id: string): HTMLElement | null {
    return this.rows(id)[0] ?? null;
  }

  private rows(id: string): HTMLElement[] {
    return [
      ...this.querySelectorAll<HTMLElement>(`li.row[data-conversation-id="${CSS.escape(id)}"]`),
    ];
  }

  private changed(message: ListMessage): void {
    const old = this.row(message.conversationId);
    if (message.op === "remove") {
      old?.remove();
      return;
    }
    const fresh = element(message.html);
    if (!fresh) {
      return;
    }
    if (old?.querySelector("form")) {
      return; // being renamed: the reader's text is not taken away
    }
    for (const twin of this.rows(message.conversationId).slice(1)) {
      twin.remove();
    }
    if (old && !movesUp(old, fresh)) {
      old.replaceWith(fresh);
    } else {
      old?.remove();
      this.today()?.prepend(fresh);
    }
    this.markCurrent(currentConversation());
  }

  private today(): Element | null {
    const rows = this.querySelector("[data-rows]");
    const known = rows?.querySelector('[data-group="today"] ul');
    if (known || !rows) {
      return known ?? null;
    }
    const template = this.querySelector<HTMLTemplateElement>("[data-group-template]");
    const section = template?.content.firstElementChild?.cloneNode(true);
    if (section) {
      const first = rows.querySelector(".row-group:not([data-group=pinned])");
      rows.insertBefore(section, first ?? rows.firstChild);
    }
    rows.querySelector("[data-rows-empty]")?.remove();
    return rows.querySelector('[data-group="today"] ul');
  }

  private markCurrent(id: string): void {
    for (const link of this.querySelectorAll(".row-link, .sidebar-link-new")) {
      link.removeAttribute("aria-current");
    }
    this.row(id)?.querySelector(".row-link")?.setAttribute("aria-current", "page");
    if (id === "new") {
      this.querySelector(".sidebar-link-new")?.setAttribute("aria-current", "page");
    }
  }
}

/** A row goes to the top when its conversation was written to on a later day. */
function movesUp(old: HTMLElement, fresh: HTMLElement): boolean {
  const group = old.closest<HTMLElement>("[data-group]")?.dataset.group;
  return group !== "today" && group !== "pinned" && old.dataset.updated !== fresh.dataset.updated;
}

function currentConversation(): string {
  return document.querySelector<HTMLElement>("lc-chat")?.dataset.conversationId ?? "";
}

function toggle(): void {
  const root = document.documentElement;
  const next = root.dataset.sidebar === "closed" ? "open" : "closed";
  root.dataset.sidebar = next;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
  document.cookie = `sidebar=${next}; path=/; max-age=31536000; samesite=lax`;
}

interface Trigger {
  text?: string;
  undo?: string;
}

function trigger(header: string | null): Trigger {
  try {
    const events = JSON.parse(header ?? "{}") as Record<string, Trigger>;
    return events["lc:toast"] ?? {};
  } catch {
    return {};
  }
}

function announce(header: string | null, undone: () => void): void {
  const { text, undo } = trigger(header);
  if (text) {
    toast(text, undo ? { undo, undone } : {});
  }
}
