/** Renaming a conversation where its title stands. */

import { postForm, sentence } from "../api/http";
import { text } from "./texts";
import { toast } from "./toasts";

export function renameInPlace(place: HTMLElement, conversationId: string): void {
  const title = place.querySelector<HTMLElement>("[data-row-title], [data-title]");
  if (!title) {
    return;
  }
  const before = title.textContent.trim();
  const form = document.createElement("form");
  form.className = "row-rename";
  const input = document.createElement("input");
  input.className = "input";
  input.value = before;
  input.maxLength = 512;
  input.setAttribute("aria-label", text("newTitle", text("newTitle", "New title")));
  form.append(input);
  const frame = title.closest<HTMLElement>("a") ?? title;
  frame.hidden = true;
  frame.after(form);
  let isOver = false;

  const finish = (isKept: boolean): void => {
    if (isOver) {
      return;
    }
    isOver = true;
    form.dispatchEvent(new Event("lc:named"));
    const after = input.value.trim();
    form.remove();
    frame.hidden = false;
    frame.focus();
    if (isKept && after && after !== before) {
      save(conversationId, before, after);
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    finish(true);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      finish(false);
    }
  });
  input.addEventListener("blur", () => finish(true));
  input.focus();
  input.select();
}

function save(conversationId: string, before: string, after: string): void {
  showTitle(conversationId, after);
  postForm(`/c/${conversationId}/rename`, { title: after }).catch((error: unknown) => {
    showTitle(conversationId, before);
    toast(sentence(error), { stays: true });
  });
}

/** Show a conversation's title in its row, the header and the tab. */
export function showTitle(conversationId: string, title: string): void {
  const id = CSS.escape(conversationId);
  const row = document.querySelector(`li.row[data-conversation-id="${id}"] [data-row-title]`);
  if (row) {
    row.textContent = title;
  }
  const chat = document.querySelector<HTMLElement>("lc-chat");
  if (chat?.dataset.conversationId === conversationId) {
    const heading = document.querySelector("[data-title]");
    if (heading) {
      heading.textContent = title;
    }
    const name = document.title.split(" · ").at(-1) ?? "";
    document.title = `${title} · ${name}`;
  }
}
