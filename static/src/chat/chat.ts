/** A conversation's page: sends turns, reads answers, keeps thread and composer in step. */

import { getHtml, postForm, sentence } from "../api/http";
import { Batcher } from "../stream/batcher";
import { connection } from "../stream/connection";
import type { Frame } from "../stream/frames";
import { element, painterOf } from "../stream/painter";
import { showTitle } from "../ui/rename";
import { text } from "../ui/texts";
import { toast } from "../ui/toasts";
import { MessageActions } from "./actions";
import type { Way } from "./followups";
import { nameParts, openThread } from "./head";
import { announce, endOf } from "./live";
import { startTurn, type Turn } from "./start";
import type { ThreadElement } from "./thread";
import { dropOptimistic, firstBeside, leafOf, openTurn, optimisticTurn } from "./turns";

const PENDING = "pending";

interface QueueChange {
  conversationId: string;
  html: string;
}

export class ChatElement extends HTMLElement {
  private readonly actions = new MessageActions(this);
  private readonly batchers = new Map<string, Batcher>();
  /** Answers that began by themselves, or in another tab. */
  private readonly arrived = new Set<string>();
  private readonly running = new Set<string>();
  private readonly replies = new Map<string, HTMLElement>();
  /** Every answer read here: a list that is late may still name one that is over. */
  private readonly known = new Set<string>();
  private isStopWanted = false; // before the answer has a name to stop it by
  private starting: Promise<void> = Promise.resolve();

