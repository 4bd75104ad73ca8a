import { expect, test, vi } from "vitest";
import { Batcher, merge } from "../stream/batcher";
import type { Frame } from "../stream/frames";

test("neighboring tail texts become one", () => {
  expect(
    merge([
      { type: "tail", text: "Hel" },
      { type: "tail", text: "lo" },
      { type: "block", id: "b0", html: "<p>Hello</p>" },
      { type: "tail", text: "more" },
    ]),
  ).toEqual([
    { type: "tail", text: "Hello" },
    { type: "block", id: "b0", html: "<p>Hello</p>" },
    { type: "tail", text: "more" },
  ]);
});

test("thinking of different steps stays apart", () => {
  const frames: Frame[] = [
    { type: "think", key: "s0", text: "a" },
    { type: "think", key: "s1", text: "b" },
    { type: "think", key: "s1", text: "c" },
  ];
  expect(merge(frames)).toEqual([
    { type: "think", key: "s0", text: "a" },
    { type: "think", key: "s1", text: "bc" },
  ]);
});

test("frames are painted once per animation frame", () => {
  const asked: FrameRequestCallback[] = [];
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => asked.push(callback));
  const painted: Frame[][] = [];
  const batcher = new Batcher((frames) => painted.push(frames));
  batcher.add([{ type: "tail", text: "a" }]);
  batcher.add([{ type: "tail", text: "b" }]);
  expect(asked).toHaveLength(1);
  asked[0]?.(0);
  expect(painted).toEqual([[{ type: "tail", text: "ab" }]]);
  vi.unstubAllGlobals();
});
