/** Paints frames into a reply's article; appends, never re-parses. */

import type { EndState, Frame } from "./frames";
import { countSeconds } from "./seconds";

/** What the end of an answer brings anew; who answers is known only since the model was asked. */
const SWAPPED = [
  ".message-head",
  "[data-steps]",
  "[data-error]",
  "[data-reply-footer]",
  "[data-keep]",
];

export function element(html: string): HTMLElement | null {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const first = template.content.firstElementChild;
  return first instanceof HTMLElement ? first : null;
}

export class ReplyPainter {
  private openFence: Text | null = null;

  constructor(private readonly article: HTMLElement) {}

  get body(): HTMLElement {
    return this.article.querySelector<HTMLElement>("[data-reply-body]") ?? this.article;
  }

  apply(frame: Frame): void {
    switch (frame.type) {
      case "step":
        this.step(frame.key, frame.html);
        break;
      case "think":
        this.think(frame.key, frame.text);
        break;
      case "tail":
        this.tail(frame.text);
        break;
      case "fence":
        this.fence(frame.id, frame.language);
        break;
      case "block":
        this.block(frame.id, frame.html);
        break;
      case "table":
        this.table(frame.html);
        break;
      case "row":
        this.row(frame.id, frame.html);
        break;
      case "waiting":
        this.waiting(frame.text);
        break;
      case "end":
        this.end(frame.state, frame.html);
        break;
      default:
    }
  }

  private step(key: string, html: string): void {
    this.waiting("");
    const fresh = element(html);
    const steps = this.article.querySelector("[data-steps]");
    if (!fresh || !steps) {
      return;
    }
    const old = steps.querySelector<HTMLElement>(`[data-step="${CSS.escape(key)}"]`);
    if (old instanceof HTMLDetailsElement && fresh instanceof HTMLDetailsElement) {
      fresh.open = old.open;
    }
    if (old) {
      old.replaceWith(fresh);
    } else {
      steps.append(fresh);
    }
    countSeconds();
  }

  private think(key: string, text: string): void {
    const target = this.article.querySelector(`[data-step="${CSS.escape(key)}"] [data-step-text]`);
    if (target) {
      appendText(target, text);
    }
  }

  private tail(text: string): void {
    this.waiting("");
    if (this.openFence) {
      this.openFence.appendData(text);
      return;
    }
    appendText(this.tailElement(), text);
  }

  private fence(id: string, language: string): void {
    const frame = document.createElement("figure");
    frame.className = "code";
    frame.dataset.block = id;
    frame.dataset.language = language;
    const caption = document.createElement("figcaption");
    const name = document.createElement("span");
    name.textContent = language || "text";
    caption.append(name);
    const pre = document.createElement("pre");
    const code = document.createElement("code");
    this.openFence = document.createTextNode("");
    code.append(this.openFence);
    pre.append(code);
    frame.append(caption, pre);
    this.tailElement().before(frame);
    this.clearTail();
  }

  private block(id: string, html: string): void {
    const fresh = element(html);
    if (fresh) {
      const old = this.body.querySelector(`[data-block="${CSS.escape(id)}"]`);
      if (old) {
        old.replaceWith(fresh);
      } else {
        this.tailElement().before(fresh);
      }
    }
    this.openFence = null;
    this.clearTail();
  }

  /** A table without rows. Its columns keep their widths until all of it is known. */
  private table(html: string): void {
    const fresh = element(html);
    if (fresh) {
      fresh.classList.add("table-open");
      this.tailElement().before(fresh);
    }
    this.clearTail();
  }

  private row(id: string, html: string): void {
    const open = this.body.querySelector(`[data-block="${CSS.escape(id)}"] table`);
    const fresh = element(html);
    if (open && fresh) {
      const rows = open.querySelector("tbody") ?? open.appendChild(document.createElement("tbody"));
      rows.append(fresh);
    }
    this.clearTail();
  }

  private waiting(text: string): void {
    const note = this.article.querySelector<HTMLElement>("[data-waiting]");
    if (note) {
      note.hidden = text === "";
      note.textContent = text;
    }
  }

  private end(state: EndState, html: string): void {
    const whole = element(html);
    if (!whole) {
      return;
    }
    this.waiting("");
    this.article.dataset.state = state;
    this.article.setAttribute("aria-busy", "false");
    this.body.querySelector("[data-tail]")?.remove();
    const stored = whole.querySelector("[data-reply-body]");
    if (stored && blocks(stored) !== blocks(this.body)) {
      this.body.replaceWith(stored);
    }
    this.article.setAttribute("aria-label", whole.getAttribute("aria-label") ?? "");
    for (const part of SWAPPED) {
      swap(this.article, whole, part);
    }
  }

  private tailElement(): HTMLElement {
    const known = this.body.querySelector<HTMLElement>("[data-tail]");
    if (known) {
      return known;
    }
    const tail = document.createElement("p");
    tail.className = "tail";
    tail.dataset.tail = "";
    this.body.append(tail);
    return tail;
  }

  /** A fresh tail, whose dot is at rest again. */
  private clearTail(): void {
    this.body.querySelector("[data-tail]")?.remove();
    this.tailElement();
  }
}

/** Append to the one text node of an element: no parsing, no copy of what is there. */
function appendText(target: Element, text: string): void {
  const last = target.lastChild;
  if (last instanceof Text) {
    last.appendData(text);
  } else {
    target.append(text);
  }
}

function blocks(body: Element): string {
  // A drawing in the place of its code brings words of its own.
  const texts = Array.from(
    body.querySelectorAll<HTMLElement>("[data-block]"),
    (block) => block.dataset.plain ?? block.textContent,
  );
  return texts.join("\n");
}

function swap(article: HTMLElement, whole: HTMLElement, selector: string): void {
  const old = article.querySelector(selector);
  const fresh = whole.querySelector(selector);
  if (old && fresh) {
    keepOpen(old, fresh);
    old.replaceWith(fresh);
  } else if (fresh) {
    article.querySelector("[data-reply-footer]")?.before(fresh);
  } else {
    old?.remove();
  }
}

function keepOpen(old: Element, fresh: Element): void {
  for (const details of fresh.querySelectorAll<HTMLDetailsElement>("details[data-step]")) {
    const key = CSS.escape(details.dataset.step ?? "");
    const before = old.querySelector<HTMLDetailsElement>(`details[data-step="${key}"]`);
    details.open = before?.open ?? details.open;
  }
}

/** Painters keep an open fence between frames, so each article has one. */
const painters = new WeakMap<HTMLElement, ReplyPainter>();

export function painterOf(article: HTMLElement): ReplyPainter {
  const known = painters.get(article) ?? new ReplyPainter(article);
  painters.set(article, known);
  return known;
}
