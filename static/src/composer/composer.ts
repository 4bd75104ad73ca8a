/** The message box: grows with its text, keeps drafts, sends, turns into a stop button. */

import type { AddedModel, Turn } from "../chat/start";
import { isWritingOutside } from "../ui/focus";
import { isLayerOpen } from "../ui/layers";
import { followDraft, keepDraft, keepQuotes, moveDraft, readDraft, readQuotes } from "./drafts";

const DRAFT_MS = 300;

export class ComposerElement extends HTMLElement {
  private draftTimer = 0;
  private isRunning = false;
  private sendLabel: string | null = null;
  private coming: string[] = []; // quotes whose chips are not drawn yet

  connectedCallback(): void {
    const { area, form } = this;
    if (!area || !form || this.dataset.ready === "") {
      this.grow();
      return; // moved within the page
    }
    this.dataset.ready = "";
    form.addEventListener("submit", (event) => this.submitted(event));
    area.addEventListener("keydown", (event) => this.pressed(event));
    area.addEventListener("input", () => this.typed());
    this.stopButton?.addEventListener("click", (event) => {
      event.preventDefault();
      this.tell("lc:stop");
    });
    const chat = this.chat;
    chat?.addEventListener("lc:running", (event) => {
      this.setRunning((event as CustomEvent<boolean>).detail);
    });
    chat?.addEventListener("lc:refused", (event) => {
      this.giveBack((event as CustomEvent<Turn>).detail);
    });
    document.addEventListener("lc:current", () => {
      moveDraft("new", this.conversationId, this.area?.value ?? "");
    });
    chat?.addEventListener("click", (event) => this.pickStarter(event));
    if (!area.value.trim()) {
      area.value = readDraft(this.conversationId);
    }
    followDraft(() => this.conversationId, area);
    area.addEventListener("lc:drafted", () => this.grow());
    addEventListener("pagehide", () => this.keepNow());
    this.showQuotes(readQuotes(this.conversationId));
    this.setRunning(Boolean(chat?.dataset.generationId));
    this.grow();
  }

  private get chat(): HTMLElement | null {
    return this.closest<HTMLElement>("lc-chat");
  }

  private get form(): HTMLFormElement | null {
    return this.querySelector<HTMLFormElement>("form[data-composer]");
  }

  private get area(): HTMLTextAreaElement | null {
    return this.querySelector<HTMLTextAreaElement>("[data-composer] textarea");
  }

  private get sendButton(): HTMLButtonElement | null {
    return this.querySelector<HTMLButtonElement>("[data-send]");
  }

  private get stopButton(): HTMLButtonElement | null {
    return this.querySelector<HTMLButtonElement>("[data-stop]");
  }

  private get conversationId(): string {
    return this.chat?.dataset.conversationId ?? "new";
  }

  private field(name: string): string {
    return this.form?.querySelector<HTMLInputElement>(`input[name="${name}"]`)?.value ?? "";
  }

  private submitted(event: Event): void {
    if (this.chat?.querySelector("[data-newer]")) {
      // The page ends above the end of the chat: sent as without a script, which shows the end.
      keepDraft(this.conversationId, "");
      return;
    }
    event.preventDefault();
    this.send(this.isRunning ? this.whileRunning : "lc:send");
  }

  private send(how: "lc:send" | "lc:queue" | "lc:steer"): void {
    const text = this.area?.value.trim() ?? "";
    if (!text) {
      return;
    }
    const turn: Turn = {
      text,
      endpoint: this.field("endpoint"),
      model: this.field("model"),
      spec: this.field("spec"),
      isTemporary: this.field("is_temporary") === "1",
      clientRequestId: crypto.randomUUID(),
      projectId: this.field("project"),
      quotes: this.quotes,
      added: this.added,
    };
    clearTimeout(this.draftTimer);
    this.draftTimer = 0;
    keepDraft(this.conversationId, "");
    this.dropQuotes();
    if (this.area) {
      this.area.value = "";
    }
    this.grow();
    this.tell(how, turn);
  }

  private pressed(event: KeyboardEvent): void {
    if (event.isComposing || event.defaultPrevented) {
      return;
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.entered(event.ctrlKey || event.metaKey);
    } else if (event.key === "Escape" && !event.shiftKey && this.isRunning && !isLayerOpen()) {
      this.tell("lc:stop");
    }
  }

