import { describe, expect, it } from "vitest";
import { groupKey, placeAmong } from "../ui/groups";
import { chosenAfter, rangeOf } from "../ui/selection";

const NOW = new Date(2026, 10, 21, 9, 30);

describe("the group of a row", () => {
  it.each([
    [new Date(2026, 10, 21, 0, 0), "today"],
    [new Date(2026, 10, 22, 1, 0), "today"],
    [new Date(2026, 10, 20, 23, 59), "yesterday"],
    [new Date(2026, 10, 19, 12, 0), "week"],
    [new Date(2026, 10, 15, 0, 0), "week"],
    [new Date(2026, 10, 14, 23, 59), "month"],
    [new Date(2026, 9, 23, 0, 0), "month"],
    [new Date(2026, 9, 22, 23, 59), "2026-10"],
    [new Date(2025, 1, 3), "2025-02"],
  ])("of %s is %s", (moment, key) => {
    expect(groupKey(moment, NOW)).toBe(key);
  });

  it("holds its rows newest first", () => {
    expect(placeAmong([30, 20, 10], 25)).toBe(1);
    expect(placeAmong([30, 20, 10], 30)).toBe(0);
    expect(placeAmong([30, 20, 10], 5)).toBe(-1);
  });
});

describe("choosing rows", () => {
  const order = ["a", "b", "c", "d"];

  it("takes a range in either direction", () => {
    expect(rangeOf(order, "b", "d")).toEqual(["b", "c", "d"]);
    expect(rangeOf(order, "c", "a")).toEqual(["a", "b", "c"]);
  });

  it("falls back to the one row when the other end is gone", () => {
    expect(rangeOf(order, "gone", "c")).toEqual(["c"]);
  });

  it("sets and clears all of a range", () => {
    const three = chosenAfter(new Set(["a"]), order, { id: "c", isOn: true, anchor: "a" });
    expect([...three]).toEqual(["a", "b", "c"]);
    const one = chosenAfter(three, order, { id: "b", isOn: false, anchor: "c" });
    expect([...one]).toEqual(["a"]);
  });

  it("sets one box without an anchor", () => {
    expect([...chosenAfter(new Set(), order, { id: "d", isOn: true, anchor: "" })]).toEqual(["d"]);
  });
});
