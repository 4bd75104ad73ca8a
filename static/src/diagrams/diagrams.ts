/** Code blocks of Mermaid become drawings with Preview and Code; fetched when one is in sight. */

import { text } from "../ui/texts";
import { toast } from "../ui/toasts";
import { draw } from "./drawing";
import { type Drawing, drawingOf, pngFile, save, svgFile } from "./svg";
import { DiagramView } from "./view";

const LOWEST_PX = 220;
const HIGHEST_PX = 560;

class Diagram {
  private readonly source: string;
  private readonly frame = document.createElement("div");
  private readonly note = document.createElement("p");
  private readonly choices: Record<"preview" | "code", HTMLButtonElement>;
  private readonly view: DiagramView;
  private drawing: Drawing | null = null;

  constructor(
    private readonly figure: HTMLElement,
    private readonly code: HTMLElement,
  ) {
    this.source = code.textContent;
    this.choices = {
      preview: button(text("diagramPreview", "Preview"), () => this.choose("preview")),
      code: button(text("diagramCode", "Code"), () => this.choose("code")),
    };
    this.frame.className = "diagram-view";
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "group");
    this.frame.setAttribute(
      "aria-label",
      text("diagram", "Diagram; arrow keys move it, + and − zoom"),
    );
    const height = Math.min(HIGHEST_PX, Math.max(LOWEST_PX, code.offsetHeight));
    this.frame.style.height = `${height}px`;
    this.frame.hidden = true;
    this.view = new DiagramView(this.frame);
    this.frame.append(this.tools());
    this.note.className = "diagram-note";
    this.note.setAttribute("role", "status");
    this.note.hidden = true;
    const chooser = document.createElement("span");
    chooser.className = "diagram-choices";
    chooser.append(this.choices.preview, this.choices.code);
    figure.querySelector("figcaption > span")?.after(chooser);
    code.before(this.note, this.frame);
    this.choose("code");
  }

  /** Draw in the colours of the page; what cannot be drawn stays code. */
  async draw(): Promise<void> {
    const isFirst = this.drawing === null;
    const svg = await draw(this.source, isDark());
    this.drawing = svg ? drawingOf(svg) : null;
    this.figure.dataset.diagram = this.drawing ? "drawn" : "failed";
    this.note.hidden = this.drawing !== null;
    this.choices.preview.disabled = this.drawing === null;
    if (!this.drawing) {
      this.note.textContent = text(
        "diagramFailed",
        "This diagram cannot be drawn: its source has a mistake or is too large. Here it is as code.",
      );
      this.choose("code");
      return;
    }
    if (isFirst) {
      this.choose("preview");
    }
    this.view.show(this.drawing);
  }

  private choose(name: "preview" | "code"): void {
    this.frame.hidden = name !== "preview";
    this.code.hidden = name === "preview";
    this.choices.preview.setAttribute("aria-pressed", String(name === "preview"));
    this.choices.code.setAttribute("aria-pressed", String(name === "code"));
    if (name === "preview") {
      this.view.fit();
    }
  }

  private tools(): HTMLElement {
    const tools = document.createElement("div");
    tools.className = "diagram-tools";
    tools.append(
      button("−", () => this.view.zoom(-1), text("diagramSmaller", "Zoom out")),
      button("+", () => this.view.zoom(1), text("diagramLarger", "Zoom in")),
      button(text("diagramFit", "Fit"), () => this.view.fit()),
      button(text("diagramSvg", "Save as SVG"), () => this.saveSvg()),
      button(text("diagramPng", "Save as PNG"), () => this.savePng()),
    );
    return tools;
  }

  private saveSvg(): void {
    if (this.drawing) {
      save(svgFile(this.drawing), "diagram.svg");
    }
  }

  private savePng(): void {
    if (this.drawing) {
      const ground = getComputedStyle(this.figure).backgroundColor;
      pngFile(this.drawing, ground)
        .then((file) => save(file, "diagram.png"))
        .catch(() => {
          const failed = "The picture could not be made. Save it as SVG instead.";
          toast(text("diagramPngFailed", failed), { stays: true });
        });
    }
  }
}

function button(label: string, act: () => void, name = ""): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  if (name) {
    made.setAttribute("aria-label", name);
    made.title = name;
  }
  made.addEventListener("click", act);
  return made;
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
  return theme === "dark" || (theme !== "light" && prefersDark);
}

const shown = new Set<Diagram>();
const figures = new WeakMap<Element, Diagram>();
let isWatchingTheme = false;

const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      const diagram = figures.get(target);
      if (isIntersecting && diagram) {
        seen.unobserve(target);
        shown.add(diagram);
        diagram.draw().catch(() => undefined); // a refusal is shown in its place
      }
    }
  },
  { rootMargin: "400px" },
);

/** Make a drawing of a finished code block as soon as it comes near the screen. */
export function enhance(figure: HTMLElement): void {
  const code = figure.querySelector("pre");
  if (figures.has(figure) || !code) {
    return;
  }
  const block = figure.closest<HTMLElement>("[data-block]");
  if (block) {
    block.dataset.plain = block.textContent; // what the end of a reply compares
  }
  figures.set(figure, new Diagram(figure, code));
  seen.observe(figure);
  followTheme();
}

function followTheme(): void {
  if (isWatchingTheme) {
    return;
  }
  isWatchingTheme = true;
  let was = isDark();
  const changed = (): void => {
    if (isDark() === was) {
      return;
    }
    was = isDark();
    for (const diagram of shown) {
      diagram.draw().catch(() => undefined);
    }
  };
  new MutationObserver(changed).observe(document.documentElement, {
    attributeFilter: ["data-theme"],
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}
