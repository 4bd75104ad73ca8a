/** Older messages: there before they are reached, and in quiet moments, so that the browser's own
 * search finds them. */

import { getHtml, sentence } from "../api/http";
import { toast } from "../ui/toasts";

const AHEAD = "1500px 0px 0px 0px";
const QUIET_MS = 2_000;
const BETWEEN_MS = 300;
/** Pixels, as in thread.css; the padding comes on top. */
const HEIGHTS = [160, 160, 280, 480, 800, 1400, 2600];
const PADDING_PX = 24;
const TOUCHES = ["keydown", "wheel", "touchmove", "pointerdown"] as const;

/** About how tall an article is: the server's guess, which its class names. */
function heightOf(article: Element): number {
  const level = /\bheight-(\d)/.exec(article.className)?.[1] ?? "1";
  return (HEIGHTS[Number(level)] ?? 0) + PADDING_PX;
}

/**
 * Stand what a page of older messages holds in a box of their own. What changes at the end of a chat has every
 * box in the thread looked at again: of ten thousand messages there are a few hundred boxes.
 */
export function boxed(page: DocumentFragment): DocumentFragment {
  const box = document.createElement("div");
  box.className = "thread-page";
  const articles = page.querySelectorAll("article");
  const height = [...articles].reduce((sum, article) => sum + heightOf(article), 0);
  box.style.containIntrinsicBlockSize = `auto ${height}px`;
  box.append(...[...page.children].filter((child) => !child.matches("[data-older]")));
  page.append(box);
  return page;
}

export class OlderMessages {
  private readonly observer: IntersectionObserver;
  private loading: Promise<void> | null = null;
  private touchedAt = 0;
  private timer = 0;
  private readonly touched = (): void => {
    this.touchedAt = performance.now();
  };

  constructor(private readonly thread: HTMLElement) {
    this.observer = new IntersectionObserver((entries) => this.seen(entries), {
      root: thread,
      rootMargin: AHEAD,
    });
  }

  start(): void {
    for (const name of TOUCHES) {
      document.addEventListener(name, this.touched, { capture: true, passive: true });
    }
    this.watch();
    this.later(QUIET_MS);
  }

  stop(): void {
    for (const name of TOUCHES) {
      document.removeEventListener(name, this.touched, { capture: true });
    }
    clearTimeout(this.timer);
    this.observer.disconnect();
  }

  /** Look again for an element that stands for older messages. */
  watch(): void {
    if (this.place) {
      this.observer.observe(this.place);
    }
  }

  /** Load every older message. */
  async all(): Promise<void> {
    while (this.place) {
      await this.load();
    }
  }

  private get place(): HTMLElement | null {
    return this.thread.querySelector<HTMLElement>("[data-older]");
  }

  private seen(entries: IntersectionObserverEntry[]): void {
    if (entries.some((entry) => entry.isIntersecting)) {
      this.load().catch((error: unknown) => toast(sentence(error)));
    }
  }

  private load(): Promise<void> {
    this.loading ??= this.next().finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  private async next(): Promise<void> {
    const { place, thread } = this;
    if (!place) {
      return;
    }
    this.observer.unobserve(place);
    const html = await getHtml(place.dataset.url ?? "");
    const fromBottom = thread.scrollHeight - thread.scrollTop;
    const template = document.createElement("template");
    template.innerHTML = html;
    place.replaceWith(boxed(template.content));
    thread.scrollTop = thread.scrollHeight - fromBottom;
    this.watch();
  }

  private later(milliseconds: number): void {
    this.timer = window.setTimeout(() => this.inQuiet(), milliseconds);
  }

  /** One more page, unless somebody is typing or scrolling. */
  private inQuiet(): void {
    if (!this.place) {
      return;
    }
    if (document.hidden || performance.now() - this.touchedAt < QUIET_MS) {
      this.later(QUIET_MS);
      return;
    }
    // A failure is told when somebody scrolls there; nothing is missing until then.
    this.load().then(
      () => this.later(BETWEEN_MS),
      () => undefined,
    );
  }
}
