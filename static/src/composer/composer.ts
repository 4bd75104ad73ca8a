/** The message box: grows with its text, keeps drafts, sends, turns into a stop button. */

import type { Turn } from "../chat/start";
import { keepDraft, readDraft } from "./drafts";

const DRAFT_MS = 300;

export class ComposerElement extends HTMLElement {
  private draftTimer = 0;
  private isRunning = false;

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
      this.giveBack((event as CustomEvent<string>).detail);
    });
    chat?.addEventListener("click", (event) => this.pickStarter(event));
    if (!area.value.trim()) {
      area.value = readDraft(this.conversationId);
    }
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
    return this.querySelector("textarea");
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
    event.preventDefault();
    const text = this.area?.value.trim() ?? "";
    if (!text || this.isRunning) {
      return;
    }
    const turn: Turn = {
      text,
      endpoint: this.field("endpoint"),
      model: this.field("model"),
      spec: this.field("spec"),
      isTemporary: this.field("is_temporary") === "1",
      clientRequestId: crypto.randomUUID(),
    };
    keepDraft(this.conversationId, "");
    if (this.area) {
      this.area.value = "";
    }
    this.grow();
    this.tell("lc:send", turn);
  }

  private pressed(event: KeyboardEvent): void {
    if (event.isComposing) {
      return;
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.form?.requestSubmit();
    } else if (event.key === "Escape" && this.isRunning) {
      this.tell("lc:stop");
    }
  }

  private typed(): void {
    this.grow();
    clearTimeout(this.draftTimer);
    this.draftTimer = window.setTimeout(() => {
      keepDraft(this.conversationId, this.area?.value ?? "");
    }, DRAFT_MS);
  }

  /** Browsers with field-sizing grow the box by themselves. */
  private grow(): void {
    const { area } = this;
    if (this.sendButton && area) {
      this.sendButton.disabled = area.value.trim() === "";
    }
    if (area && !CSS.supports("field-sizing", "content")) {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight}px`;
    }
  }

  private giveBack(text: string): void {
    if (this.area && !this.area.value) {
      this.area.value = text;
      keepDraft(this.conversationId, text);
      this.grow();
      this.area.focus();
    }
  }

  private setRunning(isRunning: boolean): void {
    this.isRunning = isRunning;
    if (this.sendButton && this.stopButton) {
      this.sendButton.hidden = isRunning;
      this.stopButton.hidden = !isRunning;
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
