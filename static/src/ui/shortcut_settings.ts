/** Giving shortcuts other keys: press them, and they are stored. Loaded on its settings page. */

import { HttpError, postForm, sentence } from "../api/http";
import { isMac, labelOf, nameOf } from "./shortcut_keys";
import { labelKeys, setBindings } from "./shortcuts";

/** The row that waits for keys, and what its keys showed before. */
interface Recording {
  row: HTMLFormElement;
  before: Node[];
}

export class ShortcutListElement extends HTMLElement {
  private recording: Recording | null = null;

  connectedCallback(): void {
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("submit", (event) => this.submitted(event));
    // Before anything else hears of them: the keys may start something.
    document.addEventListener("keydown", this.pressed, true);
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.pressed, true);
  }

  private clicked(event: Event): void {
    const target = event.target instanceof Element ? event.target : null;
    const row = target?.closest<HTMLFormElement>("form[data-shortcut]");
    if (!row || !target) {
      return;
    }
    if (target.closest("[data-shortcut-change]")) {
      this.record(row);
    } else if (target.closest("[data-shortcut-cancel]")) {
      this.leave();
    } else if (target.closest("[data-shortcut-take]")) {
      const keys = target.closest<HTMLElement>("[data-shortcut-take]")?.dataset.shortcutTake ?? "";
      this.store(row, { act: "take", keys }).catch((error: unknown) => this.refused(row, error));
    }
  }

  private submitted(event: SubmitEvent): void {
    const row = event.target;
    if (row instanceof HTMLFormElement) {
      event.preventDefault();
      this.leave();
      this.store(row, { act: "reset" }).catch((error: unknown) => this.refused(row, error));
    }
  }

  private record(row: HTMLFormElement): void {
    this.leave();
    const place = keysOf(row);
    if (!place) {
      return;
    }
    this.recording = { row, before: [...place.childNodes] };
    const hint = note(this.dataset.press ?? "", "shortcut-press");
    hint.setAttribute("role", "status");
    place.replaceChildren(hint);
  }

  /** Show the row as it was. */
  private leave(): void {
    const { recording } = this;
    this.recording = null;
    if (recording) {
      keysOf(recording.row)?.replaceChildren(...recording.before);
      recording.row.querySelector<HTMLElement>("[data-shortcut-change]")?.focus();
    }
  }

  private readonly pressed = (event: KeyboardEvent): void => {
    const { recording } = this;
    // In a row with a question the keys move between its buttons.
    const asks = recording?.row.querySelector("[data-shortcut-take]") ?? null;
    if (!recording || (asks && event.key !== "Escape") || event.key === "Tab") {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const keys = nameOf(event);
    if (keys === "escape") {
      this.leave();
    } else if (keys) {
      const { row } = recording;
      this.store(row, { act: "bind", keys }).catch((error: unknown) =>
        this.refused(row, error, keys),
      );
    }
  };

  private async store(row: HTMLFormElement, change: Record<string, string>): Promise<void> {
    const name = row.dataset.shortcut ?? "";
    const answer = await postForm(row.action, { ...change, name });
    const list = this.querySelector("[data-shortcut-rows]");
    this.recording = null;
    if (list) {
      list.outerHTML = await answer.text();
    }
    const fresh = this.querySelector<HTMLElement>("[data-shortcut-rows]");
    setBindings(fresh?.dataset.bindings ?? "{}");
    labelKeys(this);
    fresh
      ?.querySelector<HTMLElement>(`[data-shortcut="${CSS.escape(name)}"] [data-shortcut-change]`)
      ?.focus();
    this.say(this.dataset.saved ?? "");
  }

  /** Say why not; keys that another shortcut has may be taken from it. */
  private refused(row: HTMLFormElement, error: unknown, keys = ""): void {
    if (this.recording?.row !== row) {
      this.record(row);
    }
    const warning = note(
      keys ? `${labelOf(keys, isMac())}: ${sentence(error)}` : sentence(error),
      "shortcut-warning",
    );
    warning.setAttribute("role", "alert");
    const buttons: HTMLElement[] = [];
    if (keys && error instanceof HttpError && error.status === 409) {
      const take = button(this.dataset.take ?? "");
      take.dataset.shortcutTake = keys;
      buttons.push(take);
    }
    const cancel = button(this.dataset.cancel ?? "");
    cancel.dataset.shortcutCancel = "";
    buttons.push(cancel);
    keysOf(row)?.replaceChildren(warning, ...buttons);
    buttons[0]?.focus();
  }

  private say(sentenceSaid: string): void {
    const status = this.querySelector("[data-shortcut-status]");
    if (status) {
      status.textContent = sentenceSaid;
    }
  }
}

function keysOf(row: HTMLElement): HTMLElement | null {
  return row.querySelector<HTMLElement>("[data-shortcut-keys]");
}

function note(words: string, name: string): HTMLElement {
  const made = document.createElement("span");
  made.className = name;
  made.textContent = words;
  return made;
}

function button(label: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button-small";
  made.textContent = label;
  return made;
}
