/** The thread: the reader owns the scroll, older messages arrive before they are reached. */

import { movedByKey } from "./keyboard";
import { OlderMessages } from "./older";

const AT_BOTTOM_PX = 48;
const TOP_GAP_PX = 16;
const UP_KEYS = new Set(["ArrowUp", "PageUp", "Home"]);

/** The article an address points at: `#m-<id>`, or `?m=<id>` from a search. */
function targetId(): string {
  const address = new URLSearchParams(location.search);
  const asked = address.get("m") ?? address.get("at");
  return asked ? `m-${asked}` : location.hash.slice(1);
}

export class ThreadElement extends HTMLElement {
  private isFollowing = false;
  private button: HTMLElement | null = null;
  private readonly older = new OlderMessages(this);

  connectedCallback(): void {
    this.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.addEventListener("wheel", (event) => event.deltaY < 0 && this.letGo(), { passive: true });
    this.addEventListener("touchmove", () => this.letGo(), { passive: true });
    this.addEventListener("keydown", (event) => this.pressed(event));
    this.newest?.addEventListener("click", () => this.toNewest());
    this.openAtTarget();
    this.older.start();
  }

  disconnectedCallback(): void {
    this.older.stop();
  }

  get messages(): HTMLElement {
    return this.querySelector<HTMLElement>("[data-messages]") ?? this;
  }

  /** Is the reader at the end, reading on? */
  get isFollowed(): boolean {
    return this.beforeGrowth();
  }

  /** Before text is appended: is the reader at the bottom, so that following is wanted? */
  beforeGrowth(): boolean {
    return this.isFollowing && this.isAtBottom;
  }

  /** After text was appended. */
  afterGrowth(wasAtBottom: boolean): void {
    if (wasAtBottom) {
      this.scrollTop = this.scrollHeight;
    }
    this.showNewest();
  }

  /** A turn was sent: put it near the top and give the reply room, so that nothing moves. */
  show(turn: HTMLElement, reply: HTMLElement): void {
    for (const roomy of this.querySelectorAll<HTMLElement>("article[data-roomy]")) {
      roomy.style.minHeight = "";
      delete roomy.dataset.roomy;
    }
    reply.dataset.roomy = "";
    reply.style.minHeight = `${reply.offsetHeight + this.missingBelow(turn)}px`;
    this.bringToTop(turn);
    this.isFollowing = true;
    this.showNewest();
  }

  toNewest(): void {
    this.scrollTop = this.scrollHeight;
    this.isFollowing = true;
    this.showNewest();
  }

  /** Look again for an element that stands for older messages. */
  watchOlder(): void {
    this.older.watch();
  }

  /** Have every message of the branch here. */
  whole(): Promise<void> {
    return this.older.all();
  }

  /** Put a message near the top and the focus on it. */
  reveal(article: HTMLElement): void {
    this.letGo();
    this.bringToTop(article);
    article.focus({ preventScroll: true });
    this.bringToTop(article); // what became visible may be taller than it was estimated
    this.showNewest();
  }

  /** Scrolls the thread alone: scrollIntoView would move the page around it as well. */
  private bringToTop(article: HTMLElement): void {
    const above = article.getBoundingClientRect().top - this.getBoundingClientRect().top;
    this.scrollTop += above - TOP_GAP_PX;
  }

  /** How much the content is too short for the article to reach the top. */
  private missingBelow(article: HTMLElement): number {
    const above = article.getBoundingClientRect().top - this.getBoundingClientRect().top;
    const reachable = this.scrollHeight - this.clientHeight - this.scrollTop;
    return Math.max(above - TOP_GAP_PX - reachable, 0);
  }

  /** Kept: it stands behind all messages, and a search goes through them. */
  private get newest(): HTMLElement | null {
    if (!this.button?.isConnected) {
      this.button = this.closest("lc-chat")?.querySelector<HTMLElement>("[data-newest]") ?? null;
    }
    return this.button;
  }

  private get isAtBottom(): boolean {
    return this.scrollHeight - this.scrollTop - this.clientHeight < AT_BOTTOM_PX;
  }

  private scrolled(): void {
    if (this.isAtBottom) {
      this.isFollowing = true;
    }
    this.showNewest();
  }

  private letGo(): void {
    this.isFollowing = false;
  }

  private showNewest(): void {
    const { newest, isAtBottom } = this;
    if (newest && newest.hidden !== isAtBottom) {
      newest.hidden = isAtBottom;
    }
  }

  private openAtTarget(): void {
    const target = document.getElementById(targetId());
    if (target) {
      this.bringToTop(target);
      target.classList.add("message-target");
      target.focus({ preventScroll: true });
      this.bringToTop(target); // what became visible may be taller than it was estimated
    } else {
      this.toNewest();
    }
  }

  private pressed(event: KeyboardEvent): void {
    if (UP_KEYS.has(event.key)) {
      this.letGo();
    }
    if (movedByKey(this, event)) {
      event.preventDefault();
      if (event.key !== "End") {
        this.letGo();
      }
    }
  }
}
