import { expect, test } from "vitest";
import { ask } from "../composer/prompt_form";
import { filled, rank, searchOf, variablesOf } from "../composer/prompt_variables";

test("variables are found once each, in their order, with their options", () => {
  const text = "Write to {{ name }} in a {{tone: formal | friendly}} tone. Yours, {{name}}.";
  expect(variablesOf(text)).toEqual([
    { key: "name", name: "name", options: [] },
    { key: "tone: formal | friendly", name: "tone", options: ["formal", "friendly"] },
  ]);
});

test("a text without variables has none", () => {
  expect(variablesOf("Braces { } and {{}} and {{ }} are text.")).toEqual([]);
});

test("every place of a variable is filled, and only with what was given", () => {
  const values = new Map([
    ["name", "{{tone}} $& \\"],
    ["empty", ""],
  ]);
  expect(filled("{{name}}, {{ name }}: {{tone}} {{empty}}", values)).toBe(
    "{{tone}} $& \\, {{tone}} $& \\: {{tone}} {{empty}}",
  );
});

test("commands come before names", () => {
  expect(rank("mail", "mail", "Something")).toBe(0);
  expect(rank("ma", "mail", "Something")).toBe(1);
  expect(rank("ai", "mail", "Something")).toBe(2);
  expect(rank("MAIL", "", "Mail to a friend")).toBe(3);
  expect(rank("friend mail", "", "Mail to a friend")).toBe(4);
  expect(rank("nothing", "mail", "Mail to a friend")).toBeNull();
});

test("a bare slash shows everything, commands first", () => {
  expect(rank("", "mail", "Mail")).toBe(0);
  expect(rank("", "", "Mail")).toBe(1);
});

test("only a slash at the very start of one line asks for a prompt", () => {
  expect(searchOf("/")).toBe("");
  expect(searchOf("/mail to")).toBe("mail to");
  expect(searchOf(" /mail")).toBeNull();
  expect(searchOf("a/b")).toBeNull();
  expect(searchOf("/etc\nand more")).toBeNull();
});

const FORM = `<dialog><h2></h2><div data-fields></div><pre data-preview></pre>
  <input type="checkbox" data-send-at-once></dialog>`;

test("the form previews what is filled in, and remembers to send at once", async () => {
  localStorage.clear();
  document.body.innerHTML = FORM;
  const dialog = document.querySelector("dialog") as HTMLDialogElement;
  const text = "A {{size:big|small}} {{animal}}";
  const asked = ask(dialog, "Animals", text, variablesOf(text));
  expect(dialog.querySelector("h2")?.textContent).toBe("Animals");
  const preview = dialog.querySelector("[data-preview]");
  expect(preview?.textContent).toBe("A big {{animal}}");
  const area = dialog.querySelector("textarea") as HTMLTextAreaElement;
  area.value = "cat";
  area.dispatchEvent(new Event("input", { bubbles: true }));
  expect(preview?.textContent).toBe("A big cat");
  const send = dialog.querySelector("[data-send-at-once]") as HTMLInputElement;
  expect(send.checked).toBe(false);
  send.checked = true;
  dialog.close("use");
  expect(await asked).toEqual({ text: "A big cat", sendsAtOnce: true });
  const again = ask(dialog, "Animals", text, variablesOf(text));
  expect(send.checked).toBe(true);
  dialog.close("");
  expect(await again).toBeNull();
});
