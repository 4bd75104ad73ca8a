/** The branch map in the panel beside the chat: an outline that jumps, and follows the tree. */

import { getHtml, postForm, sentence } from "../api/http";
import { isWritingOutside } from "../ui/focus";
import { moveWithArrows } from "../ui/menu";
import { toast } from "../ui/toasts";
import type { ChatElement } from "./chat";

const SETTLE_MS = 250;
const OVER_THE_CHAT = "(max-width: 1180px)";
const panels = new WeakMap<HTMLElement, BranchPanel>();

export class BranchPanel {
  private timer = 0;
  private hasEarlier = false; // pages above the last one were read
  private opener: HTMLElement | null = null;
  private asked = 0;
  private wantsFocus = false;
  private jumps = 0;

  static of(panel: HTMLElement, chat: ChatElement): BranchPanel {
    const known = panels.get(panel) ?? new BranchPanel(panel, chat);
    panels.set(panel, known);
    return known;
  }

  private constructor(
    private readonly panel: HTMLElement,
    private readonly chat: ChatElement,
  ) {
    panel.querySelector("[data-panel-close]")?.addEventListener("click", () => this.leave());
    panel.addEventListener("keydown", (event) => this.pressed(event));
    panel.addEventListener("click", (event) => this.clicked(event));
    moveWithArrows(this.body, ".branch-link");
    // An answer that begins or ends, another version: the tree or the way through it is another.
    for (const name of ["lc:running", "lc:branch"]) {
      chat.addEventListener(name, () => this.changed());
    }
    addEventListener("popstate", () => {
      if (!this.panel.hidden && !location.search.includes("panel=")) {
        this.hide();
      }
    });
  }

  private get body(): HTMLElement {
    return this.panel.querySelector<HTMLElement>("[data-panel-body]") ?? this.panel;
  }

  toggle(): void {
    if (this.panel.hidden) {
      this.open();
    } else {
      this.leave();
    }
  }

  /** Show it; a page that opens with it leaves the focus where it is. */
  open(takesFocus = true): void {
    this.opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.show(true);
    const address = new URL(location.href);
    if (address.searchParams.get("panel") !== "branches") {
      // The Back button closes it, as people expect of what covers a phone's screen.
      address.searchParams.set("panel", "branches");
      history.pushState({ panel: true }, "", address);
    }
    this.read(takesFocus).catch(report);
  }

  /** Close it by its own means. */
  private leave(): void {
    this.hide();
    if ((history.state as { panel?: boolean } | null)?.panel) {
      history.back();
    } else {
      const address = new URL(location.href);
      address.searchParams.delete("panel");
      history.replaceState(history.state, "", address);
    }
  }

  private hide(): void {
    const hadFocus = this.panel.contains(document.activeElement);
    this.show(false);
    if (hadFocus) {
      const button = document.querySelector<HTMLElement>("[data-panel-open]");
      (this.opener?.checkVisibility() ? this.opener : button)?.focus();
    }
  }

  private show(isOpen: boolean): void {
    this.panel.hidden = !isOpen;
    for (const button of document.querySelectorAll("[data-panel-open]")) {
      button.setAttribute("aria-expanded", String(isOpen));
    }
  }

  private changed(): void {
    if (!this.panel.hidden) {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.read(false).catch(report), SETTLE_MS);
    }
  }

  /** Show the map as it is; the focus stays on the row it was on. */
  private async read(takesFocus: boolean): Promise<void> {
    const { conversationId } = this.chat;
    if (conversationId === "new") {
      return;
    }
    const { body } = this;
    const top = body.querySelector<HTMLElement>(".branch-link")?.dataset.branchMessage;
    const from = this.hasEarlier && top ? `?first=${encodeURIComponent(top)}` : "";
    this.wantsFocus ||= takesFocus;
    this.asked += 1;
    const mine = this.asked;
    const html = await getHtml(`/c/${conversationId}/branches${from}`);
    if (mine === this.asked) {
      this.draw(html); // else a newer one is on its way, or there
    }
  }

  private draw(html: string): void {
    const { body } = this;
    const focused = body.querySelector<HTMLElement>(".branch-link:focus")?.dataset.branchMessage;
    const isOpening = this.wantsFocus || body.childElementCount === 0;
    const { scrollTop } = body;
    body.innerHTML = html;
    const here = body.querySelector<HTMLElement>('[aria-current="true"]');
    const wanted = this.wantsFocus ? (here ?? body) : focused && this.rowOf(focused);
    this.wantsFocus = false;
    body.scrollTop = isOpening ? body.scrollHeight : scrollTop; // it ends where one is
    if (wanted && !this.isLeft()) {
      wanted.focus({ preventScroll: true });
    }
  }

  /** Has somebody begun to write elsewhere since it was opened? */
  private isLeft(): boolean {
    return document.activeElement !== this.opener && isWritingOutside(this.panel);
  }

  private rowOf(messageId: string): HTMLElement | null {
    return this.body.querySelector(`[data-branch-message="${CSS.escape(messageId)}"]`);
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      this.leave();
    }
  }

  private clicked(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null;
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey);
    const row = target?.closest<HTMLAnchorElement>("a[data-branch-message]");
    const earlier = target?.closest<HTMLElement>("[data-branch-earlier]");
    if (row && isPlain) {
      event.preventDefault();
      this.jump(row).catch(report);
    } else if (earlier && isPlain) {
      event.preventDefault();
      this.readEarlier(earlier).catch(report);
    }
  }

  private async readEarlier(place: HTMLElement): Promise<void> {
    const { body } = this;
    const link = place.querySelector("a");
    const fromEnd = body.scrollHeight - body.scrollTop;
    const template = document.createElement("template");
    template.innerHTML = await getHtml(link?.href ?? "");
    const rows = [...template.content.querySelectorAll<HTMLElement>(".branch-link")];
    place.replaceWith(template.content);
    this.hasEarlier = true;
    body.scrollTop = body.scrollHeight - fromEnd;
    rows.at(-1)?.focus({ preventScroll: true });
  }

  /** Show a message in its branch; one that is far up is a page of its own. */
  private async jump(row: HTMLAnchorElement): Promise<void> {
    const id = row.dataset.branchMessage ?? "";
    this.jumps += 1;
    const mine = this.jumps;
    if (!this.articleOf(id)) {
      const answer = await postForm(`/c/${this.chat.conversationId}/m/${id}/select`, {});
      const html = await answer.text();
      if (mine !== this.jumps) {
        return; // another row was chosen meanwhile
      }
      this.chat.showBranch(html);
    }
    const article = this.articleOf(id);
    const isOver = matchMedia(OVER_THE_CHAT).matches;
    if (!article) {
      location.assign(isOver ? row.href : withPanel(row.href));
      return;
    }
    if (isOver) {
      this.leave();
    }
    const tab = article.closest("[role=tabpanel]")?.getAttribute("aria-labelledby");
    if (tab) {
      document.getElementById(tab)?.click();
    }
    this.chat.thread?.reveal(article);
  }

  private articleOf(messageId: string): HTMLElement | null {
    const found = `article[data-message-id="${CSS.escape(messageId)}"]`;
    return this.chat.messages?.querySelector<HTMLElement>(found) ?? null;
  }
}

function withPanel(href: string): string {
  const address = new URL(href);
  address.searchParams.set("panel", "branches");
  return address.href;
}

function report(error: unknown): void {
  toast(sentence(error));
}
