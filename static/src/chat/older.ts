/** Older messages: there before they are reached, and in quiet moments, so that the browser's own
 * search finds them. */

import { getHtml, sentence } from "../api/http";
import { toast } from "../ui/toasts";
import { boxed, bringNear, layOut } from "./boxes";

const AHEAD = "1500px 0px 0px 0px";
const NEAR = "1500px 0px";
const QUIET_MS = 2_000;
const BETWEEN_MS = 300;
const TOUCHES = ["keydown", "wheel", "touchmove", "pointerdown"] as const;

export class OlderMessages {
  private readonly observer: IntersectionObserver;
  private readonly near: IntersectionObserver;
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
    this.near = new IntersectionObserver(layOut, { root: thread, rootMargin: NEAR });
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
    this.near.disconnect();
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
    const html = await getHtml(place.dataset.url ?? "");
    this.observer.unobserve(place); // not before: after a failure, scrolling there tries again
    const fromBottom = thread.scrollHeight - thread.scrollTop;
    const template = document.createElement("template");
    template.innerHTML = html;
    const page = boxed(template.content);
    const boxes = [...page.querySelectorAll(".thread-page")];
    for (const nearest of boxes.slice(-1)) {
      bringNear(nearest); // right above what is read
    }
    place.replaceWith(page);
    thread.scrollTop = thread.scrollHeight - fromBottom;
    for (const box of boxes) {
      this.near.observe(box);
    }
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
