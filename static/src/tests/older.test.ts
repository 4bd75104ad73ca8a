import { describe, expect, it } from "vitest";
import { boxed } from "../chat/older";
import { openTurn } from "../chat/turns";

function page(html: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

const article = (id: string, more = ""): string =>
  `<article class="message ${more}" data-message-id="${id}"></article>`;

describe("a page of older messages", () => {
  it("stands in one box, below what stands for those before it", () => {
    const made = boxed(page(`<div data-older></div>${article("a")}${article("b", "height-3")}`));
    const [older, box] = made.children;
    expect(older?.hasAttribute("data-older")).toBe(true);
    expect(box?.className).toBe("thread-page");
    expect([...(box?.children ?? [])].map((one) => one.getAttribute("data-message-id"))).toEqual([
      "a",
      "b",
    ]);
    expect(made.childElementCount).toBe(2);
  });

  it("loses what follows a message that is sent anew, and the boxes after it", () => {
    const messages = document.createElement("div");
    messages.append(boxed(page(article("a") + article("b"))));
    messages.append(boxed(page(article("c") + article("d"))));
    messages.append(page(article("e")));
    const turn = '<article data-message-id="f" data-parent-id="a" data-role="user"></article>';
    const reply = '<article data-message-id="g" data-role="assistant"></article>';
    openTurn(messages, turn, reply);
    const left = [...messages.querySelectorAll("article")].map((one) => one.dataset.messageId);
    expect(left).toEqual(["a", "f", "g"]);
  });
});
