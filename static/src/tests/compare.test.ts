import { beforeEach, expect, test } from "vitest";
import { CompareTabs } from "../chat/compare_tabs";

function answer(id: string, model: string): string {
  return `<article class="message" id="m-${id}" data-message-id="${id}">
    <div class="message-head"><span class="message-sender">Fake</span>
    <span class="message-model">${model}</span></div></article>`;
}

function columns(): HTMLElement {
  document.body.innerHTML = `<div data-compare="a">${answer("a", "echo")}${answer("b", "slow")}</div>`;
  return document.querySelector<HTMLElement>("[data-compare]") as HTMLElement;
}

function shown(): string[] {
  const all = document.querySelectorAll<HTMLElement>(":not([hidden]) > article");
  return [...all].map((one) => one.id);
}

function tabs(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[role=tab]")];
}

beforeEach(() => {
  document.documentElement.dir = "ltr";
});

test("the first answer is shown and the tabs have the models' names", () => {
  new CompareTabs(columns());
  expect(tabs().map((tab) => tab.textContent)).toEqual(["echo", "slow"]);
  expect(shown()).toEqual(["m-a"]);
  expect(tabs().map((tab) => tab.tabIndex)).toEqual([0, -1]);
  const panel = document.querySelector("[role=tabpanel]:not([hidden])");
  expect(panel?.id).toBe(tabs()[0]?.getAttribute("aria-controls"));
  expect(panel?.getAttribute("aria-labelledby")).toBe(tabs()[0]?.id);
});

test("arrow keys change the answer, the other way round in right-to-left pages", () => {
  document.documentElement.dir = "rtl";
  new CompareTabs(columns());
  tabs()[0]?.focus();
  tabs()[0]?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
  expect(shown()).toEqual(["m-b"]);
  expect(document.activeElement).toBe(tabs()[1]);
  tabs()[1]?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  expect(shown()).toEqual(["m-a"]);
});

test("without tabs every answer is there again", () => {
  const made = new CompareTabs(columns());
  made.stop();
  expect(shown()).toEqual(["m-a", "m-b"]);
  expect(document.querySelector("[role]")).toBeNull();
});

test("an answer that arrives later gets a tab and does not take the reader away", async () => {
  const place = columns();
  new CompareTabs(place);
  tabs()[1]?.click();
  document.getElementById("m-b")?.setAttribute("aria-busy", "true");
  place.insertAdjacentHTML("beforeend", answer("c", "long"));
  await new Promise((done) => setTimeout(done, 0));
  expect(tabs().map((tab) => tab.textContent)).toEqual(["echo", "slow", "long"]);
  expect(shown()).toEqual(["m-b"]);
  expect(tabs().map((tab) => tab.hasAttribute("data-running"))).toEqual([false, true, false]);
});
