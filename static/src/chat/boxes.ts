/** Boxes of older messages: drawn or left out together, and light while they are far from view. */

const PER_BOX = 20;
const NEAR = "thread-page-near";
/** What a row of actions holds, in its order, while most of it is kept out of the page. */
const rows = new WeakMap<Element, ChildNode[]>();

/** About how tall articles are together: the server's guess of each, whose pixels thread.css knows. */
function heightOf(articles: Iterable<Element>): string {
  const counts = new Map<string, number>();
  let padded = 0;
  for (const article of articles) {
    const level = /\bheight-([2-6])/.exec(article.className)?.[1] ?? "1";
    counts.set(level, (counts.get(level) ?? 0) + 1);
    padded += 2;
  }
  const heights = [...counts].map(([level, count]) => `${count} * var(--height-${level})`);
  return `calc(${[...heights, `${padded} * var(--message-gap)`].join(" + ")})`;
}

function boxOf(articles: readonly Element[]): HTMLElement {
  const box = document.createElement("div");
  box.className = "thread-page";
  box.style.setProperty("contain-intrinsic-block-size", `auto ${heightOf(articles)}`);
  box.append(...articles);
  lighten(box);
  return box;
}

/**
 * Stand what a page of older messages holds in boxes. The browser asks in every frame of each thing that it may leave
 * out whether it is in view, and looks at every box in the thread when something changes at its end: of ten thousand
 * messages there are five hundred boxes.
 */
export function boxed(page: DocumentFragment): DocumentFragment {
  const articles = [...page.children].filter((child) => !child.matches("[data-older]"));
  for (let first = 0; first < articles.length; first += PER_BOX) {
    page.append(boxOf(articles.slice(first, first + PER_BOX)));
  }
  return page;
}

/**
 * Take the buttons of a box's messages out of the page. The browser goes through each element, each drawn icon and
 * each link of the page for every block that an answer grows by, laid out or not; of a message, the buttons are half.
 * What has words stays, so that a search in the page finds it, and so do versions; the rows keep their height.
 */
export function lighten(box: Element): void {
  if (box.contains(document.activeElement)) {
    return;
  }
  for (const row of box.querySelectorAll(".actions")) {
    if (!rows.has(row)) {
      rows.set(row, [...row.childNodes]);
      row.replaceChildren(...[...row.children].filter((one) => !one.matches(".icon-button")));
    }
  }
}

/** Put back what a box's messages can be done with. */
export function complete(box: Element): void {
  for (const row of box.querySelectorAll(".actions")) {
    const parts = rows.get(row);
    if (parts) {
      row.replaceChildren(...parts);
      rows.delete(row);
    }
  }
}

/** Have a box laid out, though it is not in view. */
export function bringNear(box: Element): void {
  complete(box);
  box.classList.add(NEAR);
}

/**
 * Lay boxes out before they are in view: one that finds its true height while its end is seen
 * takes what is read along, for the browser holds on to the box and not to the words below it.
 */
export function layOut(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) {
      bringNear(target);
    } else {
      target.classList.remove(NEAR);
      lighten(target);
    }
  }
}
