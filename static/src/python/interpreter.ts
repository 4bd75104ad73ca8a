/** Runs programs in the hidden frame, one after the other. */

import { text } from "../ui/texts";
import type { PythonAnswer, PythonRequest } from "./protocol";

const FRAME = "/_/python";
export const MOST_SECONDS = 60;
const PATIENCE_MS = 120_000; // until Python is there

/** How a run ended where the program did not end it. */
export type Ending = "stopped" | "late" | "broken";
export type Heard = (answer: PythonAnswer) => void;

const LAST = new Set<PythonAnswer["type"]>(["value", "error", "module", "memory", "broken"]);

let number = 0;
let frame: Promise<Window> | null = null;
let before: Promise<unknown> = Promise.resolve();

function openFrame(): Promise<Window> {
  return new Promise((resolve) => {
    const holder = document.createElement("iframe");
    holder.className = "diagram-frame";
    holder.setAttribute("sandbox", "allow-scripts");
    holder.src = FRAME;
    holder.tabIndex = -1;
    holder.setAttribute("aria-hidden", "true");
    const heard = (event: MessageEvent): void => {
      if (event.source && event.source === holder.contentWindow) {
        removeEventListener("message", heard);
        resolve(event.source as Window);
      }
    };
    addEventListener("message", heard);
    document.body.append(holder);
  });
}

function ask(target: Window, request: PythonRequest): void {
  target.postMessage(request, "*"); // a sandboxed frame has no origin to name
}

/** One run: what is said of it, and how long it may take. */
class Turn {
  private readonly id = ++number;
  private timer = 0;
  private resolve: (ending: Ending) => void = () => undefined;

  constructor(
    private readonly target: Window,
    private readonly heard: Heard,
    private readonly signal: AbortSignal,
  ) {}

  perform(code: string): Promise<Ending> {
    addEventListener("message", this.listen);
    this.signal.addEventListener("abort", this.aborted);
    this.within(PATIENCE_MS, "broken");
    const refusal = text("pythonInput", "A program in a chat cannot ask for input.");
    ask(this.target, { type: "run", id: this.id, code, refusal });
    return new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  private readonly listen = (event: MessageEvent): void => {
    const answer = event.data as PythonAnswer;
    if (event.source === this.target && answer.id === this.id) {
      this.take(answer);
    }
  };

  private readonly aborted = (): void => this.cut("stopped");

  private take(answer: PythonAnswer): void {
    if (answer.type === "running") {
      this.within(MOST_SECONDS * 1_000, "late");
    }
    this.heard(answer);
    if (LAST.has(answer.type)) {
      this.end(answer.type === "broken" ? "broken" : "stopped");
    }
  }

  private within(milliseconds: number, otherwise: Ending): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.cut(otherwise), milliseconds);
  }

  private cut(ending: Ending): void {
    ask(this.target, { type: "stop" });
    this.end(ending);
  }

  private end(ending: Ending): void {
    clearTimeout(this.timer);
    removeEventListener("message", this.listen);
    this.signal.removeEventListener("abort", this.aborted);
    this.resolve(ending);
  }
}

/** Run a program; `heard` is told all it says. Resolves when it has ended. */
export function run(code: string, heard: Heard, signal: AbortSignal): Promise<Ending> {
  const turn = before.then(async (): Promise<Ending> => {
    if (signal.aborted) {
      return "stopped";
    }
    frame ??= openFrame();
    return new Turn(await frame, heard, signal).perform(code);
  });
  before = turn.catch(() => undefined);
  return turn;
}
