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
  const before = shown(chat);
  let isElsewhere = false; // whoever goes to another version meanwhile is not taken back
  const left = (): void => {
    isElsewhere = true;
  };
  chat.addEventListener("lc:branch", left, { once: true });
  const html = await getHtml(`/c/${chat.conversationId}`);
  chat.removeEventListener("lc:branch", left);
  const page = new DOMParser().parseFromString(html, "text/html");
  const title = page.querySelector("[data-title]")?.textContent.trim();
  if (title && before.title && shown(chat).title === before.title) {
    showTitle(chat.conversationId, title);
  }
  const fresh = page.querySelector("lc-chat [data-messages]");
  const leaf = fresh && leafOf(fresh)?.dataset.messageId;
  if (
    fresh &&
    leaf !== before.leaf &&
    chat.leafId === before.leaf &&
    !isElsewhere &&
    !isBusy(chat)
  ) {
    chat.showBranch(fresh.innerHTML);
  }
}

function shown(chat: ChatElement): { leaf: string; title: string } {
  const heading = document.querySelector("[data-title]:not([hidden])"); // hidden while it is written
  return { leaf: chat.leafId, title: heading?.textContent.trim() ?? "" };
}

/** Whether an answer is being read, or a message edited. */
function isBusy(chat: ChatElement): boolean {
  return chat.runningId !== "" || chat.messages?.querySelector("form textarea") !== null;
}
