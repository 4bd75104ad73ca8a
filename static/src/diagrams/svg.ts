/** A drawing as elements of the page, and as files. */

const NAMESPACE = "http://www.w3.org/2000/svg";
const FORBIDDEN = "script, foreignObject, iframe, object, embed, audio, video, use[href^='http']";
const SHEET = "data-sheet";
const PIXELS_PER_UNIT = 2;
const MAX_PIXELS = 8_192;

export interface Drawing {
  svg: SVGSVGElement;
  /** What the drawing says about its looks; the page's policy lets no style element in. */
  css: string;
  width: number;
  height: number;
}

/** Read a drawing; null when it is none. Whatever could act or load is left out. */
export function drawingOf(text: string): Drawing | null {
  const parsed = new DOMParser().parseFromString(inert(text), "image/svg+xml");
  const root = parsed.documentElement;
  if (root.namespaceURI !== NAMESPACE || root.localName !== "svg") {
    return null;
  }
  const svg = document.importNode(root, true) as unknown as SVGSVGElement;
  for (const part of svg.querySelectorAll(FORBIDDEN)) {
    part.remove();
  }
  const sheets = [...svg.querySelectorAll(SHEET)];
  const css = sheets.map((sheet) => sheet.textContent).join("\n");
  for (const sheet of sheets) {
    sheet.remove();
  }
  for (const part of [svg, ...svg.querySelectorAll<SVGElement>("*")]) {
    clean(part);
  }
  const [width, height] = sizeOf(svg);
  return { svg, css, width, height };
}

/** Styles under another name: in a page's text they are refused, set by a script they are not. */
function inert(text: string): string {
  return text
    .replace(/<(\/?)style\b/g, `<$1${SHEET}`)
    .replace(/<[^>]*>/g, (tag) => tag.replace(/\sstyle=/g, " data-style="));
}

function clean(part: SVGElement): void {
  for (const { name, value } of [...part.attributes]) {
    const isLink = name === "href" || name === "xlink:href" || name === "src";
    if (name.startsWith("on") || (isLink && !value.startsWith("#"))) {
      part.removeAttribute(name);
    }
  }
  const style = part.getAttribute("data-style");
  if (style !== null) {
    part.removeAttribute("data-style");
    part.style.cssText = style;
  }
}

function sizeOf(svg: SVGSVGElement): [number, number] {
  const [, , width = 0, height = 0] = (svg.getAttribute("viewBox") ?? "")
    .split(/[\s,]+/)
    .map(Number);
  return [Math.max(width, 1), Math.max(height, 1)];
}

/** The drawing as a file of its own. */
export function svgFile(drawing: Drawing): Blob {
  const copy = drawing.svg.cloneNode(true) as SVGSVGElement;
  const style = document.createElementNS(NAMESPACE, "style");
  style.textContent = drawing.css;
  copy.prepend(style);
  copy.setAttribute("xmlns", NAMESPACE);
  copy.setAttribute("width", String(drawing.width));
  copy.setAttribute("height", String(drawing.height));
  return new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
}

/** The drawing as a picture on the page's own ground. */
export async function pngFile(drawing: Drawing, ground: string): Promise<Blob> {
  const url = URL.createObjectURL(svgFile(drawing));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const largest = Math.max(drawing.width, drawing.height);
    const scale = Math.min(PIXELS_PER_UNIT, MAX_PIXELS / largest);
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(drawing.width * scale);
    canvas.height = Math.ceil(drawing.height * scale);
    const pen = canvas.getContext("2d");
    if (!pen) {
      throw new Error("no canvas");
    }
    pen.fillStyle = ground;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await blobOf(canvas);
  } finally {
    URL.revokeObjectURL(url);
  }
}

function blobOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
  });
}

/** Let the browser save a file. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
