/** The menu of prompts that a slash at the start of a message opens. */

import { getHtml, postForm, sentence } from "../api/http";
import { nextIndex } from "../ui/menu";
import { toast } from "../ui/toasts";
import { type Answer, ask } from "./prompt_form";
import { rank, searchOf, variablesOf } from "./prompt_variables";

interface PromptText {
  name: string;
  text: string;
}

export class PromptsElement extends HTMLElement {
  private active = 0;
  private isInserting = false;
  private isDismissed = false;
  private isLoading = false;
  private asked = 0;
  private waiting: { sends: boolean } | null = null; // the chosen prompt is on its way
  private loaded: Promise<void> | null = null;

  connectedCallback(): void {
    const { area } = this;
    if (!area || this.dataset.ready === "") {
      return;
    }
    this.dataset.ready = "";
    area.addEventListener("input", () => this.typed());
    area.addEventListener("blur", () => this.close());
    // Before the message box itself hears of the key: Enter would send.
    this.parentElement?.addEventListener("keydown", (event) => this.pressed(event), true);
    this.addEventListener("mousedown", (event) => {
      if (this.optionAt(event)) {
        event.preventDefault(); // the box keeps the focus
      }
    });
    this.addEventListener("click", (event) => {
      const option = this.optionAt(event);
      if (option) {
        this.choose(option);
      }
    });
    this.typed();
  }

  private get area(): HTMLTextAreaElement | null {
    return (
      this.parentElement?.querySelector<HTMLTextAreaElement>("[data-composer] textarea") ?? null
    );
  }

  private get list(): HTMLElement | null {
    return this.querySelector<HTMLElement>("[role=listbox]");
  }

  private get options(): HTMLElement[] {
    const all = this.list?.querySelectorAll<HTMLElement>("[data-prompt]") ?? [];
    return [...all].filter((option) => !option.hidden);
  }

  private get isOpen(): boolean {
    return this.list?.hidden === false;
  }

  private optionAt(event: Event): HTMLElement | null {
    const target = event.target instanceof Element ? event.target : null;
    return target?.closest<HTMLElement>("[data-prompt]") ?? null;
  }

  private typed(): void {
    const search = searchOf(this.area?.value ?? "");
    if (search === null || this.isInserting) {
      this.isDismissed = false;
      this.close();
      return;
    }
    if (this.isDismissed) {
      return;
    }
    if (search === "" || !this.loaded) {
      this.loaded = this.load(); // once for each slash: prompts change in other tabs
    }
    this.loaded
      .then(() => this.filter())
      .catch((error: unknown) => {
        this.loaded = null;
        toast(sentence(error), { stays: true });
      });
  }

  private async load(): Promise<void> {
    this.asked += 1;
    const mine = this.asked;
    this.isLoading = true;
    try {
      const html = await getHtml(this.dataset.url ?? "/_/prompts");
      if (mine === this.asked && !this.querySelector("dialog[open]")) {
        this.innerHTML = html;
      }
    } finally {
      this.isLoading &&= mine !== this.asked;
    }
  }

  private filter(): void {
    const { list } = this;
    const search = searchOf(this.area?.value ?? "");
    if (!list || search === null || this.isDismissed) {
      return;
    }
    const all = [...list.querySelectorAll<HTMLElement>("[data-prompt]")];
    const ranked = all.map((option) => {
      const place = rank(search, option.dataset.command ?? "", option.dataset.name ?? "");
      option.hidden = place === null;
      return { option, place: place ?? Number.POSITIVE_INFINITY };
    });
    ranked.sort((one, other) => one.place - other.place);
    list.append(...ranked.map(({ option }) => option));
    list.hidden = this.options.length === 0;
    this.announce();
    this.mark(0);
  }

  /** A text area has no expanded state, so how many fit is said. */
  private announce(): void {
    const status = this.querySelector<HTMLElement>("[data-prompts-status]");
    const count = this.options.length;
    if (status) {
      const { some = "", none = "" } = status.dataset;
      status.textContent = count > 0 ? `${count} ${some}` : none;
    }
  }