  connectedCallback(): void {
    this.addEventListener("lc:send", (event) => this.send((event as CustomEvent<Turn>).detail));
    this.addEventListener("lc:stop", () => this.stop());
    this.addEventListener("lc:queue", (event) => this.followUp(event as CustomEvent, "queue"));
    this.addEventListener("lc:steer", (event) => this.followUp(event as CustomEvent, "steer"));
    // What the chat was set to came with the preset before.
    this.addEventListener("lc:preset", () => {
      this.dataset.parameters = "{}";
    });
    this.addEventListener("click", (event) => this.actions.clicked(event));
    this.addEventListener("submit", (event) => this.actions.submitted(event));
    connection().addEventListener("lost", () => this.showConnection(false));
    connection().addEventListener("connected", () => this.showConnection(true));
    connection().addEventListener("missed", () => this.catchUp());
    connection().addEventListener("queue", (event) => {
      const { conversationId, html } = (event as CustomEvent<QueueChange>).detail;
      if (conversationId === this.conversationId) {
        import("./followups").then(({ show }) => show(this, html)).catch(() => undefined);
      }
    });
    this.addEventListener("lc:elsewhere", () => this.catchUp());
    const { generationId, generationAfter } = this.dataset;
    const ids = generationId ? [generationId] : [];
    for (const article of this.querySelectorAll<HTMLElement>("article[data-generation-id]")) {
      ids.push(article.dataset.generationId ?? "");
    }
    for (const id of new Set(ids)) {
      this.read(id, Number(generationAfter ?? 0));
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
    return (this.messages && leafOf(this.messages)?.dataset.messageId) ?? "";
  }

  /** Show another branch, or the same one as it is by now. */
  showBranch(html: string): void {
    const template = document.createElement("template");
    template.innerHTML = html;
    this.messages?.replaceChildren(template.content);
    this.thread?.watchOlder();
    this.dispatchEvent(new CustomEvent("lc:branch"));
  }

  private send(turn: Turn): void {
    openThread(this);
    const { turn: bubble, reply } = optimisticTurn(turn.text, turn.quotes);
    this.messages?.append(bubble, reply);
    this.thread?.show(bubble, reply);
    this.began(PENDING);
    this.isStopWanted = false;
    this.starting = startTurn(this, turn)
      .then((started) => {
        this.nameConversation(started.conversationId);
        for (const id of [started.generationId, ...(started.parallel ?? [])]) {
          this.read(id, 0);
        }
        if (this.isStopWanted) {
          this.stop();
        }
      })
      .catch((error: unknown) => {
        dropOptimistic(this);
        this.over(PENDING);
        this.refuse(turn, error);
      });
  }

  /** A message for later, or in the running answer's place; the chat may not have a name yet. */
  private followUp(event: CustomEvent<Turn>, way: Way): void {
    const turn = event.detail;
    // One after the other: they wait in the order they were sent.
    this.starting = this.starting
      .then(async () => {
        if (this.conversationId === "new") {
          this.send(turn); // the first message was refused
        } else {
          await (await import("./followups")).followUp(this, turn, way);
        }
      })
      .catch((error: unknown) => this.refuse(turn, error));
  }

  private refuse(turn: Turn, error: unknown): void {
    this.dispatchEvent(new CustomEvent("lc:refused", { detail: turn }));
    toast(sentence(error), { stays: true });
  }

  /** Read answers that began by themselves or in another tab. */
  join(ids: string[]): void {
    for (const id of ids.filter((one) => !this.known.has(one))) {
      this.arrived.add(id);
      this.read(id, 0);
    }
  }

  /** Read a generation's events from a cursor on. */
  read(generationId: string, after: number): void {
    this.known.add(generationId);
    this.began(generationId);
    if (this.batchers.has(generationId)) {
      return;
    }
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
    const isWanted = !this.arrived.has(generationId) || this.thread?.isFollowed;
    const shown = this.messages && openTurn(this.messages, userHtml, replyHtml);
    if (!shown) {
      return;
    }
    shown.reply.dataset.generationId = generationId;
    if (wasOptimistic || (isWanted && !this.dataset.reloaded)) {
      this.thread?.show(shown.turn, firstBeside(shown.reply));
    }
    announce(this, text("replyStarted", "Reply started"));
  }

  /** The article of an answer; kept, as a search goes through all messages. */
  private replyOf(generationId: string): HTMLElement | null {
    const known = this.replies.get(generationId);
    if (known?.isConnected && known.dataset.generationId === generationId) {
      return known;
    }
    const id = CSS.escape(generationId);
    const found = this.querySelector<HTMLElement>(`article[data-generation-id="${id}"]`);
    if (found) {
      this.replies.set(generationId, found);
    }
    return found;
  }

  private ended(generationId: string, state: string): void {
    connection().unsubscribe(generationId);
    this.batchers.delete(generationId);
    const words = this.replyOf(generationId)?.innerText.split(/\s+/).length ?? 0;
    if (!document.hidden) {
      // Watched to its end: no unread mark here or on another device.
      postForm(`/c/${this.conversationId}/seen`, {}).catch(() => undefined);
    }
    this.replies.delete(generationId);
    announce(this, endOf(state, words));
    this.over(generationId);
  }

  private reload(generationId: string): void {
    const id = this.replyOf(generationId)?.dataset.messageId;
    this.batchers.delete(generationId);
    this.over(generationId);
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
    this.isStopWanted = this.running.has(PENDING);
    const ids = [...this.running].filter((id) => id !== PENDING);
    if (ids.some((id) => !connection().stop(id))) {
      toast(text("stopsLater", "There is no connection; the answer is stopped once it is back."));
    }
  }

  private nameConversation(id: string): void {
    if (this.conversationId !== id) {
      this.dataset.conversationId = id;
      history.pushState({}, "", `/c/${id}`);
      nameParts(this, id);
      document.dispatchEvent(new CustomEvent("lc:current", { detail: id }));
    }
  }

  /** Something was asked for in another tab, or may have been. */
  private catchUp(): void {
    if (!this.running.has(PENDING)) {
      import("./missed").then(({ catchUp }) => catchUp(this)).catch(() => undefined);
    }
  }

  private began(id: string): void {
    this.running.delete(PENDING);
    this.running.add(id);
    this.sayRunning();
  }

  /** The next answer may have begun already, and others may stand beside this one. */
  private over(id: string): void {
    if (this.running.delete(id)) {
      this.sayRunning();
    }
  }

  private sayRunning(): void {
    const [first = ""] = this.running;
    this.dataset.generationId = first;
    this.dispatchEvent(new CustomEvent("lc:running", { detail: first !== "" }));
  }

  private showConnection(isUp: boolean): void {
    const note = this.querySelector<HTMLElement>("[data-reconnecting]");
    if (note) {
      note.hidden = isUp || this.runningId === "";
    }
  }
}
