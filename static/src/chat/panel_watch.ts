/** The panel beside the chat: what opens it. What it shows is loaded when it is opened. */

import { sentence } from "../api/http";
import { toast } from "../ui/toasts";
import type { BranchPanel } from "./branch_panel";
import type { ChatElement } from "./chat";

const OPENERS = '[data-panel-open], a[data-place="branches"]';

/** Does the page's address ask for the panel? */
function isAskedFor(): boolean {
  return new URLSearchParams(location.search).get("panel") === "branches";
}

function load(show: (panel: BranchPanel) => void): void {
  const chat = document.querySelector<ChatElement>("lc-chat");
  const panel = document.querySelector<HTMLElement>("[data-panel]");
  if (chat && panel) {
    import("./branch_panel")
      .then(({ BranchPanel }) => show(BranchPanel.of(panel, chat)))
      .catch((error: unknown) => toast(sentence(error)));
  }
}

/** The menu of another chat leads to the page of its branches. */
function isOfThisChat(opener: Element): boolean {
  const chat = document.querySelector<ChatElement>("lc-chat");
  return (
    !(opener instanceof HTMLAnchorElement) ||
    new URL(opener.href).pathname === `/c/${chat?.conversationId}/branches`
  );
}

export function watchPanel(): void {
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const opener = target?.closest(OPENERS);
    if (opener && isOfThisChat(opener)) {
      event.preventDefault();
      opener.closest<HTMLElement>("[popover]")?.hidePopover();
      load((panel) => panel.toggle());
    }
  });
  if (isAskedFor()) {
    load((panel) => panel.open(false));
  }
}
