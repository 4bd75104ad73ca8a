/** What a program prints, in portions that a page can take. */

import type { PythonAnswer } from "./protocol";

const MOST = 100_000; // characters of one run
const AT_ONCE = 500; // pieces that are passed on as they come; then they are gathered
const EVERY_MS = 50;

export class Output {
  private id = 0;
  private type: "out" | "err" = "out";
  private gathered = "";
  private written = 0;
  private pieces = 0;
  private toldAt = 0;

  constructor(private readonly tell: (answer: PythonAnswer) => void) {}

  begin(id: number): void {
    this.id = id;
    this.gathered = "";
    this.written = 0;
    this.pieces = 0;
  }

  write(type: "out" | "err", text: string): void {
    if (this.written >= MOST) {
      return;
    }
    if (type !== this.type) {
      this.flush();
      this.type = type;
    }
    this.gathered += text.slice(0, MOST - this.written);
    this.written += text.length;
    this.pieces += 1;
    if (this.pieces < AT_ONCE || performance.now() - this.toldAt > EVERY_MS) {
      this.flush();
    }
    if (this.written >= MOST) {
      this.flush();
      this.tell({ type: "cut", id: this.id });
    }
  }

  flush(): void {
    if (this.gathered) {
      this.tell({ type: this.type, id: this.id, text: this.gathered });
      this.gathered = "";
      this.toldAt = performance.now();
    }
  }
}
