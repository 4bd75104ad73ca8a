/** Messages by keyboard: from one to the next, to what can be done with it, between versions. */

import { isWritingOutside } from "../ui/focus";
import { nextIndex } from "../ui/menu";
import { text } from "../ui/texts";
import { announce } from "./live";
import type { ThreadElement } from "./thread";

const FIELDS = "input, textarea, select, [contenteditable], [popover], dialog";

/** Which way a key leads from message to message; null for other keys. */
export function stepOf(key: string): 1 | -1 | null {
  switch (key) {
    case "ArrowDown":
    case "j":
      return 1;
    case "ArrowUp":
    case "k":
      return -1;
    default:
      return null;
  }
}

function thread(): ThreadElement | null {
  return document.querySelector<ThreadElement>("lc-thread");
}

function articlesOf(root: ParentNode): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(":not([hidden]) > article.message")];
}

function focusMessage(root: HTMLElement, article: HTMLElement | undefined): boolean {
  if (!article) {
    return false;
  }
  const all = articlesOf(root);
  article.setAttribute("aria-posinset", String(all.indexOf(article) + 1));
  article.setAttribute(
    "aria-setsize",
    String(root.querySelector("[data-older]") ? -1 : all.length),
  );
  article.focus();
  return true;
}

/** The last message of which something is in sight. */
function lastInSight(root: HTMLElement): HTMLElement | undefined {
  const { bottom } = root.getBoundingClientRect();
  return articlesOf(root)
    .filter((item) => item.getBoundingClientRect().top < bottom)
    .at(-1);
}

/** A message taller than the page is read to its end first. */
function isReadFurther(root: HTMLElement, article: HTMLElement, by: 1 | -1): boolean {
  const page = root.getBoundingClientRect();
  const box = article.getBoundingClientRect();
  return by > 0 ? box.bottom > page.bottom + 1 : box.top < page.top - 1;
}

function actionsOf(article: HTMLElement): HTMLElement[] {
  const all = article.querySelectorAll<HTMLElement>(".actions :is(button, a):not([disabled])");
  return [...all].filter((item) => item.closest("[popover]") === null);
}

/** What a plain key was pressed on; null for keys that are none of ours. */
function placeOf(event: KeyboardEvent): HTMLElement | null {
  const target = event.target instanceof HTMLElement ? event.target : null;
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
  return hasModifier || event.defaultPrevented || target?.closest(FIELDS) ? null : target;
}

/** A key in the thread; true when it was understood. */
export function movedByKey(root: ThreadElement, event: KeyboardEvent): boolean {
  const target = placeOf(event);
  if (!target) {
    return false;
  }
  const article = target.closest<HTMLElement>("article.message");
  if (event.key === "Escape") {
    return leave(article, target);
  }
  if (article && target.closest(".actions")) {
    const isPress = event.key === "Enter";
    return (
      !isPress && (movedAlong(article, target, event.key) || movedTo(root, article, event.key))
    );
  }
  const isOnMessage = target === article || target === root;
  const isLetter = event.key === "j" || event.key === "k";
  return (isOnMessage || isLetter) && movedTo(root, article, event.key);
}

/** Enter leads from a message to what can be done with it. */
function enter(article: HTMLElement | null): boolean {
  const action = article && actionsOf(article)[0];
  action?.focus();
  return Boolean(action);
}

/** Escape leads from what can be done with a message to the message, then to the message box. */
function leave(article: HTMLElement | null, target: HTMLElement): boolean {
  if (article && target !== article) {
    article.focus();
  } else {
    document.querySelector<HTMLElement>("[data-composer] textarea")?.focus();
  }
  return true;
}

function movedAlong(article: HTMLElement, target: HTMLElement, key: string): boolean {
  const actions = actionsOf(article);
  const isRightToLeft = document.documentElement.dir === "rtl";
  const turned: Record<string, string> = {
    ArrowRight: isRightToLeft ? "ArrowUp" : "ArrowDown",
    ArrowLeft: isRightToLeft ? "ArrowDown" : "ArrowUp",
  };
  const next = nextIndex(turned[key] ?? "", actions.indexOf(target), actions.length);
  if (next !== null) {
    actions[next]?.focus();
  }
  return next !== null;
}

function movedTo(root: ThreadElement, article: HTMLElement | null, key: string): boolean {
  switch (key) {
    case "Home":
      return toTop();
    case "End":
      return toBottom();
    case "Enter":
      return enter(article);
    default:
      return movedBy(root, article, key);
  }
}

function movedBy(root: ThreadElement, article: HTMLElement | null, key: string): boolean {
  const by = stepOf(key);
  if (by === null) {
    return false;
  }
  if (!article) {
    return focusMessage(root, lastInSight(root));
  }
  if (key.startsWith("Arrow") && isReadFurther(root, article, by)) {
    return false; // the browser scrolls
  }
  const all = articlesOf(root);
  return focusMessage(root, all[all.indexOf(article) + by]);
}

/** Go to the first message, which may have to be fetched. */
export function toTop(): boolean {
  const root = thread();
  root
    ?.whole()
    .then(() => {
      if (focusMessage(root, articlesOf(root)[0])) {
        root.scrollTop = 0;
      }
    })
    .catch(() => undefined); // said where it was fetched
  return root !== null;
}

/** Go to the end of the newest message. */
export function toBottom(): boolean {
  const root = thread();
  if (root && focusMessage(root, articlesOf(root).at(-1))) {
    root.toNewest();
  }
  return root !== null;
}

/** Show another version of the message with the focus, else of the last that has several. */
export function stepVersion(by: 1 | -1): boolean {
  const root = thread();
  const all = root ? articlesOf(root) : [];
  const article =
    all.find((item) => item.contains(document.activeElement)) ??
    all.filter((item) => item.querySelector(".siblings")).at(-1);
  const steps = article?.querySelectorAll<HTMLElement>('.siblings [data-action="select"]') ?? [];
  const step = [...steps].at(by < 0 ? 0 : -1);
  step?.click();
  return step !== undefined;
}

/** Replace the messages; where the focus was, the version that took the place gets it. */
export function keepingFocus(chat: HTMLElement, root: HTMLElement, control: Element): () => void {
  const article = control.closest<HTMLElement>("article");
  const place = article ? articlesOf(root).indexOf(article) : -1;
  const hadFocus = article?.contains(document.activeElement) ?? false;
  const label = control.matches(":focus") ? control.getAttribute("aria-label") : null;
  return () => {
    const fresh = articlesOf(root)[place];
    const count = fresh?.querySelector(".siblings .numbers")?.textContent.trim() ?? "";
    announce(chat, `${text("version", "Version")} ${count}`);
    if (fresh && hadFocus && !isWritingOutside(root)) {
      const same = (item: HTMLElement): boolean => item.getAttribute("aria-label") === label;
      const step = label === null ? undefined : actionsOf(fresh).find(same);
      (step ?? fresh).focus({ preventScroll: true });
    }
  };
}
