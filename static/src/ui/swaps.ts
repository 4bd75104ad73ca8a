/**
 * htmx, fetched when the page is there: it looks at every form and button of it, which nobody
 * should wait for. Until then, links and forms work as the browser's own.
 */

import type { default as Htmx } from "htmx.org";

let fetched: Promise<typeof Htmx> | null = null;

async function fetchIt(): Promise<typeof Htmx> {
  if (document.readyState !== "complete") {
    // It starts by itself; before the page's load it would wait for what has been already.
    await new Promise((resolve) => addEventListener("load", resolve, { once: true }));
  }
  const { default: htmx } = await import("htmx.org");
  htmx.config.historyCacheSize = 0;
  return htmx;
}

export function swaps(): Promise<typeof Htmx> {
  fetched ??= fetchIt();
  return fetched;
}
