/** What became of a chat while nobody told its page: in another tab, before its connection was there, without one. */

import { getHtml } from "../api/http";
import { showTitle } from "../ui/rename";
import type { ChatElement } from "./chat";
import { refresh } from "./followups";
import { leafOf } from "./turns";

/** Read the answers that run by now, else the page: another tab may have gone on, or named the chat. */
export async function catchUp(chat: ChatElement): Promise<void> {
  if (chat.conversationId === "new") {
    return;
  }
  await refresh(chat);
  // An address with more to say shows what it was asked for, not the end of the chat.
  if (!isBusy(chat) && location.search === "") {
    await readPage(chat);
  }
}

async function readPage(chat: ChatElement): Promise<void> {
  const page = new DOMParser().parseFromString(
    await getHtml(`/c/${chat.conversationId}`),
    "text/html",
  );
  const title = page.querySelector("[data-title]")?.textContent.trim();
  if (title && document.querySelector("[data-title]:not([hidden])")) {
    showTitle(chat.conversationId, title); // hidden while it is being written
  }
  const fresh = page.querySelector("lc-chat [data-messages]");
  const leaf = fresh && leafOf(fresh)?.dataset.messageId;
  if (fresh && leaf !== chat.leafId && !isBusy(chat)) {
    chat.showBranch(fresh.innerHTML);
  }
}

/** Whether an answer is being read, or a message edited. */
function isBusy(chat: ChatElement): boolean {
  return chat.runningId !== "" || chat.messages?.querySelector("form textarea") !== null;
}