  private mark(index: number): void {
    this.active = index;
    for (const [place, option] of this.options.entries()) {
      const isActive = place === index;
      option.classList.toggle("active", isActive);
      option.setAttribute("aria-selected", String(isActive));
      if (isActive) {
        this.area?.setAttribute("aria-controls", "prompts-list");
        this.area?.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
  }

  private close(): void {
    if (this.list) {
      this.list.hidden = true;
    }
    this.area?.removeAttribute("aria-activedescendant");
    this.area?.removeAttribute("aria-controls");
  }

  private pressed(event: KeyboardEvent): void {
    if (event.target !== this.area || event.isComposing) {
      return;
    }
    if (this.waiting && event.key === "Enter" && !event.shiftKey) {
      this.waiting.sends = true; // what is in the box is half a command still
      event.preventDefault();
      event.stopPropagation();
    } else if (this.isOpen ? this.answers(event) : this.waits(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** Enter before the prompts are there means the best of them, or a message if none fits. */
  private waits(event: KeyboardEvent): boolean {
    const isEnter = event.key === "Enter" && !event.shiftKey;
    const asks = searchOf(this.area?.value ?? "") !== null && !this.isDismissed;
    if (!isEnter || !this.isLoading || !asks) {
      return false;
    }
    this.loaded
      ?.then(() => this.filter())
      .then(() => {
        const [option] = this.isOpen ? this.options : [];
        if (option) {
          this.choose(option);
        } else {
          this.area?.form?.requestSubmit();
        }
      })
      .catch(() => undefined); // said where it was asked for; the text is still in the box
    return true;
  }

  private answers(event: KeyboardEvent): boolean {
    const option = this.options[this.active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.mark(nextIndex(event.key, this.active, this.options.length) ?? 0);
    } else if (event.key === "Escape") {
      this.isDismissed = true;
      this.close();
    } else if (option && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) {
      this.choose(option);
    } else {
      return false;
    }
    return true;
  }

  private choose(option: HTMLElement): void {
    this.isDismissed = true;
    this.close();
    const waiting = { sends: false };
    this.waiting = waiting;
    this.use(`/_/prompts/${option.dataset.prompt ?? ""}`, waiting)
      .catch((error: unknown) => toast(sentence(error), { stays: true }))
      .finally(() => {
        this.waiting = this.waiting === waiting ? null : this.waiting;
      });
  }

  private async use(url: string, waiting: { sends: boolean }): Promise<void> {
    const command = this.area?.value ?? "";
    const prompt = JSON.parse(await getHtml(url)) as PromptText;
    const written = this.area?.value ?? "";
    if (this.waiting !== waiting || !written.startsWith(command)) {
      return; // another prompt was chosen meanwhile, or other words written
    }
    const answer = await this.filledIn(prompt, waiting);
    if (!answer) {
      this.area?.focus();
      return;
    }
    this.insert(answer.text + written.slice(command.length));
    if (answer.sendsAtOnce) {
      this.area?.form?.requestSubmit();
    }
    // A count that is not kept takes nothing from the person.
    postForm(`${url}/used`, {}).catch(() => undefined);
  }

  /** The text with its variables asked for; null when the form was left without an answer. */
  private async filledIn(
    { name, text }: PromptText,
    waiting: { sends: boolean },
  ): Promise<Answer | null> {
    const variables = variablesOf(text);
    const dialog = this.querySelector("dialog");
    return variables.length === 0 || !dialog
      ? { text, sendsAtOnce: waiting.sends }
      : ask(dialog, name, text, variables);
  }

  private insert(text: string): void {
    const { area } = this;
    if (area) {
      this.isInserting = true;
      area.value = text;
      area.dispatchEvent(new Event("input", { bubbles: true }));
      this.isInserting = false;
      area.focus();
      area.setSelectionRange(text.length, text.length);
    }
  }
}

export function definePrompts(): void {
  if (!customElements.get("lc-prompts")) {
    customElements.define("lc-prompts", PromptsElement);
  }
}
