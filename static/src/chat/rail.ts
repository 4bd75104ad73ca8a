/** The jump rail: a slider over the turns of a long conversation. */

import { sentence } from "../api/http";
import { toast } from "../ui/toasts";
import type { ThreadElement } from "./thread";

const FEWEST = 4;
const MOST_TICKS = 24;
const BELOW_TOP_PX = 40;

/** Which value a key leads to; null for keys that are not ours. Values count from 0. */
export function valueAfter(key: string, value: number, count: number): number | null {
  const page = Math.max(1, Math.round(count / 10));
  const steps: Record<string, number> = {
    ArrowDown: value + 1,
    ArrowRight: value + 1,
    ArrowUp: value - 1,
    ArrowLeft: value - 1,
    PageDown: value + page,
    PageUp: value - page,
    Home: 0,
    End: count - 1,
  };
  const wanted = steps[key];
  return wanted === undefined ? null : Math.min(Math.max(wanted, 0), count - 1);
}

/**
 * Does a turn begin above a line? Of a box of older messages the box is asked first: to say where something in it
 * stands, the browser lays out all of it, and most of them are not drawn.
 */
function isAbove(turn: HTMLElement | undefined, line: number): boolean {
  const box = (turn?.closest(".thread-page") ?? turn)?.getBoundingClientRect();
  const isAcross = box !== undefined && box.top <= line && box.bottom > line;
  return ((isAcross ? turn?.getBoundingClientRect() : box)?.top ?? 0) <= line;
}

export class RailElement extends HTMLElement {
  private value = 0;
  private drawn = 0;
  private isDue = false;
  private isChanged = true;
  private known: HTMLElement[] = [];
  private changes: MutationObserver | null = null;

  connectedCallback(): void {
    const { thread } = this;
    if (!thread) {
      return;
    }
    thread.addEventListener("scroll", () => this.refresh(), { passive: true });
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.addEventListener("click", (event) => this.clicked(event));
    this.changes = new MutationObserver(() => {
      this.isChanged = true;
      this.refresh();
    });
    this.changes.observe(thread.messages, { childList: true });
    this.refresh();
  }

  disconnectedCallback(): void {
    this.changes?.disconnect();
  }

  private get thread(): ThreadElement | null {
    return this.parentElement?.querySelector<ThreadElement>("lc-thread") ?? null;
  }

  /** Kept while the thread is as it was: a search goes through all messages. */
  private get turns(): HTMLElement[] {
    if (this.isChanged || !this.known.every((turn) => turn.isConnected)) {
      const found = this.thread?.querySelectorAll<HTMLElement>('article[data-role="user"]');
      this.known = [...(found ?? [])];
      this.isChanged = false;
    }
    return this.known;
  }

  private refresh(): void {
    if (!this.isDue) {
      this.isDue = true;
      requestAnimationFrame(() => {
        this.isDue = false;
        this.draw(this.turns);
      });
    }
  }

  private draw(turns: HTMLElement[]): void {
    this.hidden = turns.length < FEWEST;
    if (this.hidden) {
      return;
    }
    const value = this.shown(turns);
    if (value === this.value && turns.length === this.drawn) {
      return; // while an answer grows, nothing here changes with it
    }
    [this.value, this.drawn] = [value, turns.length];
    this.setAttribute("aria-valuemax", String(turns.length));
    this.setAttribute("aria-valuenow", String(this.value + 1));
    const words = turns[this.value]?.querySelector("[data-text]")?.textContent?.slice(0, 80) ?? "";
    this.setAttribute("aria-valuetext", `${this.value + 1} / ${turns.length} ${words.trim()}`);
    const ticks = Math.min(turns.length, MOST_TICKS);
    while (this.childElementCount > ticks) {
      this.lastElementChild?.remove();
    }
    while (this.childElementCount < ticks) {
      this.append(document.createElement("span"));
    }
    const current = Math.round((this.value / (turns.length - 1)) * (ticks - 1));
    for (const [number, tick] of [...this.children].entries()) {
      tick.toggleAttribute("data-current", number === current);
    }
  }

  /** The turn at the top of the screen; turns stand in order, so a few looks are enough. */
  private shown(turns: HTMLElement[]): number {
    const line = (this.thread?.getBoundingClientRect().top ?? 0) + BELOW_TOP_PX;
    let [low, high] = [0, turns.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (isAbove(turns[middle], line)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private pressed(event: KeyboardEvent): void {
    const wanted = valueAfter(event.key, this.value, this.turns.length);
    if (wanted !== null) {
      event.preventDefault();
      event.stopPropagation();
      this.go(wanted, event.key === "Home");
    }
  }

  private clicked(event: MouseEvent): void {
    const box = this.getBoundingClientRect();
    const part = Math.min(Math.max((event.clientY - box.top) / box.height, 0), 1);
    this.go(Math.round(part * (this.turns.length - 1)), false);
  }

  /** The very first turn may not be loaded yet. */
  private go(value: number, isVeryFirst: boolean): void {
    const ready = isVeryFirst ? this.thread?.whole() : Promise.resolve();
    ready
      ?.then(() => {
        const turn = this.turns[value];
        if (turn) {
          this.thread?.reveal(turn);
          this.refresh();
        }
      })
      .catch((error: unknown) => toast(sentence(error)));
  }
}
