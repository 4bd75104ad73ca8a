/** The model picker: a searchable list beside the message box. */

import { getHtml, sentence } from "../api/http";
import { nextIndex, placeAtEnd } from "../ui/menu";
import { text } from "../ui/texts";
import { toast } from "../ui/toasts";
import { type Choice, keepChoice, readChoice, readDraft } from "./drafts";

/** Whether an option fits the search; every word must occur. */
export function matches(label: string, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = label.toLowerCase();
  return words.every((word) => text.includes(word));
}

export class ModelPickerElement extends HTMLElement {
  private active = -1;
  private isAdding = false;
  private isListed = false;
  private isEntered = false; // Enter, before the list was there

  connectedCallback(): void {
    if (this.dataset.ready === "") {
      return;
    }
    this.dataset.ready = "";
    this.restore();
    this.opener?.addEventListener("click", (event) => {
      event.preventDefault();
      this.open().catch((error: unknown) => toast(sentence(error), { stays: true }));
    });
    this.adder?.addEventListener("click", () => this.setAdding(!this.isAdding));
    this.search?.addEventListener("input", () => {
      this.isEntered = false;
      this.filter();
    });
    this.search?.addEventListener("keydown", (event) => this.pressed(event));
    this.list?.addEventListener("click", (event) => {
      const target = event.target instanceof Element ? event.target : null;
      const option = target?.closest<HTMLElement>("[data-model]");
      if (option) {
        event.preventDefault();
        this.choose(option);
      }
    });
  }

  private get opener(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[data-picker-open]");
  }

  private get panel(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[data-picker]");
  }

  private get search(): HTMLInputElement | null {
    return this.querySelector<HTMLInputElement>("[data-picker-search]");
  }

  private get list(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[data-picker-list]");
  }

  /** The switch between choosing the model and adding one beside it. */
  private get adder(): HTMLButtonElement | null {
    return this.querySelector<HTMLButtonElement>("[data-picker-add]");
  }

  private get options(): HTMLElement[] {
    const all = this.list?.querySelectorAll<HTMLElement>("[data-model]") ?? [];
    return [...all].filter((option) => !option.hidden);
  }

  private async open(): Promise<void> {
    const { panel, list, opener } = this;
    if (!panel || !list || !opener) {
      return;
    }
    panel.showPopover();
    placeAtEnd(panel, opener);
    this.isEntered = false;
    if (this.search) {
      this.search.value = "";
      this.search.focus(); // what is typed while the list is on its way counts
    }
    if (!list.firstElementChild) {
      list.innerHTML = await getHtml(list.dataset.url ?? "/_/picker");
    }
    if (this.adder) {
      this.adder.hidden = list.querySelector("[data-can-compare]") === null;
    }
    this.setAdding(false);
    this.filter();
    placeAtEnd(panel, opener); // once more: what is listed has changed
    this.isListed = true;
    if (this.isEntered && panel.matches(":popover-open")) {
      this.enter();
    }
  }

  private filter(): void {
    const search = this.search?.value ?? "";
    for (const option of this.list?.querySelectorAll<HTMLElement>("[data-model]") ?? []) {
      option.hidden = !matches(option.textContent, search);
    }
    for (const group of this.list?.querySelectorAll<HTMLElement>("[data-picker-group]") ?? []) {
      group.hidden = group.querySelector("[data-model]:not([hidden])") === null;
    }
    const empty = this.list?.querySelector<HTMLElement>("[data-picker-empty]");
    if (empty) {
      empty.hidden = this.options.length > 0;
    }
    this.mark(search ? 0 : -1);
  }

  private pressed(event: KeyboardEvent): void {
    const next = nextIndex(event.key, this.active, this.options.length);
    if (next !== null) {
      event.preventDefault();
      this.mark(next);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.enter();
    }
  }

  private enter(): void {
    this.isEntered = !this.isListed;
    const option = this.options[this.active] ?? this.options[0];
    if (option && this.isListed) {
      this.choose(option);
    }
  }

  private mark(index: number): void {
    this.active = index;
    for (const [number, option] of this.options.entries()) {
      const isActive = number === index;
      option.classList.toggle("active", isActive);
      if (isActive) {
        option.id ||= `option-${number}-${crypto.randomUUID()}`;
        this.search?.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
  }

  private setAdding(isAdding: boolean): void {
    this.isAdding = isAdding;
    this.adder?.setAttribute("aria-pressed", String(isAdding));
    this.search?.focus();
  }

  /** Let a further model answer beside the chosen one. */
  private add(form: HTMLFormElement, option: HTMLElement): void {
    const { endpoint = "", model = "", spec = "", label = model } = option.dataset;
    import("./compare")
      .then(({ addModel, MAX_ADDED }) => {
        if (!addModel(form, { endpoint, model, spec, label })) {
          toast(
            text("mostModels", "At most {n} models answer side by side.", { n: MAX_ADDED + 1 }),
          );
        }
      })
      .catch((error: unknown) => toast(sentence(error), { stays: true }));
  }

  private get conversationId(): string {
    return this.closest<HTMLElement>("lc-chat")?.dataset.conversationId ?? "new";
  }

  /** The model that a half-written message was meant for, unless the address names one. */
  private restore(): void {
    const asked = new URLSearchParams(location.search);
    const isAsked = ["endpoint", "model", "spec", "preset"].some((name) => asked.has(name));
    const kept = readDraft(this.conversationId) ? readChoice(this.conversationId) : null;
    if (kept && !isAsked) {
      this.say(kept);
    }
  }

  private say({ label, ...choice }: Choice): void {
    fill(this.closest("form"), choice);
    const shown = this.querySelector("[data-picker-label]");
    if (shown) {
      shown.textContent = label;
    }
  }

  private choose(option: HTMLElement): void {
    const { endpoint = "", model = "", spec = "", label = model } = option.dataset;
    const form = this.closest("form");
    if (this.isAdding && form) {
      this.panel?.hidePopover();
      this.add(form, option);
      form.querySelector("textarea")?.focus();
      return;
    }
    if (form?.querySelector<HTMLInputElement>('input[name="spec"]')?.value !== spec) {
      this.dispatchEvent(new CustomEvent("lc:preset", { bubbles: true }));
    }
    this.say({ endpoint, model, spec, label });
    keepChoice(this.conversationId, { endpoint, model, spec, label });
    for (const other of this.list?.querySelectorAll("[aria-selected]") ?? []) {
      other.setAttribute("aria-selected", String(other === option));
    }
    this.panel?.hidePopover();
    form?.querySelector("textarea")?.focus();
  }
}

/** Say in the composer, and in the form of the message actions, which model is chosen. */
function fill(form: HTMLFormElement | null, choice: Record<string, string>): void {
  for (const [name, value] of Object.entries(choice)) {
    const selector = `input[name="${name}"]`;
    for (const owner of [form, document.querySelector("#message-action")]) {
      const input = owner?.querySelector<HTMLInputElement>(selector);
      if (input) {
        input.value = value;
      }
    }
  }
}
