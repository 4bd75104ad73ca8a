/** The visible branch of a chat on a stage beside the page, as wide as the thread, without controls. */

import { getHtml } from "../api/http";

const CONTROLS = "[data-copy], .actions, .compare-keep, .reply-footer, [data-waiting], .reply-note";
const BLOCKS = "h1, article, .prose > *, .bubble, .quote, .step, pre, tr, li";

export interface Stage {
  /** What is drawn: a window onto the page. */
  frame: HTMLElement;
  page: HTMLElement;
  articles: HTMLElement[];
  remove: () => void;
}

/** Read the branch, oldest message first; null when it has more messages than that. */
export async function readBranch(
  conversationId: string,
  most: number,
): Promise<HTMLElement[] | null> {
  let articles: HTMLElement[] = [];
  let url: string | undefined = `/_/thread/${conversationId}`;
  while (url) {
    const template = document.createElement("template");
    template.innerHTML = await getHtml(url);
    articles = [...template.content.querySelectorAll<HTMLElement>("article.message"), ...articles];
    if (articles.length > most) {
      return null;
    }
    url = template.content.querySelector<HTMLElement>("[data-older]")?.dataset.url;
  }
  return articles;
}

/** Put articles on a stage; the page around it does not move. */
export function stageOf(articles: HTMLElement[], title: string): Stage {
  const host = document.createElement("div");
  host.className = "image-stage";
  host.inert = true;
  const frame = document.createElement("div");
  frame.className = "image-frame";
  const page = document.createElement("div");
  page.className = "image-page";
  const heading = document.createElement("h1");
  heading.className = "image-title";
  heading.dir = "auto";
  heading.textContent = title;
  for (const article of articles) {
    article.classList.add("message-near"); // laid out, though nobody sees it
    for (const control of article.querySelectorAll(CONTROLS)) {
      control.remove();
    }
  }
  page.append(heading, ...articles);
  frame.append(page);
  host.append(frame);
  document.body.append(host);
  return { frame, page, articles, remove: () => host.remove() };
}

/** The places between blocks, from the top of the page, ascending. */
export function gapsOf(page: HTMLElement): number[] {
  const { top } = page.getBoundingClientRect();
  const ends = [...page.querySelectorAll(BLOCKS)].map((block) =>
    Math.ceil(block.getBoundingClientRect().bottom - top),
  );
  return [...new Set(ends)].sort((one, other) => one - other);
}

/** Let the frame show one piece; what lies outside of it need not be drawn. */
export function frameOn(
  stage: Stage,
  places: Map<HTMLElement, DOMRect>,
  from: number,
  to: number,
): void {
  let above = 0;
  let isAbove = true;
  for (const article of stage.articles) {
    const place = places.get(article);
    const isSeen = place !== undefined && place.top < to && place.bottom > from;
    article.hidden = !isSeen;
    isAbove &&= !isSeen;
    if (isAbove && place) {
      above += place.height;
    }
  }
  stage.page.style.translate = `0 ${above - from}px`;
  stage.frame.style.height = `${to - from}px`;
}

/** Where each article is, from the top of the page. */
export function placesOf(stage: Stage): Map<HTMLElement, DOMRect> {
  const { top } = stage.page.getBoundingClientRect();
  return new Map(
    stage.articles.map((article) => {
      const box = article.getBoundingClientRect();
      return [article, new DOMRect(box.x, box.y - top, box.width, box.height)];
    }),
  );
}
