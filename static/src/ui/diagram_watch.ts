/** Waits for a code block of Mermaid, then fetches what draws it. */

// The copy button comes with the finished block: one that is still being written has none.
const FINISHED = 'figure.code[data-language="mermaid"]:has([data-copy])';

function look(place: Element): void {
  const figures = [...place.querySelectorAll<HTMLElement>(FINISHED)];
  if (place instanceof HTMLElement && place.matches(FINISHED)) {
    figures.push(place);
  }
  if (figures.length > 0) {
    import("../diagrams/diagrams")
      .then(({ enhance }) => figures.filter((one) => one.isConnected).forEach(enhance))
      .catch(() => undefined); // the source is there to be read
  }
}

export function watchDiagrams(): void {
  look(document.body);
  const observer = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node instanceof Element && node.isConnected) {
          look(node);
        }
      }
    }
  });
  observer.observe(document.body, { childList: true, subtree: true });
}
