import { beforeEach, expect, test } from "vitest";
import { openTurn, optimisticTurn } from "../chat/turns";

const ROOT = "00000000-0000-0000-0000-000000000000";
let messages: HTMLElement;

const article = (id: string, parent: string) =>
  `<article data-message-id="${id}" data-parent-id="${parent}"></article>`;
const shown = () => [...messages.children].map((item) => item.getAttribute("data-message-id"));

beforeEach(() => {
  messages = document.createElement("div");
  messages.innerHTML =
    article("u1", ROOT) + article("a1", "u1") + article("u2", "a1") + article("a2", "u2");
});

test("a new turn stands at the end", () => {
  openTurn(messages, article("u3", "a2"), article("a3", "u3"));
  expect(shown()).toEqual(["u1", "a1", "u2", "a2", "u3", "a3"]);
});

test("a regenerated answer takes the place of the old one", () => {
  openTurn(messages, article("u2", "a1"), article("a9", "u2"));
  expect(shown()).toEqual(["u1", "a1", "u2", "a9"]);
});

test("an edited turn drops what followed its parent", () => {
  openTurn(messages, article("u9", "a1"), article("a9", "u9"));
  expect(shown()).toEqual(["u1", "a1", "u9", "a9"]);
});

test("an edited first turn starts the thread anew", () => {
  openTurn(messages, article("u9", ROOT), article("a9", "u9"));
  expect(shown()).toEqual(["u9", "a9"]);
});

test("the optimistic turn is replaced by the server's", () => {
  const { turn, reply } = optimisticTurn("Hi");
  messages.append(turn, reply);
  openTurn(messages, article("u3", "a2"), article("a3", "u3"));
  expect(shown()).toEqual(["u1", "a1", "u2", "a2", "u3", "a3"]);
});

test("a reply that is shown already is replaced in place", () => {
  openTurn(messages, article("u2", "a1"), article("a2", "u2"));
  expect(shown()).toEqual(["u1", "a1", "u2", "a2"]);
});
