/** A drawing that can be moved and zoomed, by pointer, wheel, keys and buttons. */

import type { Drawing } from "./svg";

const STEP = 1.25;
const MOST = 8;
const LEAST = 0.1;
const MOVE_PX = 40;

export class DiagramView {
  private readonly holder = document.createElement("div");
  private readonly shadow: ShadowRoot;
  private scale = 1;
  private x = 0;
  private y = 0;
  private drawing: Drawing | null = null;

  constructor(private readonly frame: HTMLElement) {
    const host = document.createElement("div");
    this.shadow = host.attachShadow({ mode: "open" });
    this.holder.style.transformOrigin = "0 0";
    this.holder.style.width = "max-content";
    this.shadow.append(this.holder);
    frame.append(host);
    frame.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    frame.addEventListener("keydown", (event) => this.pressed(event));
    frame.addEventListener("pointerdown", (event) => this.grabbed(event));
  }

  show(drawing: Drawing): void {
    this.drawing = drawing;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(drawing.css);
    this.shadow.adoptedStyleSheets = [sheet];
    const svg = drawing.svg.cloneNode(true) as SVGSVGElement;
    svg.style.maxWidth = "none";
    svg.style.display = "block";
    svg.setAttribute("width", String(drawing.width));
    svg.setAttribute("height", String(drawing.height));
    svg.setAttribute("aria-hidden", "true"); // the frame around it has the name
    this.holder.replaceChildren(svg);
    this.fit();
  }

  /** The whole drawing, in the middle, not larger than it was drawn. */
  fit(): void {
    const { drawing, frame } = this;
    if (!drawing) {
      return;
    }
    const across = frame.clientWidth / drawing.width;
    this.scale = bounded(Math.min(1, across, frame.clientHeight / drawing.height));
    this.x = (frame.clientWidth - drawing.width * this.scale) / 2;
    this.y = (frame.clientHeight - drawing.height * this.scale) / 2;
    this.place();
  }

  /** Zoom around the middle. */
  zoom(direction: 1 | -1): void {
    this.zoomAt(direction, this.frame.clientWidth / 2, this.frame.clientHeight / 2);
  }

  private zoomAt(direction: 1 | -1, x: number, y: number): void {
    const next = bounded(this.scale * STEP ** direction);
    const factor = next / this.scale;
    this.x = x - (x - this.x) * factor;
    this.y = y - (y - this.y) * factor;
    this.scale = next;
    this.place();
  }

  private place(): void {
    this.holder.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.frame.dataset.zoom = this.scale.toFixed(3);
  }

  /** With Ctrl only, as in maps: otherwise the thread could not be scrolled past it. */
  private wheeled(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const at = this.frame.getBoundingClientRect();
      this.zoomAt(event.deltaY < 0 ? 1 : -1, event.clientX - at.left, event.clientY - at.top);
    }
  }

  private pressed(event: KeyboardEvent): void {
    if (event.target !== this.frame || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [MOVE_PX, 0],
      ArrowRight: [-MOVE_PX, 0],
      ArrowUp: [0, MOVE_PX],
      ArrowDown: [0, -MOVE_PX],
    };
    const move = moves[event.key];
    if (move) {
      this.x += move[0];
      this.y += move[1];
      this.place();
    } else if (event.key === "+" || event.key === "=") {
      this.zoom(1);
    } else if (event.key === "-") {
      this.zoom(-1);
    } else if (event.key === "0") {
      this.fit();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private grabbed(event: PointerEvent): void {
    if (event.button !== 0 || (event.target as Element).closest("button")) {
      return;
    }
    const { frame } = this;
    const startX = event.clientX - this.x;
    const startY = event.clientY - this.y;
    const moved = (now: PointerEvent): void => {
      this.x = now.clientX - startX;
      this.y = now.clientY - startY;
      this.place();
    };
    frame.setPointerCapture(event.pointerId);
    frame.addEventListener("pointermove", moved);
    frame.addEventListener(
      "lostpointercapture",
      () => {
        frame.removeEventListener("pointermove", moved);
      },
      { once: true },
    );
  }
}

function bounded(scale: number): number {
  return Math.min(MOST, Math.max(LEAST, scale));
}
