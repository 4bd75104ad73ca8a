/** Gathers frames and hands them over once per animation frame; a hidden tab waits. */

import type { Frame } from "./frames";

export class Batcher {
  private waiting: Frame[] = [];
  private isAsked = false;

  constructor(private readonly paint: (frames: Frame[]) => void) {}

  add(frames: Frame[]): void {
    this.waiting.push(...frames);
    if (!this.isAsked) {
      this.isAsked = true;
      // Not called while the tab is hidden: then everything is painted at once on return.
      requestAnimationFrame(() => this.flush());
    }
  }

  flush(): void {
    this.isAsked = false;
    const frames = merge(this.waiting);
    this.waiting = [];
    if (frames.length > 0) {
      this.paint(frames);
    }
  }
}

/** Join neighbouring pieces of tail and thinking text. */
export function merge(frames: readonly Frame[]): Frame[] {
  const merged: Frame[] = [];
  for (const frame of frames) {
    const last = merged.at(-1);
    if (frame.type === "tail" && last?.type === "tail") {
      merged[merged.length - 1] = { type: "tail", text: last.text + frame.text };
    } else if (frame.type === "think" && last?.type === "think" && last.key === frame.key) {
      merged[merged.length - 1] = { ...last, text: last.text + frame.text };
    } else {
      merged.push(frame);
    }
  }
  return merged;
}
