/** The rows of the sidebar: which group one is in, and where in it. */

import { getHtml } from "../api/http";
import { element } from "../stream/painter";
import { groupKey, placeAmong } from "./groups";
import { swaps } from "./swaps";

const MOST_READS = 4; // where changes come all the time, the last one read is shown

function touched(row: HTMLElement): number {
  return Date.parse(row.dataset.updated ?? "") || 0;
}

function groupOf(row: HTMLElement): string {
  return row.dataset.pinned === undefined ? groupKey(new Date(touched(row)), new Date()) : "pinned";
}

/** What of a row has the focus: its chat's id, and which of its links. */
function focused(): (() => void) | null {
  const active = document.activeElement;
  const row = active?.closest<HTMLElement>("li.row");
  if (!active || !row) {
    return null;
  }
  const part = active.matches("[data-row-menu]") ? "[data-row-menu]" : ".row-link";
  const place = `li.row[data-conversation-id="${row.dataset.conversationId}"] ${part}`;
  return () => {
    if (!active.isConnected) {
      document.querySelector<HTMLElement>(place)?.focus();
    }
  };
}

/** The list in the page, `[data-rows]`. */
export class RowList {
  private changes = 0;
  private asked = 0;

  constructor(private readonly list: HTMLElement) {
    list.addEventListener("htmx:afterSettle", () => this.dropTwins());
  }

  all(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("li.row")];
  }

  find(id: string): HTMLElement | null {
    return this.list.querySelector(`li.row[data-conversation-id="${CSS.escape(id)}"]`);
  }

  remove(id: string): void {
    this.changes += 1;
    for (const row of this.all().filter((one) => one.dataset.conversationId === id)) {
      const group = row.closest(".row-group");
      row.remove();
      if (group && !group.querySelector("li, a")) {
        group.remove();
      }
    }
  }

  /** Show a row as the server has it, in its group. */
  put(html: string): void {
    this.changes += 1;
    const refocus = focused();
    this.place(html);
    refocus?.();
  }

  private place(html: string): void {
    const fresh = element(html);
    const id = fresh?.dataset.conversationId ?? "";
    const old = this.find(id);
    if (!fresh || old?.querySelector("form")) {
      return; // being renamed: the reader's text is not taken away
    }
    const link = fresh.querySelector("a");
    const query = this.list.dataset.query ?? "";
    if (link && query && !link.search) {
      link.search = query;
    }
    const key = groupOf(fresh);
    if (old && this.stays(old, fresh, key)) {
      old.replaceWith(fresh);
      return;
    }
    const isShown = old !== null;
    this.remove(id);
    if (this.wants(fresh, isShown)) {
      this.insert(fresh, key);
    }
  }

  /** Read the list again, its first page. */
  async reload(): Promise<void> {
    this.asked += 1;
    const mine = this.asked;
    const html = await this.fresh(MOST_READS);
    if (mine !== this.asked) {
      return; // read again meanwhile
    }
    const refocus = focused();
    for (const child of [...this.list.children]) {
      if (!(child instanceof HTMLTemplateElement)) {
        child.remove();
      }
    }
    this.list.insertAdjacentHTML("afterbegin", html);
    refocus?.();
    (await swaps()).process(this.list);
  }

  /** The list as it is when nobody writes in it, and after the last change that was told. */
  private async fresh(most: number): Promise<string> {
    const form = this.list.querySelector("li.row form");
    if (form) {
      await new Promise((done) => form.addEventListener("lc:named", done, { once: true }));
    }
    const before = this.changes;
    const html = await getHtml(`/_/rows${this.list.dataset.query ?? ""}`);
    const isOld = this.changes !== before && most > 1;
    return isOld || this.list.querySelector("li.row form") ? this.fresh(most - 1) : html;
  }

  /** A row keeps its place among those of today, and until its chat is written to. */
  private stays(old: HTMLElement, fresh: HTMLElement, key: string): boolean {
    const isThere = old.closest<HTMLElement>("[data-group]")?.dataset.group === key;
    const isQuiet = key === "today" || key === "pinned" || touched(old) === touched(fresh);
    return isThere && isQuiet && this.wants(fresh, true);
  }

  /** Whether a narrowed list has room for the row; which bookmarks it carries it does not say. */
  private wants(row: HTMLElement, isShown: boolean): boolean {
    const { tag, projectId } = this.list.dataset;
    if (projectId) {
      return row.dataset.projectId === projectId;
    }
    return !tag || isShown;
  }

  private insert(row: HTMLElement, key: string): void {
    const rows = this.group(key)?.querySelector("ul");
    if (!rows) {
      this.reload().catch(() => undefined); // the next page load shows it
      return;
    }
    const others = [...rows.querySelectorAll<HTMLElement>("li.row")];
    const place = placeAmong(others.map(touched), touched(row));
    rows.insertBefore(row, others[place] ?? null);
  }

  /** A group of the list, made where it may be missing: Pinned and Today are always first. */
  private group(key: string): Element | null {
    const known = this.list.querySelector(`.row-group[data-group="${CSS.escape(key)}"]`);
    const template = this.list.querySelector<HTMLTemplateElement>("[data-group-template]");
    const made = template?.content.querySelector(`[data-group="${CSS.escape(key)}"]`);
    if (known || !made) {
      return known;
    }
    const section = made.cloneNode(true) as Element;
    const pinned = this.list.querySelector('.row-group[data-group="pinned"]');
    if (key !== "pinned" && pinned) {
      pinned.after(section);
    } else {
      this.list.prepend(section);
    }
    return section;
  }

  /** A page that is loaded may bring a row that was put into the list before. */
  private dropTwins(): void {
    const seen = new Set<string>();
    for (const row of this.all()) {
      const id = row.dataset.conversationId ?? "";
      if (seen.has(id)) {
        row.remove();
      }
      seen.add(id);
    }
  }
}
