/** Acts on single messages: regenerate, continue, rate, switch versions, edit. */

import { getHtml, postForm, sentence } from "../api/http";
import { element } from "../stream/painter";
import { isWritingOutside } from "../ui/focus";
import { toast } from "../ui/toasts";
import type { ChatElement } from "./chat";
import { keepingFocus } from "./keyboard";

interface Rerun {
  generationId: string;
}

const RERUNS = new Set(["regenerate", "continue"]);
const FORM_ACTIONS = new Set([...RERUNS, "rate", "select"]);

export class MessageActions {
  private readonly asked = new WeakMap<Element, number>();

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
      if (form.ariaBusy !== "true") {
        form.ariaBusy = "true"; // once: a second time would ask for a second answer
        this.save(form, mode).catch((error: unknown) => {
          form.ariaBusy = "false";
          report(error);
        });
      }
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
    const article = button.closest("article");
    const places: Record<string, Element | null> = { rate: article, select: this.chat };
    const isNewest = this.ask(places[action] ?? button);
    button.disabled = true;
    try {
      const answer = await postForm(url, fields);
      if (RERUNS.has(action)) {
        this.chat.read(((await answer.json()) as Rerun).generationId, 0);
        return;
      }
      const html = await answer.text();
      if (isNewest() && action === "rate") {
        replace(article?.querySelector("[data-reply-footer]"), html);
      } else if (isNewest()) {
        this.chat.showBranch(html);
        restoreFocus();
      }
    } finally {
      button.disabled = false;
    }
  }

  /** What was asked last is what a place shows, whichever answer comes last. */
  private ask(place: Element): () => boolean {
    const mine = (this.asked.get(place) ?? 0) + 1;
    this.asked.set(place, mine);
    return () => this.asked.get(place) === mine;
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
    const isElsewhere = isWritingOutside(old);
    old.replaceWith(fresh);
    if (!isElsewhere) {
      fresh.focus();
    }
  }
}

function report(error: unknown): void {
  toast(sentence(error), { stays: true });
}
