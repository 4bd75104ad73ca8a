import { expect, test } from "vitest";
import { backoff, isNew, parse } from "../stream/frames";

test("a batch that was seen changes nothing", () => {
  expect(isNew(7, 7)).toBe(false);
  expect(isNew(7, 3)).toBe(false);
  expect(isNew(7, 8)).toBe(true);
});

test("a message of a newer server is ignored", () => {
  expect(parse('{"type":"hologram"}')).toBeNull();
});

test("what is not JSON is ignored", () => {
  expect(parse("<html>")).toBeNull();
  expect(parse("null")).toBeNull();
});

test("a known message is read", () => {
  expect(parse('{"type":"gone","generation":"g1"}')).toEqual({ type: "gone", generation: "g1" });
});

test("waiting grows and is bounded", () => {
  expect([0, 1, 2, 20].map(backoff)).toEqual([500, 1000, 2000, 10_000]);
});
