/** Replies that end in other chats: a browser notice for those who asked for it. */

import { connection } from "../stream/connection";
import type { ServerMessage } from "../stream/frames";
import { element } from "../stream/painter";
import { wantsNotices } from "./notice_choice";
import { showTitle } from "./rename";
import { text } from "./texts";
import { markEnded } from "./title_mark";

type ListMessage = Extract<ServerMessage, { type: "list" }>;

/** Another tab that shows the chat says within this time that it was read. */
const GRACE_MS = 1_200;

const running = new Set<string>();
const waiting = new Map<string, number>();

function currentChat(): HTMLElement | null {
  return document.querySelector<HTMLElement>("lc-chat");
}

/** Whether a row says that its reply ended unread, having run before. */
function changed(id: string, row: HTMLElement): boolean {
  const isRunning = row.querySelector("[data-running]") !== null;
  const wasRunning = running.has(id);
  if (isRunning) {
    running.add(id);
  } else {
    running.delete(id);
  }
  return wasRunning && !isRunning && row.querySelector("[data-unread]") !== null;
}

function heard({ op, conversationId: id, html }: ListMessage): void {
  const row = op === "upsert" ? element(html) : null;
  clearTimeout(waiting.get(id));
  waiting.delete(id);
  if (!row) {
    running.delete(id);
    return;
  }
  const title = row.querySelector("[data-row-title]")?.textContent ?? "";
  const chat = currentChat();
  const isHere = chat?.dataset.conversationId === id;
  if (isHere && chat) {
    followHere(chat, row, title);
  }
  if (changed(id, row) && (document.hidden || !isHere)) {
    waiting.set(
      id,
      window.setTimeout(() => {
        markEnded();
        notify(id, title);
      }, GRACE_MS),
    );
  }
}

/** The chat that is open: its name, and an answer that was asked for in another tab. */
function followHere(chat: HTMLElement, row: HTMLElement, title: string): void {
  const heading = document.querySelector("[data-title]");
  if (title && heading && heading.textContent.trim() !== title && !heading.closest("[hidden]")) {
    showTitle(chat.dataset.conversationId ?? "", title);
  }
  if (row.querySelector("[data-running]") && !chat.dataset.generationId) {
    chat.dispatchEvent(new CustomEvent("lc:elsewhere"));
  }
}

function notify(id: string, title: string): void {
  if (!wantsNotices()) {
    return;
  }
  const address = `/c/${id}`;
  const options = { body: title, tag: id, icon: "/static/icon-192.png", data: { address } };
  const heading = text("noticeTitle", "A reply is ready");
  try {
    const notice = new Notification(heading, options);
    notice.addEventListener("click", () => {
      window.focus();
      notice.close();
      if (location.pathname !== address) {
        location.assign(address);
      }
    });
  } catch {
    // Phones show them through the service worker only.
    navigator.serviceWorker?.ready
      .then((worker) => worker.showNotification(heading, options))
      .catch(() => undefined);
  }
}

export function watchNotices(): void {
  for (const dot of document.querySelectorAll("li.row [data-running]")) {
    running.add(dot.closest<HTMLElement>("li.row")?.dataset.conversationId ?? "");
  }
  connection().addEventListener("list", (event) =>
    heard((event as CustomEvent<ListMessage>).detail),
  );
}
