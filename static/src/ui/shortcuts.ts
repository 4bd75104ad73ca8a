/** Keys that work anywhere on the page. Which keys, the page says: each person may choose. */

import { sentence } from "../api/http";
import { stepVersion, toBottom, toTop } from "../chat/keyboard";
import { chatAct } from "./chat_menu";
import { isLayerOpen } from "./layers";
import { actionFor, ariaOf, isMac, labelOf, nameOf, worksInField } from "./shortcut_keys";
import { toast } from "./toasts";
import { catchTyping } from "./typing";

const FIELDS = "input, textarea, select, [contenteditable]";
const ASSISTANT = 'article[data-role="assistant"]';

/** Start something; false when the page has nothing to start. */
type Action = () => boolean;

/** What each shortcut does; accounts/services/shortcuts.py has their names and usual keys. */
const ACTIONS: Record<string, Action> = {
  palette: () => load(palette),
  shortcuts: () => load(() => import("./shortcut_help").then(({ openHelp }) => openHelp())),
  "new-chat": () => follow("[data-new-chat]", "/c/new"),
  temporary: () => follow("[data-temporary-toggle]", "/c/new?temporary=1"),
  search: () => go("/search"),
  settings: () => follow("[data-settings-open]", "/settings/appearance"),
  sidebar: () => press(first('[data-action="sidebar-toggle"]')),
  "focus-composer": () => focus("[data-composer] textarea"),
  model: () => press(first("[data-picker-open]")),
  stop: () => press(first("[data-stop]:not([hidden])")),
  "edit-last": () => press(last('article[data-role="user"] [data-action="edit"]')),
  regenerate: () => press(last('[data-action="regenerate"]')),
  continue: () => press(last(`${ASSISTANT} [data-action="continue"]`)),
  "copy-reply": () => press(last(`${ASSISTANT} [data-reply-footer] [data-copy]`)),
  "copy-code": () => press(last("figure.code [data-copy]")),
  "previous-version": () => stepVersion(-1),
  "next-version": () => stepVersion(1),
  top: toTop,
  bottom: toBottom,
  pin: () => chatAct("pin", "unpin"),
  bookmark: () => chatAct("bookmarks"),
  archive: () => chatAct("archive", "unarchive"),
  delete: () => chatAct("delete"),
};

/** Controls that say their keys. */
const CONTROLS: Record<string, string> = {
  palette: "[data-palette-open]",
  "new-chat": "[data-new-chat]",
  temporary: "[data-temporary-toggle]",
  settings: "[data-settings-open]",
  sidebar: '[data-action="sidebar-toggle"]',
  model: "[data-picker-open]",
  stop: "[data-stop]",
};

export const ACTION_NAMES = Object.keys(ACTIONS);

function first(selector: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(selector);
}

function last(selector: string): HTMLElement | null {
  return [...document.querySelectorAll<HTMLElement>(selector)].at(-1) ?? null;
}

function press(target: HTMLElement | null): boolean {
  target?.click();
  return target !== null;
}

function focus(selector: string): boolean {
  const target = first(selector);
  target?.focus();
  return target !== null;
}

/** Use the link of the page, which may know more; else go where it would lead. */
function follow(selector: string, path: string): boolean {
  return press(first(selector)) || go(path);
}

function go(path: string): boolean {
  location.assign(path);
  return true;
}

function load(start: () => Promise<void>): boolean {
  start().catch((error: unknown) => toast(sentence(error), { stays: true }));
  return true;
}

async function palette(): Promise<void> {
  const typed = catchTyping();
  try {
    const { openPalette } = await import("./palette");
    const { text, isEntered, isLeft } = typed();
    if (!isLeft) {
      openPalette(text, isEntered);
    }
  } finally {
    typed();
  }
}

/** This person's keys: name of the shortcut → keys; nothing when they are switched off. */
export function bindings(): Record<string, string> {
  const given = first("[data-shortcuts]")?.dataset.shortcuts ?? "{}";
  return JSON.parse(given) as Record<string, string>;
}

/** Put other keys into the page, as after a change. */
export function setBindings(given: string): void {
  const holder = first("[data-shortcuts]");
  if (holder) {
    holder.dataset.shortcuts = given;
  }
  nameControls();
}

/** Controls and hints name the keys that work. */
function nameControls(): void {
  const known = bindings();
  for (const [name, selector] of Object.entries(CONTROLS)) {
    for (const control of document.querySelectorAll<HTMLElement>(selector)) {
      nameControl(control, known[name] ?? "");
    }
  }
}

function nameControl(control: HTMLElement, keys: string): void {
  if (keys) {
    control.setAttribute("aria-keyshortcuts", ariaOf(keys));
  } else {
    control.removeAttribute("aria-keyshortcuts");
  }
  const hint = control.querySelector<HTMLElement>(".sidebar-keys");
  if (hint) {
    hint.textContent = keys && labelOf(keys.split(" ")[0] ?? "", isMac());
  }
}

/** On a Mac the keys of a list have other names. */
export function labelKeys(root: ParentNode): void {
  for (const item of isMac() ? root.querySelectorAll<HTMLElement>("[data-keys]") : []) {
    item.textContent = labelOf(item.dataset.keys ?? "", true);
  }
}

function mayStart(event: KeyboardEvent, pressed: string): boolean {
  const field = event.target instanceof Element ? event.target.closest(FIELDS) : null;
  const isEmpty = field instanceof HTMLTextAreaElement && field.value === "";
  return field === null || worksInField(pressed, isEmpty);
}

function pressedAnywhere(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || isLayerOpen()) {
    return;
  }
  const pressed = nameOf(event);
  const name = actionFor(bindings(), pressed);
  if (name && mayStart(event, pressed) && ACTIONS[name]?.()) {
    event.preventDefault();
  }
}

function clickedAnywhere(event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : null;
  const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey);
  if (isPlain && target?.closest("[data-palette-open]")) {
    event.preventDefault();
    ACTIONS.palette?.();
  } else if (target?.closest("[data-shortcuts-open]")) {
    ACTIONS.shortcuts?.();
  }
}

export function watchShortcuts(): void {
  nameControls();
  labelKeys(document);
  document.addEventListener("keydown", pressedAnywhere);
  document.addEventListener("click", clickedAnywhere);
}
