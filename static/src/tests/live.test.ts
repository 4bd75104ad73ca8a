import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  type Choice,
  followDraft,
  keepChoice,
  keepDraft,
  readChoice,
  readDraft,
} from "../composer/drafts";
import { ReplyPainter } from "../stream/painter";
import { wantsNotices } from "../ui/notice_choice";
import { textWithTex } from "../ui/tex";
import { watchTitle } from "../ui/title_mark";

const CHOICE: Choice = { endpoint: "Fake", model: "echo", spec: "", label: "Echo" };

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = "";
});

afterEach(() => vi.unstubAllGlobals());

test("a draft keeps the model it was meant for, and sending forgets both", () => {
  keepDraft("c", "Half");
  keepChoice("c", CHOICE);
  expect([readDraft("c"), readChoice("c"), readChoice("d")]).toEqual(["Half", CHOICE, null]);
  keepDraft("c", "");
  expect([readDraft("c"), readChoice("c")]).toEqual(["", null]);
});

test("a kept model that is no model is none", () => {
  localStorage.setItem("lc:choice:c", '{"model": 7}');
  localStorage.setItem("lc:choice:d", "{");
  expect([readChoice("c"), readChoice("d")]).toEqual([null, null]);
});

test("a box follows another tab unless it holds words of its own", () => {
  const area = document.createElement("textarea");
  followDraft(() => "c", area);
  const tell = (oldValue: string | null, newValue: string | null, key = "lc:draft:c"): void => {
    dispatchEvent(Object.assign(new Event("storage"), { key, oldValue, newValue }));
  };
  tell(null, "Seen");
  expect(area.value).toBe("Seen");
  tell("Seen", "Other chat", "lc:draft:d");
  expect(area.value).toBe("Seen");
  area.value = "My own";
  tell("Seen", null);
  expect(area.value).toBe("My own");
});

test("notices need the person's word and the browser's", () => {
  vi.stubGlobal("Notification", { permission: "granted" });
  expect(wantsNotices()).toBe(false);
  localStorage.setItem("lc:notices", "1");
  expect(wantsNotices()).toBe(true);
  vi.stubGlobal("Notification", { permission: "denied" });
  expect(wantsNotices()).toBe(false);
});

test("the title is marked while an answer runs", async () => {
  document.head.innerHTML = "<title>A chat · LibreChat</title>";
  const chat = document.createElement("div");
  watchTitle(chat);
  chat.dispatchEvent(new CustomEvent("lc:running", { detail: true }));
  expect(document.title).toBe("○ A chat · LibreChat");
  document.title = "Named · LibreChat";
  await vi.waitFor(() => expect(document.title).toBe("○ Named · LibreChat"));
  chat.dispatchEvent(new CustomEvent("lc:running", { detail: false }));
  expect(document.title).toBe("Named · LibreChat");
});

test("a message's words hold its formulas as TeX", () => {
  const tex = '<annotation encoding="application/x-tex">a^2</annotation>';
  const math = `<math display="inline"><semantics><mi>a</mi>${tex}</semantics></math>`;
  document.body.innerHTML = `<p id="p">So <span class="math">${math}</span> it is</p>`;
  const shown = document.querySelector("#p");
  expect(shown && textWithTex(shown)).toBe("So $a^2$ it is");
  expect(document.body.children.length).toBe(1);
});

test("a table grows by rows and is replaced by the finished block", () => {
  document.body.innerHTML = "<article><div data-reply-body><p data-tail>| a |</p></div></article>";
  const article = document.querySelector("article");
  if (!article) {
    throw new Error("no article");
  }
  const painter = new ReplyPainter(article);
  const open = '<div data-block="b0"><table><thead><tr><th>a</th></tr></thead></table></div>';
  painter.apply({ type: "table", id: "b0", html: open });
  painter.apply({ type: "tail", text: "| 1" });
  painter.apply({ type: "row", id: "b0", html: "<tr><td>1</td></tr>" });
  expect(article.querySelectorAll("tbody tr").length).toBe(1);
  expect(article.querySelector("[data-tail]")?.textContent).toBe("");
  expect(article.querySelector(".table-open")).not.toBeNull();
  const whole = open.replace("</table>", "<tbody><tr><td>1</td></tr></tbody></table>");
  painter.apply({ type: "block", id: "b0", html: whole });
  expect(article.querySelectorAll("table").length).toBe(1);
  expect(article.querySelector(".table-open")).toBeNull();
});
