/** Waits for text of a message to be selected, then fetches what offers to quote it. */

const SETTLED_MS = 150;

function isQuotable(selection: Selection | null): selection is Selection {
  const node = selection?.anchorNode;
  const place = node instanceof Element ? node : node?.parentElement;
  return Boolean(selection && !selection.isCollapsed && place?.closest("[data-messages] article"));
}

export function watchQuotes(): void {
  let timer = 0;
  let isOffered = false;
  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    if (!isOffered && !isQuotable(document.getSelection())) {
      return;
    }
    timer = window.setTimeout(() => {
      const selection = document.getSelection();
      import("./quotes")
        .then((quotes) => {
          isOffered = isQuotable(selection);
          return isOffered && selection ? quotes.offerQuote(selection) : quotes.hideOffer();
        })
        .catch(() => undefined); // no network: nothing is offered
    }, SETTLED_MS);
  });
}
