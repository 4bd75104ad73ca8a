/** Which articles stand in the thread: pure changes of the list of messages. */

import { element } from "../stream/painter";
import { text as said } from "../ui/texts";

/** The placeholder turn shown at once; the server's own articles replace it. */
export function optimisticTurn(
  text: string,
  quotes: readonly string[] = [],
): { turn: HTMLElement; reply: HTMLElement } {
  const turn = document.createElement("article");
  turn.className = "message message-user message-near";
  turn.dataset.optimistic = "";
  turn.dataset.role = "user";
  turn.tabIndex = -1;
  turn.setAttribute("aria-label", said("you", "You"));
  for (const quote of quotes) {
    const block = document.createElement("blockquote");
    block.className = "quote";
    block.textContent = quote;
    turn.append(block);
  }
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  bubble.dataset.text = "";
  bubble.textContent = text;
  turn.append(bubble);
  const reply = document.createElement("article");
  reply.className = "message message-reply message-near";
  reply.dataset.optimistic = "";
  reply.dataset.role = "assistant";
  reply.dataset.state = "running";
  reply.setAttribute("aria-busy", "true");
  reply.setAttribute("aria-label", said("reply", "Reply"));
  const dots = document.createElement("p");
  dots.className = "tail tail-waiting";
  reply.append(dots);
  return { turn, reply };
}

export function dropOptimistic(messages: Element): void {
  for (const article of messages.querySelectorAll("article[data-optimistic]")) {
    article.remove();
  }
}

function find(messages: Element, messageId: string | undefined): HTMLElement | null {
  return messages.querySelector(`article[data-message-id="${CSS.escape(messageId ?? "")}"]`);
}

/** Drop what follows an article, which may stand in a page of older messages. */
function dropAfter(messages: Element, article: Element): void {
  for (let at = article; at !== messages && at.parentElement; at = at.parentElement) {
    while (at.nextElementSibling) {
      at.nextElementSibling.remove();
    }
  }
}

/** Put a turn where it belongs: over itself, after its parent, or alone when it is a root. */
function placeTurn(messages: Element, turn: HTMLElement): void {
  const known = find(messages, turn.dataset.messageId);
  if (known) {
    dropAfter(messages, known);
    if (!known.querySelector("[data-edit]")) {
      known.replaceWith(turn); // being edited: the writer's words are not taken away
    }
    return;
  }
  const parent = find(messages, turn.dataset.parentId);
  if (parent) {
    dropAfter(messages, parent);
  } else if (turn.dataset.parentId?.startsWith("00000000-")) {
    messages.replaceChildren();
  }
  messages.append(turn);
}

/** Put an answer beside those of other models to the same turn; the branch's own stands first. */
function openBeside(
  messages: Element,
  turn: HTMLElement,
  reply: HTMLElement,
): { turn: HTMLElement; reply: HTMLElement } {
  if (!find(messages, turn.dataset.messageId)) {
    placeTurn(messages, turn);
  }
  const group = reply.dataset.group ?? "";
  const known = messages.querySelector(`[data-compare="${CSS.escape(group)}"]`);
  const columns = known ?? document.createElement("lc-compare");
  if (!known) {
    columns.className = "compare";
    columns.setAttribute("role", "region");
    columns.setAttribute("data-compare", group);
    columns.setAttribute("aria-label", said("sideBySide", "Answers side by side"));
    messages.append(columns);
  }
  const shown = find(messages, reply.dataset.messageId);
  if (shown) {
    shown.replaceWith(reply);
  } else if (reply.dataset.messageId === group) {
    columns.prepend(reply); // the group has the name of the first model's answer
  } else {
    columns.append(reply);
  }
  return { turn: find(messages, turn.dataset.messageId) ?? turn, reply };
}

/** Of answers side by side the one that stands first; any other answer itself. */
export function firstBeside(reply: HTMLElement): HTMLElement {
  return reply.closest("[data-compare]")?.querySelector<HTMLElement>("article") ?? reply;
}

/** The end of the visible branch: of answers side by side it is the first. */
export function leafOf(messages: Element): HTMLElement | null {
  const articles = messages.querySelectorAll<HTMLElement>("article[data-message-id]");
  const last = articles.item(articles.length - 1);
  return (
    last?.closest("[data-compare]")?.querySelector<HTMLElement>("article[data-message-id]") ?? last
  );
}

/**
 * Put the server's articles of a turn in their place: an old answer below the same turn goes,
 * a reply that is shown already is replaced.
 */
export function openTurn(
  messages: Element,
  userHtml: string,
  replyHtml: string,
): { turn: HTMLElement; reply: HTMLElement } | null {
  const turn = element(userHtml);
  const reply = element(replyHtml);
  if (!turn || !reply) {
    return null;
  }
  dropOptimistic(messages);
  if (reply.dataset.group) {
    return openBeside(messages, turn, reply);
  }
  const shown = find(messages, reply.dataset.messageId);
  if (shown) {
    shown.replaceWith(reply);
    return { turn: find(messages, turn.dataset.messageId) ?? turn, reply };
  }
  placeTurn(messages, turn);
  messages.append(reply);
  return { turn: find(messages, turn.dataset.messageId) ?? turn, reply };
}
