import { expect, test } from "vitest";
import { valueAfter } from "../chat/rail";
import { bodyOf } from "../chat/start";
import { matches } from "../composer/picker";
import { nextIndex } from "../ui/menu";

const TURN = {
  text: "Hi",
  endpoint: "openAI",
  model: "gpt-4o",
  spec: "",
  isTemporary: false,
  clientRequestId: "r1",
};

test("a new conversation sends no conversation id", () => {
  const body = bodyOf(TURN, "new", "");
  expect("conversationId" in body).toBe(false);
  expect(body.parentMessageId).toBe("00000000-0000-0000-0000-000000000000");
});

test("a further turn names its conversation and parent", () => {
  const body = bodyOf(TURN, "c1", "a1");
  expect(body.conversationId).toBe("c1");
  expect(body.parentMessageId).toBe("a1");
});

test("a turn by a preset names it, another leaves the old one out", () => {
  expect(bodyOf({ ...TURN, spec: "house" }, "c1", "a1").spec).toBe("house");
  expect("spec" in bodyOf(TURN, "c1", "a1")).toBe(false);
});

test("every word of a search must occur", () => {
  expect(matches("Claude Sonnet 5", "son clau")).toBe(true);
  expect(matches("Claude Sonnet 5", "opus")).toBe(false);
  expect(matches("anything", "")).toBe(true);
});

test("arrow keys go round", () => {
  expect(nextIndex("ArrowDown", 2, 3)).toBe(0);
  expect(nextIndex("ArrowUp", 0, 3)).toBe(2);
  expect(nextIndex("End", 0, 3)).toBe(2);
  expect(nextIndex("x", 0, 3)).toBeNull();
  expect(nextIndex("ArrowDown", 0, 0)).toBeNull();
});

test("the rail's keys stay within the turns", () => {
  expect(valueAfter("ArrowDown", 3, 5)).toBe(4);
  expect(valueAfter("ArrowDown", 4, 5)).toBe(4);
  expect(valueAfter("PageUp", 30, 100)).toBe(20);
  expect(valueAfter("Home", 30, 100)).toBe(0);
  expect(valueAfter("End", 30, 100)).toBe(99);
  expect(valueAfter("a", 30, 100)).toBe(null);
});
