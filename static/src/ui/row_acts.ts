/** What the menu of a chat does. */

import { postForm, sentence } from "../api/http";
import { renameInPlace } from "./rename";
import type { RowList } from "./rows";
import { toast } from "./toasts";

const KEPT_TOAST = "lc:undo";

interface Note {
  text?: string;
  undo?: string;
}

export class RowActs {
  private readonly running = new Set<string>();

  constructor(private readonly rows: RowList) {}

  /** Do what a menu item names, to the chat whose menu `opener` opened. */
  run(action: string, id: string, opener: HTMLElement | null): void {
    const name = `${action} ${id}`;
    if (this.running.has(name)) {
      return; // asked twice, as by a key that is pressed twice
    }
    this.running.add(name);
    this.act(action, id, opener)
      .catch((error: unknown) => toast(sentence(error), { stays: true }))
      .finally(() => this.running.delete(name));
  }

  private async act(action: string, id: string, opener: HTMLElement | null): Promise<void> {
    if (action === "rename") {
      const place = this.rows.find(id) ?? opener;
      if (place) {
        renameInPlace(place, id);
      }
    } else if (action === "archive" || action === "delete") {
      await this.takeAway(action, id);
    } else if (action === "pin" || action === "unpin") {
      const answer = await postForm(`/c/${id}/${action}`, {});
      mark(id, action === "pin");
      this.rows.put(await answer.text());
    } else if (action === "unarchive") {
      const answer = await postForm(`/c/${id}/${action}`, {});
      this.rows.put(await answer.text());
      document.querySelector(".head-title")?.removeAttribute("data-archived");
    } else if (action === "duplicate") {
      const answer = await postForm(`/c/${id}/duplicate`, {});
      location.assign(((await answer.json()) as { url: string }).url);
    }
  }

  private async takeAway(action: "archive" | "delete", id: string): Promise<void> {
    const before = this.rows.find(id)?.outerHTML;
    this.rows.remove(id);
    let answer: Response;
    try {
      answer = await postForm(`/c/${id}/${action}`, {});
    } catch (error) {
      if (before) {
        this.rows.put(before);
      }
      throw error;
    }
    const note = noteOf(answer.headers.get("HX-Trigger"));
    if (location.pathname === `/c/${id}`) {
      sessionStorage.setItem(KEPT_TOAST, JSON.stringify(note));
      location.assign("/c/new");
    } else {
      this.say(note);
    }
  }

  /** Say what was done on the page before this one. */
  sayKept(): void {
    const kept = sessionStorage.getItem(KEPT_TOAST);
    sessionStorage.removeItem(KEPT_TOAST);
    if (kept) {
      this.say(JSON.parse(kept) as Note);
    }
  }

  private say({ text, undo }: Note): void {
    if (text) {
      toast(text, undo ? { undo, undone: (html) => this.rows.put(html) } : {});
    }
  }
}

/** The header's menu knows of the pin too. */
function mark(id: string, isPinned: boolean): void {
  const title = document.querySelector<HTMLElement>(
    `.head-title[data-conversation-id="${CSS.escape(id)}"]`,
  );
  title?.toggleAttribute("data-pinned", isPinned);
}

function noteOf(header: string | null): Note {
  try {
    const events = JSON.parse(header ?? "{}") as Record<string, Note>;
    return events["lc:toast"] ?? {};
  } catch {
    return {};
  }
}
