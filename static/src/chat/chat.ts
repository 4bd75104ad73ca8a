/** A conversation's page: sends turns, reads answers, keeps thread and composer in step. */

import { getHtml, postForm, sentence } from "../api/http";
import { Batcher } from "../stream/batcher";
import { connection } from "../stream/connection";
import type { Frame } from "../stream/frames";
import { element, ReplyPainter } from "../stream/painter";
import { showTitle } from "../ui/rename";
import { toast } from "../ui/toasts";
import { MessageActions } from "./actions";
import { nameComposer, nameHead, openHead } from "./head";
import { announce } from "./live";
import { startTurn, type Turn } from "./start";
import type { ThreadElement } from "./thread";
import { dropOptimistic, openTurn, optimisticTurn } from "./turns";

export class ChatElement extends HTMLElement {
  private readonly actions = new MessageActions(this);
  private readonly batchers = new Map<string, Batcher>();

  connectedCallback(): void {
    this.addEventListener("lc:send", (event) => this.send((event as CustomEvent<Turn>).detail));
    this.addEventListener("lc:stop", () => this.stop());
    // What the chat was set to came with the preset before.
    this.addEventListener("lc:preset", () => {
      this.dataset.parameters = "{}";
    });
    this.addEventListener("click", (event) => this.actions.clicked(event));
    this.addEventListener("submit", (event) => this.actions.submitted(event));
    connection().addEventListener("lost", () => this.showConnection(false));
    connection().addEventListener("connected", () => this.showConnection(true));
    const { generationId, generationAfter } = this.dataset;
    if (generationId) {
      this.read(generationId, Number(generationAfter ?? 0));
    }
  }

  get conversationId(): string {
    return this.dataset.conversationId ?? "new";
  }

  get thread(): ThreadElement | null {
    return this.querySelector<ThreadElement>("lc-thread");
  }

  get messages(): HTMLElement | null {
    return this.thread?.messages ?? null;
  }

  get runningId(): string {
    return this.dataset.generationId ?? "";
  }

  /** The last message of the visible branch; empty when there is none. */
  get leafId(): string {
    const articles = this.querySelectorAll<HTMLElement>("article[data-message-id]");
    return articles.item(articles.length - 1)?.dataset.messageId ?? "";
  }

  private send(turn: Turn): void {
    this.openThread();
    const { turn: bubble, reply } = optimisticTurn(turn.text);
    this.messages?.append(bubble, reply);
    this.thread?.show(bubble, reply);
    this.setRunning("pending");
    startTurn(this, turn)
      .then((started) => {
        this.nameConversation(started.conversationId);
        this.read(started.generationId, 0);
      })
      .catch((error: unknown) => {
        if (this.messages) {
          dropOptimistic(this.messages);
        }
        this.setRunning("");
        this.dispatchEvent(new CustomEvent("lc:refused", { detail: turn.text }));
        toast(sentence(error), { stays: true });
      });
  }

  /** Read a generation's events from a cursor on. */
  read(generationId: string, after: number): void {
    this.setRunning(generationId);
    const batcher = new Batcher((frames) => this.paint(generationId, frames));
    this.batchers.set(generationId, batcher);
    connection().subscribe(generationId, after, {
      frames: (frames) => batcher.add(frames),
      gone: () => this.reload(generationId),
    });
  }

  private paint(generationId: string, frames: Frame[]): void {
    const wasAtBottom = this.thread?.beforeGrowth() ?? false;
    for (const frame of frames) {
      this.paintOne(generationId, frame);
    }
    this.thread?.afterGrowth(wasAtBottom);
  }

  private paintOne(generationId: string, frame: Frame): void {
    if (frame.type === "open") {
      this.opened(frame.userHtml, frame.replyHtml, generationId);
    } else if (frame.type === "title") {
      showTitle(this.conversationId, frame.title);
    } else {
      const article = this.replyOf(generationId);
      if (article) {
        painterOf(article).apply(frame);
      }
    }
    if (frame.type === "end") {
      this.ended(generationId, frame.state);
    }
  }

  private opened(userHtml: string, replyHtml: string, generationId: string): void {
    const wasOptimistic = this.querySelector("article[data-optimistic]") !== null;
    const shown = this.messages && openTurn(this.messages, userHtml, replyHtml);
    if (!shown) {
      return;
    }
    shown.reply.dataset.generationId = generationId;
    if (wasOptimistic || !this.dataset.reloaded) {
      this.thread?.show(shown.turn, shown.reply);
    }
    announce(this, "Reply started");
  }

  private replyOf(generationId: string): HTMLElement | null {
    return this.querySelector(`article[data-generation-id="${CSS.escape(generationId)}"]`);
  }

  private ended(generationId: string, state: string): void {
    connection().unsubscribe(generationId);
    this.batchers.delete(generationId);
    const words = this.replyOf(generationId)?.innerText.split(/\s+/).length ?? 0;
    if (!document.hidden) {
      // Watched to its end: no unread mark here or on another device.
      postForm(`/c/${this.conversationId}/seen`, {}).catch(() => undefined);
    }
    announce(this, state === "done" ? `Reply finished, ${words} words` : `Reply ${state}`);
    this.setRunning("");
  }

  private reload(generationId: string): void {
    const id = this.replyOf(generationId)?.dataset.messageId;
    this.batchers.delete(generationId);
    this.setRunning("");
    if (!id) {
      location.reload();
      return;
    }
    getHtml(`/_/message/${this.conversationId}/${id}`)
      .then((html) => {
        const fresh = element(html);
        if (fresh) {
          this.replyOf(generationId)?.replaceWith(fresh);
        }
      })
      .catch((error: unknown) => toast(sentence(error), { stays: true }));
  }

  private stop(): void {
    const id = this.runningId;
    if (id && id !== "pending" && !connection().stop(id)) {
      toast("There is no connection; the answer is stopped as soon as it is back.");
    }
  }

  /** The landing becomes a thread; the composer moves along and keeps its focus. */
  private openThread(): void {
    const landing = this.querySelector("[data-landing]");
    const template = this.querySelector<HTMLTemplateElement>("template[data-thread-template]");
    const composer = this.querySelector("lc-composer");
    if (!landing || !template || !composer) {
      return;
    }
    landing.before(template.content.cloneNode(true));
    this.querySelector("[data-dock-slot]")?.append(composer);
    landing.remove();
    openHead(this);
    composer.querySelector("textarea")?.focus();
  }

  private nameConversation(id: string): void {
    if (this.conversationId !== id) {
      this.dataset.conversationId = id;
      history.pushState({}, "", `/c/${id}`);
      nameHead(id);
      nameComposer(this, id);
      document.dispatchEvent(new CustomEvent("lc:current", { detail: id }));
    }
  }

  private setRunning(generationId: string): void {
    this.dataset.generationId = generationId;
    this.dispatchEvent(new CustomEvent("lc:running", { detail: generationId !== "" }));
  }

  private showConnection(isUp: boolean): void {
    const note = this.querySelector<HTMLElement>("[data-reconnecting]");
    if (note) {
      note.hidden = isUp || this.runningId === "";
    }
  }
}

/** Painters keep an open fence between frames, so each article has one. */
const painters = new WeakMap<HTMLElement, ReplyPainter>();

function painterOf(article: HTMLElement): ReplyPainter {
  const known = painters.get(article) ?? new ReplyPainter(article);
  painters.set(article, known);
  return known;
}
