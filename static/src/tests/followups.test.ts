import { beforeEach, describe, expect, it } from "vitest";
import type { ChatElement } from "../chat/chat";
import { followUpBody, replaceQueue } from "../chat/followups";
import { leafOf, openTurn } from "../chat/turns";
import { addModel, MAX_ADDED } from "../composer/compare";
import { keepQuotes, readQuotes } from "../composer/drafts";
import { MAX_QUOTES, quoteOf, shownQuotes, showQuotes, withQuote } from "../composer/quotes";

const TURN = {
  text: "And then?",
  endpoint: "Fake",
  model: "echo",
  spec: "",
  isTemporary: false,
  clientRequestId: "r1",
  quotes: ["Ninety"],
};
const CHAT = {
  conversationId: "c1",
  leafId: "m2",
  dataset: { parameters: '{"temperature":0.5}' },
} as unknown as ChatElement;

describe("a follow-up", () => {
  it("waits behind the last message, with what it quotes and the chat's settings", () => {
    expect(followUpBody(CHAT, TURN, "queue")).toMatchObject({
      conversationId: "c1",
      parentMessageId: "m2",
      clientRequestId: "r1",
      quotes: ["Ninety"],
      temperature: 0.5,
    });
    expect(followUpBody(CHAT, TURN, "queue")).not.toHaveProperty("clientSteerId");
    expect(followUpBody(CHAT, TURN, "steer")).toHaveProperty("clientSteerId", "r1");
  });
});

describe("the list of what waits", () => {
  const item = (id: string, inner = ""): string => `<li data-queued-id="${id}">${inner}</li>`;
  const list = (...items: string[]): string =>
    `<section data-queue data-generation-ids="g1"><ol>${items.join("")}</ol></section>`;

  it("is replaced, and says which answers run", () => {
    document.body.innerHTML = list();
    const fresh = replaceQueue(document.body, list(item("a")));
    expect(fresh?.dataset.generationIds).toBe("g1");
    expect(document.querySelectorAll("[data-queued-id]")).toHaveLength(1);
  });

  it("stays while a message is edited, until that message is gone", () => {
    document.body.innerHTML = list(item("a", "<form data-queue-edit></form>"));
    replaceQueue(document.body, list(item("a"), item("b")));
    expect(document.querySelector("[data-queue-edit]")).not.toBeNull();
    replaceQueue(document.body, list(item("b")));
    expect(document.querySelector("[data-queue-edit]")).toBeNull();
  });
});

describe("quotes", () => {
  beforeEach(() => localStorage.clear());

  it("are trimmed, and each is there once", () => {
    expect(quoteOf("  a\u00a0b \n")).toBe("a b");
    expect(withQuote(["a"], "a")).toEqual(["a"]);
    expect(withQuote(["a"], "")).toEqual(["a"]);
    expect(withQuote(["a"], "b")).toEqual(["a", "b"]);
    const many = Array.from({ length: MAX_QUOTES }, (_, n) => String(n));
    expect(withQuote(many, "more")).toHaveLength(MAX_QUOTES);
  });

  it("are shown, removed and kept with the draft", () => {
    document.body.innerHTML = "<form><ul data-quotes hidden></ul></form>";
    showQuotes(document.body, ["one", "two"], "c1");
    expect(shownQuotes(document.body)).toEqual(["one", "two"]);
    expect(readQuotes("c1")).toEqual(["one", "two"]);
    document.querySelector<HTMLElement>(".quote-remove")?.click();
    expect(readQuotes("c1")).toEqual(["two"]);
    document.querySelector<HTMLElement>(".quote-remove")?.click();
    expect(document.querySelector<HTMLElement>("[data-quotes]")?.hidden).toBe(true);
    expect(localStorage).toHaveLength(0);
  });

  it("that are damaged in the browser's store are passed over", () => {
    keepQuotes("c1", ["one"]);
    localStorage.setItem("lc:quotes:c1", "{");
    expect(readQuotes("c1")).toEqual([]);
    localStorage.setItem("lc:quotes:c1", '["a", 1]');
    expect(readQuotes("c1")).toEqual(["a"]);
  });
});

describe("answers side by side", () => {
  const user = '<article data-message-id="u1" data-parent-id="00000000-0"></article>';
  const reply = (id: string): string =>
    `<article data-message-id="${id}" data-parent-id="u1" data-group="a1"></article>`;

  it("stand in columns, each once, and the first is the branch's end", () => {
    document.body.innerHTML = "<div></div>";
    const messages = document.body.firstElementChild as HTMLElement;
    openTurn(messages, user, reply("a2"));
    openTurn(messages, user, reply("a1"));
    openTurn(messages, user, reply("a2"));
    const columns = messages.querySelectorAll("[data-compare] > article");
    expect(Array.from(columns, (one) => (one as HTMLElement).dataset.messageId)).toEqual([
      "a1",
      "a2",
    ]);
    expect(messages.children).toHaveLength(2);
    expect(leafOf(messages)?.dataset.messageId).toBe("a1");
  });

  it("make room for the next turn below the first", () => {
    document.body.innerHTML = "<div></div>";
    const messages = document.body.firstElementChild as HTMLElement;
    openTurn(messages, user, reply("a1"));
    openTurn(messages, user, reply("a2"));
    openTurn(
      messages,
      '<article data-message-id="u2" data-parent-id="a1"></article>',
      '<article data-message-id="a3" data-parent-id="u2"></article>',
    );
    const ids = Array.from(messages.querySelectorAll("article"), (one) => one.dataset.messageId);
    expect(ids).toEqual(["u1", "a1", "u2", "a3"]);
  });

  it("are chosen as chips, three beside the first at the most", () => {
    document.body.innerHTML = "<form><ul data-added hidden></ul></form>";
    const choice = { endpoint: "Fake", model: "slow", spec: "", label: "Slow" };
    for (let n = 0; n < MAX_ADDED; n += 1) {
      expect(addModel(document.body, choice)).toBe(true);
    }
    expect(addModel(document.body, choice)).toBe(false);
    const [input] = document.querySelectorAll<HTMLInputElement>('input[name="added"]');
    expect(JSON.parse(input?.value ?? "")).toEqual({ endpoint: "Fake", model: "slow", spec: "" });
    document.querySelector<HTMLElement>(".quote-remove")?.click();
    expect(document.querySelectorAll(".added-chip")).toHaveLength(MAX_ADDED - 1);
  });
});
