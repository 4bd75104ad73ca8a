/** The output below a block of Python, and the button that runs it. */

import { text } from "../ui/texts";
import { type Ending, MOST_SECONDS, run } from "./interpreter";
import type { PythonAnswer } from "./protocol";

const programs = new WeakMap<Element, Program>();

class Program {
  private readonly box = document.createElement("div");
  private readonly state = document.createElement("p");
  private readonly shown = document.createElement("pre");
  private control: AbortController | null = null;
  private hasEnded = false;

  constructor(
    private readonly button: HTMLElement,
    private readonly code: Element,
    figure: Element,
  ) {
    this.box.className = "run";
    this.box.dataset.run = "";
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", text("pythonOutput", "Output of the program"));
    this.state.className = "run-state";
    this.state.setAttribute("role", "status");
    this.shown.tabIndex = 0;
    this.shown.hidden = true;
    this.box.append(this.state, this.shown);
    figure.append(this.box);
  }

  toggle(): void {
    if (this.control) {
      this.control.abort();
    } else {
      this.start().catch(() => this.ended("broken"));
    }
  }

  private async start(): Promise<void> {
    this.control = new AbortController();
    this.hasEnded = false;
    this.shown.replaceChildren();
    this.shown.hidden = true;
    this.label(text("pythonStop", "Stop"));
    this.say(text("pythonStarting", "Python is starting …"));
    const code = this.code.textContent;
    this.ended(await run(code, (answer) => this.heard(answer), this.control.signal));
  }

  private heard(answer: PythonAnswer): void {
    switch (answer.type) {
      case "running":
        this.say(text("pythonRunning", "Running …"));
        break;
      case "out":
        this.show(answer.text, "");
        break;
      case "err":
        this.show(answer.text, "run-error");
        break;
      case "cut":
        this.show(`\n${text("pythonCut", "… The rest of the output is left out.")}`, "run-note");
        break;
      default:
        this.finished(answer);
    }
  }

  private finished(answer: PythonAnswer): void {
    this.hasEnded = answer.type !== "broken";
    switch (answer.type) {
      case "value":
        this.show(answer.text, "run-value");
        this.say(this.shown.hidden ? text("pythonQuiet", "Finished without output.") : "");
        break;
      case "error":
        this.show(answer.text, "run-error");
        this.say(text("pythonError", "The program ended with an error."));
        break;
      case "module":
        this.say(
          text("pythonModule", "There is no module “{name}” here, only Python's own library.", {
            name: answer.text,
          }),
        );
        break;
      case "memory":
        this.say(text("pythonMemory", "The program needs more memory than a browser gives it."));
        break;
      default:
    }
  }

  private ended(ending: Ending): void {
    this.control = null;
    this.label(text("pythonRun", "Run"));
    if (this.hasEnded) {
      return;
    }
    const sentences: Record<Ending, string> = {
      stopped: text("pythonStopped", "Stopped."),
      late: text("pythonLate", "Stopped after {n} seconds, the longest a program may run here.", {
        n: MOST_SECONDS,
      }),
      broken: text("pythonBroken", "Python did not start. Load the page again and try once more."),
    };
    this.say(sentences[ending]);
  }

  private show(words: string, kind: string): void {
    if (!words) {
      return;
    }
    this.shown.hidden = false;
    const last = this.shown.lastElementChild;
    if (last?.className === kind && last.firstChild instanceof Text) {
      last.firstChild.appendData(words);
      return;
    }
    const piece = document.createElement("span");
    piece.className = kind;
    piece.append(words);
    this.shown.append(piece);
  }

  private say(sentence: string): void {
    this.state.textContent = sentence;
    this.state.hidden = sentence === "";
  }

  private label(words: string): void {
    this.button.textContent = words;
  }
}

/** Run the program of a block, or stop it. */
export function toggle(button: HTMLElement): void {
  const figure = button.closest("figure.code");
  const code = figure?.querySelector("code");
  if (figure && code) {
    const program = programs.get(figure) ?? new Program(button, code, figure);
    programs.set(figure, program);
    program.toggle();
  }
}
