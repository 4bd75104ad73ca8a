import { expect, test } from "vitest";
import { fileName, slicesOf } from "../export/slices";

test("a page that fits is one piece", () => {
  expect(slicesOf(100, [40, 100], 200)).toEqual([{ start: 0, end: 100 }]);
});

test("a long page is cut between blocks", () => {
  expect(slicesOf(250, [30, 80, 120, 190, 250], 100)).toEqual([
    { start: 0, end: 80 },
    { start: 80, end: 120 },
    { start: 120, end: 190 },
    { start: 190, end: 250 },
  ]);
});

test("a block that is taller than a piece is cut in the middle", () => {
  expect(slicesOf(250, [10, 240, 250], 100)).toEqual([
    { start: 0, end: 10 },
    { start: 10, end: 110 },
    { start: 110, end: 210 },
    { start: 210, end: 250 },
  ]);
});

test("files are named after the chat and numbered where there are several", () => {
  expect(fileName("Name a prime: why / how?", 1, 1)).toBe("Name-a-prime-why-how.png");
  expect(fileName("سلام دنیا", 2, 3)).toBe("سلام-دنیا-2.png");
  expect(fileName("…", 1, 1)).toBe("chat.png");
});
