/** Formulas copy as the TeX they were written in. */

/** The TeX of a formula between the marks that Markdown knows. */
function texOf(math: Element): string {
  const tex = math.querySelector('annotation[encoding="application/x-tex"]')?.textContent ?? "";
  const mark = math.getAttribute("display") === "block" ? "$$" : "$";
  return tex ? `${mark}${tex}${mark}` : math.textContent;
}

/** Put TeX in the place of every formula. */
function writeOut(part: ParentNode): void {
  for (const math of [...part.querySelectorAll("math")]) {
    (math.closest(".math") ?? math).replaceWith(texOf(math));
  }
}

/** What an element says, formulas as TeX, without the output of programs. */
export function textWithTex(shown: Element): string {
  if (!shown.querySelector("math, [data-run]")) {
    return shown instanceof HTMLElement ? shown.innerText : shown.textContent;
  }
  return laidOut(shown.cloneNode(true) as HTMLElement);
}

/** The text of an element as a reader sees it, lines and all; it has to be in the page for that. */
function laidOut(part: HTMLElement): string {
  const holder = document.createElement("div");
  holder.className = "visually-hidden";
  holder.setAttribute("aria-hidden", "true");
  writeOut(part);
  for (const output of part.querySelectorAll("[data-run]")) {
    output.remove(); // what a program printed here is no part of the answer
  }
  holder.append(part);
  document.body.append(holder);
  const text = part.innerText;
  holder.remove();
  return text;
}

function formulaAround(node: Node): Element | null {
  const near = node instanceof Element ? node : node.parentElement;
  return near?.closest(".math") ?? null;
}

/** The selection without half formulas; null when it holds none. */
function selected(): Range | null {
  const selection = document.getSelection();
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) {
    return null;
  }
  const range = selection.getRangeAt(0).cloneRange();
  const first = formulaAround(range.startContainer);
  const last = formulaAround(range.endContainer);
  if (first) {
    range.setStartBefore(first);
  }
  if (last) {
    range.setEndAfter(last);
  }
  const around = range.commonAncestorContainer;
  const element = around instanceof Element ? around : around.parentElement;
  return element?.querySelector("math") && range.cloneContents().querySelector("math")
    ? range
    : null;
}

/** Let a copied selection hold TeX in place of the signs of its formulas. */
export function watchFormulas(): void {
  document.addEventListener("copy", (event) => {
    const range = selected();
    if (!range || !event.clipboardData) {
      return;
    }
    const part = document.createElement("div");
    part.append(range.cloneContents());
    const html = part.innerHTML;
    event.clipboardData.setData("text/html", html);
    event.clipboardData.setData("text/plain", laidOut(part).trim());
    event.preventDefault();
  });
}
