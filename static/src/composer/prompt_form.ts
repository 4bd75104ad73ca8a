/** The form that asks for the variables of a prompt, with a preview of the text. */

import { filled, type Variable } from "./prompt_variables";

const SEND_KEY = "lc:prompt-send";

export interface Answer {
  text: string;
  sendsAtOnce: boolean;
}

function sendsAtOnce(): boolean {
  try {
    return localStorage.getItem(SEND_KEY) === "1";
  } catch {
    return false; // storage may be switched off
  }
}

function keepSending(isOn: boolean): void {
  try {
    localStorage.setItem(SEND_KEY, isOn ? "1" : "");
  } catch {
    // Storage is full or switched off: it holds for this prompt.
  }
}

function inputOf(variable: Variable): HTMLSelectElement | HTMLTextAreaElement {
  if (variable.options.length === 0) {
    const area = document.createElement("textarea");
    area.rows = 1;
    area.required = true;
    return area;
  }
  const select = document.createElement("select");
  for (const option of variable.options) {
    const choice = document.createElement("option");
    choice.textContent = option;
    select.append(choice);
  }
  return select;
}

function fieldOf(variable: Variable): HTMLElement {
  const field = document.createElement("label");
  const label = document.createElement("span");
  const input = inputOf(variable);
  field.className = "field";
  label.className = "label";
  label.textContent = variable.name;
  input.className = "input input-area";
  input.dataset.variable = variable.key;
  field.append(label, input);
  return field;
}

function valuesOf(dialog: HTMLDialogElement): Map<string, string> {
  type Input = HTMLSelectElement | HTMLTextAreaElement;
  const inputs = [...dialog.querySelectorAll<Input>("[data-variable]")];
  return new Map(inputs.map((input) => [input.dataset.variable ?? "", input.value]));
}

/** Ask for the variables; null when the form was left without an answer. */
export function ask(
  dialog: HTMLDialogElement,
  name: string,
  text: string,
  variables: readonly Variable[],
): Promise<Answer | null> {
  const title = dialog.querySelector("h2");
  const fields = dialog.querySelector("[data-fields]");
  const preview = dialog.querySelector("[data-preview]");
  const send = dialog.querySelector<HTMLInputElement>("[data-send-at-once]");
  if (!title || !fields || !preview || !send) {
    return Promise.resolve(null);
  }
  const show = (): void => {
    preview.textContent = filled(text, valuesOf(dialog));
  };
  title.textContent = name;
  fields.replaceChildren(...variables.map(fieldOf));
  fields.addEventListener("input", show);
  send.checked = sendsAtOnce();
  dialog.returnValue = "";
  show();
  dialog.showModal();
  fields.querySelector<HTMLElement>("[data-variable]")?.focus();
  return new Promise((resolve) => {
    const closed = (): void => {
      fields.removeEventListener("input", show);
      if (dialog.returnValue !== "use") {
        resolve(null);
        return;
      }
      keepSending(send.checked);
      resolve({ text: filled(text, valuesOf(dialog)), sendsAtOnce: send.checked });
    };
    dialog.addEventListener("close", closed, { once: true });
  });
}
