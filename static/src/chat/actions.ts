/** Acts on single messages: regenerate, continue, rate, switch versions, edit. */

import { getHtml, postForm, sentence } from "../api/http";
import { element } from "../stream/painter";
import { toast } from "../ui/toasts";
import type { ChatElement } from "./chat";
import { keepingFocus } from "./keyboard";

interface Rerun {
  generationId: string;
}

const FORM_ACTIONS = new Set(["regenerate", "continue", "rate", "select"]);

export class MessageActions {
  constructor(private readonly chat: ChatElement) {}

  clicked(event: Event): void {
    const target = event.target instanceof Element ? event.target : null;
    const control = target?.closest<HTMLElement>("[data-action]");
    const action = control?.dataset.action ?? "";
    if (control instanceof HTMLButtonElement && FORM_ACTIONS.has(action)) {
      event.preventDefault();
      this.run(control, action).catch(report);
    } else if (control && action === "edit") {
      event.preventDefault();
      this.edit(control).catch(report);
    } else if (control && action.startsWith("queue")) {
      event.preventDefault();
      import("./followups").then((queue) => queue.queueClicked(this.chat, control)).catch(report);
    } else if (control && action === "edit-cancel") {
      event.preventDefault();
      this.show(control).catch(report);
    }
  }

  submitted(event: SubmitEvent): void {
    const form = event.target;
    if (form instanceof HTMLFormElement && form.matches("[data-edit]")) {
      event.preventDefault();
      const mode = event.submitter?.getAttribute("value") ?? "save";
      this.save(form, mode).catch(report);
    } else if (form instanceof HTMLFormElement && form.matches("[data-queue-edit]")) {
      event.preventDefault();
      import("./followups").then((queue) => queue.queueSaved(this.chat, form)).catch(report);
    }
  }

  private async run(button: HTMLButtonElement, action: string): Promise<void> {
    const url = new URL(button.formAction).pathname;
    const fields = {
      ...hiddenFields(button.form),
      ...(button.name && { [button.name]: button.value }),
    };
    const restoreFocus = keepingFocus(this.chat, this.chat.messages ?? this.chat, button);
    button.disabled = true;
    try {
      const answer = await postForm(url, fields);
      if (action === "rate") {
        replace(button.closest("[data-reply-footer]"), await answer.text());
      } else if (action === "select") {
        this.chat.showBranch(await answer.text());
        restoreFocus();
      } else {
        this.chat.read(((await answer.json()) as Rerun).generationId, 0);
      }
    } finally {
      button.disabled = false;
    }
  }

  private async edit(control: HTMLElement): Promise<void> {
    const article = control.closest<HTMLElement>("article");
    const html = await getHtml(`/_/message/${this.idsOf(article)}/edit`);
    const form = element(html);
    if (article && form) {
      for (const part of article.querySelectorAll<HTMLElement>("[data-text], [data-reply-body]")) {
        part.replaceWith(form);
      }
      const area = form.querySelector("textarea");
      area?.focus();
      area?.addEventListener("keydown", (event) => this.keyInEdit(event, form));
    }
  }

  private keyInEdit(event: KeyboardEvent, form: HTMLElement): void {
    if (event.key === "Escape") {
      event.preventDefault();
      form.querySelector<HTMLElement>('[data-action="edit-cancel"]')?.click();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.querySelector<HTMLElement>("button[type=submit]")?.click();
    }
  }

  private async show(control: HTMLElement): Promise<void> {
    const article = control.closest<HTMLElement>("article");
    replace(article, await getHtml(`/_/message/${this.idsOf(article)}`));
  }

  private async save(form: HTMLFormElement, mode: string): Promise<void> {
    const article = form.closest("article");
    const text = form.querySelector("textarea")?.value ?? "";
    const answer = await postForm(form.action, { text, mode });
    if (mode === "rerun") {
      this.chat.read(((await answer.json()) as Rerun).generationId, 0);
    } else {
      replace(article, await answer.text());
    }
  }

  private idsOf(article: HTMLElement | null | undefined): string {
    return `${this.chat.conversationId}/${article?.dataset.messageId ?? ""}`;
  }
}

/** The shared form says which model a rerun uses. */
function hiddenFields(form: HTMLFormElement | null): Record<string, string> {
  const inputs = form?.querySelectorAll<HTMLInputElement>("input[type=hidden]") ?? [];
  return Object.fromEntries(Array.from(inputs, (input) => [input.name, input.value]));
}

function replace(old: Element | null | undefined, html: string): void {
  const fresh = element(html);
  if (old && fresh) {
    old.replaceWith(fresh);
    fresh.focus();
  }
}

function report(error: unknown): void {
  toast(sentence(error), { stays: true });
}