  /** What Enter does while an answer runs: a setting. */
  private get whileRunning(): "lc:queue" | "lc:steer" {
    return this.form?.dataset.steers === undefined ? "lc:queue" : "lc:steer";
  }

  /** Enter sends; with Ctrl or ⌘ it does, while an answer runs, what it does not do alone. */
  private entered(isOther: boolean): void {
    if (isOther && this.isRunning) {
      this.send(this.whileRunning === "lc:steer" ? "lc:queue" : "lc:steer");
    } else {
      this.form?.requestSubmit();
    }
  }

  private typed(): void {
    this.grow();
    clearTimeout(this.draftTimer);
    this.draftTimer = window.setTimeout(() => this.keepNow(), DRAFT_MS);
  }

  private keepNow(): void {
    if (this.draftTimer !== 0) {
      clearTimeout(this.draftTimer);
      this.draftTimer = 0;
      keepDraft(this.conversationId, this.area?.value ?? "");
    }
  }

  /** Browsers with field-sizing grow the box by themselves. */
  private grow(): void {
    const { area } = this;
    if (this.sendButton && area) {
      this.sendButton.disabled = area.value.trim() === "";
      this.sendButton.hidden = this.isRunning && area.value.trim() === "";
    }
    if (area && !CSS.supports("field-sizing", "content")) {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight}px`;
    }
  }

  private get added(): AddedModel[] {
    const inputs = this.querySelectorAll<HTMLInputElement>('input[name="added"]');
    return Array.from(inputs, (input) => JSON.parse(input.value) as AddedModel);
  }

  private get quotes(): string[] {
    const inputs = this.querySelectorAll<HTMLInputElement>('input[name="quotes"]');
    return [...this.coming, ...Array.from(inputs, (input) => input.value)];
  }

  /** Draw chips of quotes before those there are; what is sent until then carries them as well. */
  private showQuotes(quotes: string[]): void {
    const { form } = this;
    if (form && quotes.length > 0) {
      this.coming = [...quotes, ...this.coming];
      import("./quotes")
        .then((module) => {
          if (this.coming.length > 0) {
            const all = new Set(this.quotes);
            this.coming = [];
            module.showQuotes(form, [...all], this.conversationId);
          }
        })
        .catch(() => undefined); // they are still in the draft
    }
  }

  private dropQuotes(): void {
    this.coming = [];
    keepQuotes(this.conversationId, []);
    const list = this.querySelector<HTMLElement>("[data-quotes]");
    if (list) {
      list.replaceChildren();
      list.hidden = true;
    }
  }

  /** A refused message stands in the box again, before what was written since. */
  private giveBack({ text, quotes = [] }: Turn): void {
    this.showQuotes(quotes);
    const { area } = this;
    if (area) {
      const written = area.value;
      area.value = written ? `${text}\n\n${written}` : text;
      keepDraft(this.conversationId, area.value);
      this.grow();
      if (!isWritingOutside(this)) {
        area.focus();
      }
    }
  }

  private setRunning(isRunning: boolean): void {
    this.isRunning = isRunning;
    if (this.stopButton) {
      this.stopButton.hidden = !isRunning;
    }
    this.sayWhatSendDoes(isRunning);
    this.grow();
  }

  /** While an answer runs a message is queued, and box and button say so. */
  private sayWhatSendDoes(isRunning: boolean): void {
    const { area, form, sendButton: button } = this;
    if (!area || !form || !button) {
      return;
    }
    this.sendLabel ??= button.ariaLabel ?? "";
    const { placeholder = "", queuePlaceholder = "", queueLabel = "" } = form.dataset;
    button.ariaLabel = isRunning ? queueLabel : this.sendLabel;
    button.title = button.ariaLabel;
    if (this.closest("[data-landing]") === null) {
      area.placeholder = isRunning ? queuePlaceholder : placeholder;
    }
  }

  private pickStarter(event: Event): void {
    const target = event.target instanceof Element ? event.target : null;
    const starter = target?.closest<HTMLElement>("[data-starter]");
    if (starter && this.area) {
      event.preventDefault();
      this.area.value = starter.dataset.text ?? "";
      this.grow();
      this.form?.requestSubmit();
    }
  }

  private tell(name: string, detail?: Turn): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}
