/** Choosing many chats and doing one thing to all of them; loaded when somebody begins to. */

import { postJson, sentence } from "../api/http";
import { askFor } from "./organise";
import type { RowList } from "./rows";
import { chosenAfter } from "./selection";
import { text } from "./texts";
import { toast } from "./toasts";

interface Act {
  action: string;
  conversationIds: string[];
  projectId?: string;
  tag?: string;
}

interface Done {
  changed: number;
  undo: Act[];
}

const SAID: Record<string, readonly [string, string]> = {
  archive: ["chatsArchived", "Chats archived: {n}"],
  delete: ["chatsDeleted", "Chats deleted: {n}"],
  move: ["chatsMoved", "Chats moved: {n}"],
  tag: ["chatsBookmarked", "Chats bookmarked: {n}"],
};

export class SelectMode {
  private static open: SelectMode | null = null;

  private chosen = new Set<string>();
  private anchor = "";
  private isActing = false;
  private readonly bar: HTMLElement | null;
  private readonly watch = new MutationObserver(() => this.draw());

  /** Begin to choose, or stop. */
  static toggle(host: HTMLElement, rows: RowList): void {
    if (SelectMode.open) {
      SelectMode.open.leave();
    } else {
      SelectMode.open = new SelectMode(host, rows);
    }
  }

  private constructor(
    private readonly host: HTMLElement,
    private readonly rows: RowList,
  ) {
    this.bar = host.querySelector<HTMLElement>("[data-select-bar]");
    host.toggleAttribute("data-selecting", true);
    this.toggleButton?.setAttribute("aria-pressed", "true");
    host.addEventListener("click", this.clicked, true);
    document.addEventListener("keydown", this.pressed, true);
    if (this.bar) {
      this.bar.hidden = false;
    }
    this.draw();
    host.querySelector<HTMLElement>(".row-check")?.focus();
  }

  private get toggleButton(): HTMLElement | null {
    return this.host.querySelector<HTMLElement>('[data-action="select-chats"]');
  }

  private leave(): void {
    if (SelectMode.open !== this) {
      return; // left already; another one may have begun
    }
    SelectMode.open = null;
    this.watch.disconnect();
    this.host.removeEventListener("click", this.clicked, true);
    document.removeEventListener("keydown", this.pressed, true);
    this.host.toggleAttribute("data-selecting", false);
    for (const box of this.host.querySelectorAll(".row-check")) {
      box.remove();
    }
    if (this.bar) {
      this.bar.hidden = true;
    }
    this.toggleButton?.setAttribute("aria-pressed", "false");
    this.toggleButton?.focus();
  }

  private readonly pressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      event.stopPropagation();
      this.leave();
    }
  };

  private readonly clicked = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest<HTMLElement>("[data-select]");
    const row = target?.closest<HTMLElement>("li.row");
    if (button && !this.isActing) {
      this.isActing = true;
      this.act(button.dataset.select ?? "")
        .catch((error: unknown) => toast(sentence(error), { stays: true }))
        .finally(() => {
          this.isActing = false;
        });
    } else if (row) {
      // A box keeps what the browser does to it; the rest of the row does the same by hand.
      const isBox = target instanceof HTMLInputElement;
      if (!isBox) {
        event.preventDefault();
      }
      event.stopPropagation();
      const id = row.dataset.conversationId ?? "";
      const isOn = isBox ? target.checked : !this.chosen.has(id);
      this.choose(id, isOn, event.shiftKey);
    }
  };

  private choose(id: string, isOn: boolean, isRange: boolean): void {
    const box = { id, isOn, anchor: isRange ? this.anchor : "" };
    this.chosen = chosenAfter(this.chosen, this.order(), box);
    this.anchor = id;
    this.draw();
  }

  private order(): string[] {
    return this.rows.all().map((row) => row.dataset.conversationId ?? "");
  }

  /** Every row has a box that says whether it is chosen, the ones that came since too. */
  private draw(): void {
    this.watch.disconnect();
    const there = new Set(this.order());
    this.chosen = new Set([...this.chosen].filter((id) => there.has(id)));
    for (const row of this.rows.all()) {
      const known = row.querySelector<HTMLInputElement>(".row-check");
      const box = known ?? row.insertBefore(newBox(row), row.firstChild);
      box.checked = this.chosen.has(row.dataset.conversationId ?? "");
    }
    const count = this.bar?.querySelector("[data-select-count]");
    if (count) {
      count.textContent = String(this.chosen.size);
    }
    for (const button of this.bar?.querySelectorAll<HTMLButtonElement>(
      ".select-acts [data-select]",
    ) ?? []) {
      button.disabled = this.chosen.size === 0;
    }
    const list = this.host.querySelector("[data-rows]");
    if (list) {
      this.watch.observe(list, { childList: true, subtree: true });
    }
  }

  private async act(name: string): Promise<void> {
    if (name === "leave") {
      this.leave();
    } else if (name === "all") {
      this.chosen = new Set(this.order());
      this.draw();
    } else {
      const more = name in { move: 0, tag: 0 } ? await askFor(`/_/choices/${name}`) : {};
      if (more) {
        await this.send({ action: name, conversationIds: [...this.chosen], ...more });
      }
    }
  }

  private async send(act: Act): Promise<void> {
    const done = (await postJson("/api/convos/bulk", act)) as Done;
    await this.shown(act);
    const { changed, undo } = done;
    const [name, english] = SAID[act.action] ?? ["chatsChanged", "Chats changed: {n}"];
    toast(text(name, english, { n: changed }), {
      ...(undo.length > 0 && { takeBack: () => takeBack(undo, this.rows) }),
    });
    this.leave();
  }

  private async shown(act: Act): Promise<void> {
    if (act.action === "archive" || act.action === "delete") {
      for (const id of act.conversationIds) {
        this.rows.remove(id);
      }
    } else {
      await this.rows.reload();
    }
  }
}

async function takeBack(undo: readonly Act[], rows: RowList): Promise<void> {
  for (const act of undo) {
    await postJson("/api/convos/bulk", act);
  }
  await rows.reload();
}

function newBox(row: HTMLElement): HTMLInputElement {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.className = "row-check";
  const title = row.querySelector("[data-row-title]")?.textContent.trim() ?? "";
  box.setAttribute("aria-label", text("selectChat", "Select {title}", { title }));
  return box;
}
