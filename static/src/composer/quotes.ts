/** Quotes: passages of the thread that the next message refers to, as chips in the composer. */

import { text } from "../ui/texts";
import { keepQuotes } from "./drafts";

export const MAX_QUOTES = 20;
const MAX_QUOTE = 10_000;

/** A selection as a quote: trimmed, not too long; "" when nothing is left. */
export function quoteOf(text: string): string {
  return text
    .replace(/\u00a0/g, " ")
    .trim()
    .slice(0, MAX_QUOTE);
}

/** Add a quote to those there are: each once, and not too many. */
export function withQuote(quotes: readonly string[], quote: string): string[] {
  const known = quotes.includes(quote) || quote === "" || quotes.length >= MAX_QUOTES;
  return known ? [...quotes] : [...quotes, quote];
}

export function shownQuotes(form: ParentNode): string[] {
  const inputs = form.querySelectorAll<HTMLInputElement>('[data-quotes] input[name="quotes"]');
  return Array.from(inputs, (input) => input.value);
}

/** Show these quotes, and only these, in a composer; they are kept with its draft. */
export function showQuotes(form: ParentNode, quotes: readonly string[], draft: string): void {
  const list = form.querySelector<HTMLElement>("[data-quotes]");
  if (list) {
    list.hidden = quotes.length === 0;
    list.replaceChildren(...quotes.map((quote) => chip(form, quote, draft)));
    keepQuotes(draft, quotes);
  }
}

function chip(form: ParentNode, quote: string, draft: string): HTMLElement {
  const item = document.createElement("li");
  item.className = "quote-chip";
  const words = document.createElement("span");
  words.className = "truncate";
  words.textContent = quote;
  words.title = quote.slice(0, 300);
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = "quotes";
  input.value = quote;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "quote-remove";
  remove.textContent = "×";
  remove.setAttribute(
    "aria-label",
    text("removeQuote", "Remove quote: {quote}", { quote: quote.slice(0, 60) }),
  );
  remove.addEventListener("click", () => {
    const others = shownQuotes(form).filter((one) => one !== quote);
    showQuotes(form, others, draft);
    document.querySelector<HTMLElement>("[data-composer] textarea")?.focus();
  });
  item.append(words, input, remove);
  return item;
}

let offered: HTMLButtonElement | null = null;

export function hideOffer(): void {
  offered?.remove();
  offered = null;
}

/** Offer to quote what is selected, beside the end of the selection. */
export function offerQuote(selection: Selection): void {
  const quote = quoteOf(selection.toString());
  const place = selection.rangeCount ? selection.getRangeAt(0).getBoundingClientRect() : null;
  hideOffer();
  if (!quote || !place) {
    return;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-small quote-offer";
  button.textContent = text("quote", "Quote");
  button.style.top = `${Math.max(place.top - 38, 4)}px`;
  button.style.left = `${Math.min(Math.max(place.right - 60, 4), innerWidth - 90)}px`;
  // The button must not take the selection away before it is read.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    const form = document.querySelector<HTMLFormElement>("form[data-composer]");
    const draft = form?.closest<HTMLElement>("lc-chat")?.dataset.conversationId ?? "new";
    if (form) {
      showQuotes(form, withQuote(shownQuotes(form), quote), draft);
      form.querySelector("textarea")?.focus();
    }
    selection.removeAllRanges();
    hideOffer();
  });
  document.body.append(button);
  offered = button;
}
