import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { definePrompts } from "../composer/prompts";

const MENU = `<div role="listbox" hidden>
  <div role="option" id="p1" data-prompt="1" data-name="A letter" data-command="letter"></div>
  <div role="option" id="p2" data-prompt="2" data-name="Plain words" data-command=""></div>
</div><p data-prompts-status data-some="prompts" data-none="none"></p>`;

let arrive: () => void;
let sent = 0;

function area(): HTMLTextAreaElement {
  return document.querySelector("textarea") as HTMLTextAreaElement;
}

function options(): string[] {
  const all = [...document.querySelectorAll<HTMLElement>("[data-prompt]")];
  return all.filter((option) => !option.hidden).map((option) => option.id);
}

function type(text: string): void {
  area().value = text;
  area().dispatchEvent(new Event("input", { bubbles: true }));
}

function press(key: string): boolean {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  area().dispatchEvent(event);
  return event.defaultPrevented;
}

beforeEach(() => {
  sent = 0;
  const menu = new Promise<Response>((resolve) => {
    arrive = () => resolve(new Response(MENU));
  });
  const text = JSON.stringify({ name: "A letter", text: "/Dear all" });
  vi.stubGlobal("fetch", (url: string) =>
    url === "/_/prompts" ? menu : Promise.resolve(new Response(text)),
  );
  document.body.innerHTML = "<div><form data-composer><textarea></textarea></form></div>";
  definePrompts();
  document.querySelector("div")?.prepend(document.createElement("lc-prompts"));
  const form = document.querySelector("form") as HTMLFormElement;
  form.requestSubmit = () => {
    sent += 1;
  };
});

afterEach(() => vi.unstubAllGlobals());

test("a slash shows every prompt, and what follows narrows them", async () => {
  type("/");
  arrive();
  await vi.waitFor(() => expect(options()).toEqual(["p1", "p2"]));
  expect(area().getAttribute("aria-activedescendant")).toBe("p1");
  expect(press("ArrowDown")).toBe(true);
  expect(area().getAttribute("aria-activedescendant")).toBe("p2");
  type("/plain");
  await vi.waitFor(() => expect(options()).toEqual(["p2"]));
  expect(press("Escape")).toBe(true);
  expect(area().hasAttribute("aria-activedescendant")).toBe(false);
  expect(press("Enter")).toBe(false);
});

test("Enter inserts the marked prompt, even one that begins with a slash", async () => {
  type("/let");
  arrive();
  await vi.waitFor(() => expect(options()).toEqual(["p1"]));
  expect(press("Enter")).toBe(true);
  await vi.waitFor(() => expect(area().value).toBe("/Dear all"));
  expect(area().hasAttribute("aria-activedescendant")).toBe(false);
  expect(sent).toBe(0);
});

test("Enter before the prompts are there waits for them", async () => {
  type("/let");
  expect(press("Enter")).toBe(true);
  expect(sent).toBe(0);
  arrive();
  await vi.waitFor(() => expect(area().value).toBe("/Dear all"));
  expect(sent).toBe(0);
});

test("Enter sends the text when no prompt fits it", async () => {
  type("/etc/hosts");
  expect(press("Enter")).toBe(true);
  arrive();
  await vi.waitFor(() => expect(sent).toBe(1));
  expect(area().value).toBe("/etc/hosts");
  expect(press("Enter")).toBe(false);
});
