/** Which articles stand in the thread: pure changes of the list of messages. */

import { element } from "../stream/painter";

/** The placeholder turn shown at once; the server's own articles replace it. */
export function optimisticTurn(text: string): { turn: HTMLElement; reply: HTMLElement } {
  const turn = document.createElement("article");
  turn.className = "message message-user message-near";
  turn.dataset.optimistic = "";
  turn.dataset.role = "user";
  turn.tabIndex = -1;
  turn.setAttribute("aria-label", "You");
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
  reply.setAttribute("aria-label", "Reply");
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

function dropAfter(article: Element): void {
  while (article.nextElementSibling) {
    article.nextElementSibling.remove();
  }
}

/** Put a turn where it belongs: over itself, after its parent, or alone when it is a root. */
function placeTurn(messages: Element, turn: HTMLElement): void {
  const known = find(messages, turn.dataset.messageId);
  if (known) {
    dropAfter(known);
    known.replaceWith(turn);
    return;
  }
  const parent = find(messages, turn.dataset.parentId);
  if (parent) {
    dropAfter(parent);
  } else if (turn.dataset.parentId?.startsWith("00000000-")) {
    messages.replaceChildren();
  }
  messages.append(turn);
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
  const shown = find(messages, reply.dataset.messageId);
  if (shown) {
    shown.replaceWith(reply);
    return { turn: find(messages, turn.dataset.messageId) ?? turn, reply };
  }
  placeTurn(messages, turn);
  messages.append(reply);
  return { turn, reply };
}
