import { describe, expect, it } from "vitest";
import { boxed, complete, layOut } from "../chat/boxes";
import { openTurn } from "../chat/turns";

function page(html: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

const ACTIONS = `<div class="actions">
  <span class="siblings">1 / 2</span>
  <button class="icon-button"></button> <a class="icon-button"></a>
  <a class="cost">12 tokens</a>
</div>`;

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

  it("stands in several boxes when it is long, in its order", () => {
    const ids = Array.from({ length: 45 }, (_, number) => String(number));
    const made = boxed(page(ids.map((id) => article(id)).join("")));
    const counts = [...made.children].map((box) => box.childElementCount);
    expect(counts).toEqual([20, 20, 5]);
    const order = [...made.querySelectorAll("article")].map((one) => one.dataset.messageId);
    expect(order).toEqual(ids);
  });

  it("is as tall as the server's guesses together, by the names that the styles give them", () => {
    const tall = article("a", "height-3") + article("b", "height-3") + article("c");
    const box = boxed(page(tall)).firstElementChild;
    expect(box?.getAttribute("style")).toContain(
      "auto calc(2 * var(--height-3) + 1 * var(--height-1) + 6 * var(--message-gap))",
    );
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

describe("the buttons of older messages", () => {
  it("are kept out of the page while far, unlike versions and words", () => {
    const made = boxed(page(`<article class="message">${ACTIONS}</article>`));
    const row = made.querySelector(".actions");
    expect([...(row?.children ?? [])].map((one) => one.className)).toEqual(["siblings", "cost"]);
  });

  it("are back where they stood when near, and gone when far again", () => {
    const host = document.createElement("div");
    host.append(boxed(page(`<article class="message">${ACTIONS}</article>`)));
    const [box] = host.children;
    const entry = (isIntersecting: boolean) =>
      ({ target: box, isIntersecting }) as unknown as IntersectionObserverEntry;
    layOut([entry(true)]);
    expect(box?.classList.contains("thread-page-near")).toBe(true);
    expect(host.querySelector(".actions")?.outerHTML).toBe(ACTIONS);
    layOut([entry(false)]);
    expect(box?.classList.contains("thread-page-near")).toBe(false);
    expect(host.querySelector(".icon-button")).toBeNull();
  });

  it("stay where one of them has the focus, however far that is", () => {
    const host = document.createElement("div");
    document.body.append(host);
    host.append(boxed(page(`<article class="message">${ACTIONS}</article>`)));
    const [box] = host.children;
    if (box) {
      complete(box);
      host.querySelector("button")?.focus();
      layOut([{ target: box, isIntersecting: false } as unknown as IntersectionObserverEntry]);
    }
    expect(host.querySelector("button")).toBe(document.activeElement);
    host.remove();
  });
});
