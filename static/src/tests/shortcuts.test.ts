import { expect, test } from "vitest";
import { stepOf } from "../chat/keyboard";
import { chatActs } from "../ui/chat_menu";
import { commandSearch, fits } from "../ui/commands";
import { actionFor, ariaOf, labelOf, nameOf, worksInField } from "../ui/shortcut_keys";
import { catchTyping } from "../ui/typing";

function press(key: string, more: KeyboardEventInit = {}): string {
  return nameOf(new KeyboardEvent("keydown", { key, ...more }));
}

test("a key press has one name on every keyboard", () => {
  expect(press("O", { metaKey: true, shiftKey: true })).toBe("mod+shift+o");
  expect(press("o", { ctrlKey: true, shiftKey: true })).toBe("mod+shift+o");
  expect(press("щ", { ctrlKey: true, code: "KeyO" })).toBe("mod+o");
  expect(press("z", { ctrlKey: true, code: "KeyY" })).toBe("mod+z");
  expect(press("ø", { altKey: true, code: "KeyO" })).toBe("alt+o");
});

test("signs keep their name whatever Shift makes of them", () => {
  expect(press("?", { ctrlKey: true, shiftKey: true, code: "Slash" })).toBe("mod+shift+/");
  expect(press(":", { ctrlKey: true, shiftKey: true, code: "Semicolon" })).toBe("mod+shift+;");
  expect(press("?", { shiftKey: true, code: "Slash" })).toBe("?");
  expect(press("?", { shiftKey: true, code: "Minus" })).toBe("?");
});

test("keys without a sign are named, those that only modify are nothing", () => {
  expect(press("ArrowLeft", { altKey: true, code: "ArrowLeft" })).toBe("alt+arrowleft");
  expect(press("Escape", { shiftKey: true })).toBe("shift+escape");
  expect(press(" ", { ctrlKey: true })).toBe("mod+space");
  expect(press("Shift", { shiftKey: true })).toBe("");
  expect(press("Control", { ctrlKey: true })).toBe("");
});

test("keys are written as on this kind of computer", () => {
  expect(labelOf("mod+shift+o", false)).toBe("Ctrl+Shift+O");
  expect(labelOf("mod+shift+arrowup", true)).toBe("⌘ ⇧ ↑");
  expect(labelOf("mod++", false)).toBe("Ctrl++");
  expect(labelOf("?", false)).toBe("?");
});

test("controls say their keys for both kinds of computers", () => {
  expect(ariaOf("mod+shift+o")).toBe("Control+Shift+O Meta+Shift+O");
  expect(ariaOf("mod+shift+i alt+arrowup")).toBe("Control+Shift+I Meta+Shift+I Alt+ArrowUp");
  expect(ariaOf("")).toBe("");
});

test("a key press starts what the person gave it, and nothing else", () => {
  const bindings = { palette: "mod+j", shortcuts: "mod+shift+/ ?", pin: "" };
  expect(actionFor(bindings, "mod+j")).toBe("palette");
  expect(actionFor(bindings, "?")).toBe("shortcuts");
  expect(actionFor(bindings, "mod+k")).toBeNull();
  expect(actionFor(bindings, "")).toBeNull();
  expect(actionFor({}, "mod+j")).toBeNull();
});

test("while somebody writes, keys that write or edit start nothing", () => {
  expect(worksInField("mod+k", false)).toBe(true);
  expect(worksInField("shift+escape", false)).toBe(true);
  expect(worksInField("?", true)).toBe(false);
  expect(worksInField("mod+shift+arrowup", false)).toBe(false);
  expect(worksInField("mod+shift+backspace", false)).toBe(false);
  expect(worksInField("alt+arrowup", true)).toBe(true);
});

test("a command is found by the beginnings of its words", () => {
  expect(fits("Switch theme: dark", "sw th")).toBe(true);
  expect(fits("Switch theme: dark", "Theme")).toBe(true);
  expect(fits("New project", "eject")).toBe(false);
  expect(fits("New project", "")).toBe(true);
});

test("only what begins with > asks for commands", () => {
  expect(commandSearch("> new")).toBe("new");
  expect(commandSearch(">")).toBe("");
  expect(commandSearch("a > b")).toBeNull();
});

test("arrows and the letters beside them lead from message to message", () => {
  expect(stepOf("ArrowDown")).toBe(1);
  expect(stepOf("j")).toBe(1);
  expect(stepOf("k")).toBe(-1);
  expect(stepOf("ArrowLeft")).toBeNull();
});

test("the open chat offers what fits its state, a page without a chat nothing", () => {
  const menu = `<div data-menu="row"><button role="menuitem" data-action="pin">Pin</button>
    <button role="menuitem" data-action="unpin">Unpin</button>
    <a role="menuitem" data-place="share">Share</a></div>`;
  document.body.innerHTML = `<a class="head-title" data-row-menu data-conversation-id="c1"
    data-pinned></a>${menu}`;
  expect([...chatActs()]).toEqual([
    ["unpin", "Unpin"],
    ["share", "Share"],
  ]);
  document.body.innerHTML = menu;
  expect(chatActs().size).toBe(0);
});

function type(...keys: string[]): void {
  for (const key of keys) {
    document.dispatchEvent(new KeyboardEvent("keydown", { key }));
  }
}

test("what is typed before the palette is there is kept for it", () => {
  const typed = catchTyping();
  type(">", "n", "o", "Backspace");
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }));
  expect(typed()).toEqual({ text: ">n", isEntered: false, isLeft: false });
  type("x");
  expect(typed().text).toBe(">n");
});

test("Enter and Escape before the palette is there are for it too", () => {
  const entered = catchTyping();
  type(">", "n", "Enter", "x");
  expect(entered()).toEqual({ text: ">n", isEntered: true, isLeft: false });
  const left = catchTyping();
  type(">", "Escape");
  expect(left().isLeft).toBe(true);
});
