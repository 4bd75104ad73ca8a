/**
 * The page inside the hidden frame that turns Mermaid source into SVG.
 *
 * Mermaid measures its text with styles it writes into the page, which the policy of every other
 * page forbids; this one allows styles, and nothing else that the others do not.
 */

import mermaid from "mermaid";
import type { DrawingAnswer, DrawingRequest } from "./diagrams/protocol";

const MAX_SOURCE = 50_000; // characters
const MAX_EDGES = 500;

function prepare(isDark: boolean): void {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    theme: isDark ? "dark" : "neutral",
    darkMode: isDark,
    maxTextSize: MAX_SOURCE,
    maxEdges: MAX_EDGES,
    // Labels as SVG text: a label of HTML is lost in a saved picture.
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    secure: [
      "secure",
      "securityLevel",
      "startOnLoad",
      "maxTextSize",
      "maxEdges",
      "suppressErrorRendering",
      "htmlLabels",
    ],
  });
}

async function drawn({ id, source, isDark }: DrawingRequest): Promise<DrawingAnswer> {
  try {
    prepare(isDark);
    if (source.length > MAX_SOURCE) {
      return { id, svg: "" };
    }
    const { svg } = await mermaid.render(`diagram-${id}`, source);
    return { id, svg };
  } catch {
    document.body.replaceChildren();
    return { id, svg: "" };
  }
}

// One after the other: a drawing and its measuring share this page.
let last: Promise<void> = Promise.resolve();

addEventListener("message", (event) => {
  if (event.origin !== location.origin || event.source !== parent) {
    return;
  }
  const request = event.data as DrawingRequest;
  last = last.then(async () => parent.postMessage(await drawn(request), location.origin));
});
parent.postMessage({ id: 0, svg: "" } satisfies DrawingAnswer, location.origin);
