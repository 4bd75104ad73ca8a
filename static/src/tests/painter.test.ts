import { beforeEach, expect, test } from "vitest";
import { ReplyPainter } from "../stream/painter";

let article: HTMLElement;
let painter: ReplyPainter;

beforeEach(() => {
  article = document.createElement("article");
  article.innerHTML = `
    <div data-steps></div>
    <div data-reply-body><p data-tail></p></div>
    <p data-waiting hidden></p>
    <div data-reply-footer></div>`;
  painter = new ReplyPainter(article);
});

const body = () => article.querySelector("[data-reply-body]");
const tail = () => article.querySelector("[data-tail]");

test("tail text is appended to one text node", () => {
  painter.apply({ type: "tail", text: "Hel" });
  const node = tail()?.firstChild;
  painter.apply({ type: "tail", text: "lo" });
  expect(tail()?.textContent).toBe("Hello");
  expect(tail()?.firstChild).toBe(node);
});

test("tail text is never parsed as HTML", () => {
  painter.apply({ type: "tail", text: "<img src=x onerror=alert(1)>" });
  expect(tail()?.children).toHaveLength(0);
});

test("a finished block stands before the tail and clears it", () => {
  painter.apply({ type: "tail", text: "Hello" });
  painter.apply({ type: "block", id: "b0", html: '<div data-block="b0"><p>Hello</p></div>' });
  expect(body()?.firstElementChild?.getAttribute("data-block")).toBe("b0");
  expect(tail()?.textContent).toBe("");
});

test("text after a fence grows inside its frame until the block replaces it", () => {
  painter.apply({ type: "fence", id: "b0", language: "python" });
  painter.apply({ type: "tail", text: "x = 1\n" });
  expect(body()?.querySelector('[data-block="b0"] code')?.textContent).toBe("x = 1\n");
  painter.apply({ type: "block", id: "b0", html: '<div data-block="b0"><pre>x = 1</pre></div>' });
  painter.apply({ type: "tail", text: "after" });
  expect(body()?.querySelectorAll('[data-block="b0"]')).toHaveLength(1);
  expect(tail()?.textContent).toBe("after");
});

test("a step is replaced by key and stays open when the reader opened it", () => {
  const step = (title: string) =>
    `<details data-step="s0"><summary>${title}</summary><div data-step-text></div></details>`;
  painter.apply({ type: "step", key: "s0", html: step("Thinking") });
  painter.apply({ type: "think", key: "s0", text: "hm" });
  const details = article.querySelector("details");
  expect(details?.querySelector("[data-step-text]")?.textContent).toBe("hm");
  details?.setAttribute("open", "");
  painter.apply({ type: "step", key: "s0", html: step("Thought for 2 s") });
  expect(article.querySelectorAll("details")).toHaveLength(1);
  expect(article.querySelector("details")?.open).toBe(true);
});

test("the end swaps the footer and drops the tail", () => {
  painter.apply({ type: "block", id: "b0", html: '<div data-block="b0">Hi</div>' });
  painter.apply({
    type: "end",
    state: "done",
    html: `<article><div data-steps></div><div data-reply-body><div data-block="b0">Hi</div></div>
      <div data-reply-footer>12 tokens</div></article>`,
  });
  expect(article.dataset.state).toBe("done");
  expect(tail()).toBeNull();
  expect(article.querySelector("[data-reply-footer]")?.textContent).toBe("12 tokens");
});

test("the end names who answered", () => {
  article.setAttribute("aria-label", "echo, 12:30");
  article.insertAdjacentHTML("afterbegin", '<div class="message-head">echo</div>');
  painter.apply({
    type: "end",
    state: "done",
    html: `<article aria-label="Fake, 12:30"><div class="message-head">Fake echo</div>
      <div data-steps></div><div data-reply-body></div><div data-reply-footer></div></article>`,
  });
  expect(article.getAttribute("aria-label")).toBe("Fake, 12:30");
  expect(article.firstElementChild?.textContent).toBe("Fake echo");
  expect(article.querySelectorAll(".message-head")).toHaveLength(1);
});

test("the end puts right a body that misses blocks", () => {
  painter.apply({
    type: "end",
    state: "failed",
    html: `<article><div data-reply-body><div data-block="b0">Whole</div></div>
      <div data-error>Broken</div><div data-reply-footer></div></article>`,
  });
  expect(body()?.textContent).toBe("Whole");
  expect(article.querySelector("[data-error]")?.textContent).toBe("Broken");
});

test("a waiting note goes when text comes", () => {
  painter.apply({ type: "waiting", text: "Busy, trying again in 12 s" });
  expect(article.querySelector<HTMLElement>("[data-waiting]")?.hidden).toBe(false);
  painter.apply({ type: "tail", text: "Now" });
  expect(article.querySelector<HTMLElement>("[data-waiting]")?.hidden).toBe(true);
});
