/** Chips of the further models that answer the next message beside the first. */

import { text } from "../ui/texts";

export const MAX_ADDED = 3;

export interface Choice {
  endpoint: string;
  model: string;
  spec: string;
  label: string;
}

/** Add a model to those of the composer; false when there are as many as may be. */
export function addModel(form: ParentNode, { label, ...choice }: Choice): boolean {
  const list = form.querySelector<HTMLElement>("[data-added]");
  if (!list || list.children.length >= MAX_ADDED) {
    return false;
  }
  const item = document.createElement("li");
  item.className = "added-chip";
  const name = document.createElement("span");
  name.className = "truncate";
  name.textContent = `+ ${label}`;
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = "added";
  input.value = JSON.stringify(choice);
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "quote-remove";
  remove.textContent = "×";
  remove.setAttribute("aria-label", text("doNotAsk", "Do not ask {label}", { label }));
  remove.addEventListener("click", () => {
    item.remove();
    list.hidden = list.children.length === 0;
    form.querySelector<HTMLElement>("textarea")?.focus();
  });
  item.append(name, input, remove);
  list.append(item);
  list.hidden = false;
  return true;
}
