/** The page's head, thread and forms when a new chat becomes a conversation. */

/** The landing becomes a thread; the composer moves along and keeps its focus. */
export function openThread(chat: Element): void {
  const landing = chat.querySelector("[data-landing]");
  const template = chat.querySelector<HTMLTemplateElement>("template[data-thread-template]");
  const composer = chat.querySelector("lc-composer");
  if (!landing || !template || !composer) {
    return;
  }
  landing.before(template.content.cloneNode(true));
  chat.querySelector("[data-dock-slot]")?.append(composer);
  landing.remove();
  openHead(chat);
  composer.querySelector<HTMLElement>("[data-composer] textarea")?.focus();
}

/** Show a title in the header of a chat that has just begun. */
function openHead(chat: Element): void {
  const head = document.querySelector(".head");
  const template = chat.querySelector<HTMLTemplateElement>("template[data-head-template]");
  const end = head?.querySelector(".head-end");
  if (head && template && !head.querySelector("[data-title]")) {
    head.insertBefore(template.content.cloneNode(true), end ?? null);
  }
  const toggle = head?.querySelector<HTMLElement>("[data-temporary-toggle]");
  if (toggle) {
    toggle.hidden = true;
  }
  for (const later of head?.querySelectorAll("[data-expires], [data-panel-open]") ?? []) {
    later.removeAttribute("hidden");
  }
}

/** Tell the parts of a page which conversation it has become. */
export function nameParts(chat: Element, conversationId: string): void {
  nameHead(conversationId);
  nameComposer(chat, conversationId);
}

/** Let the header's menu act on the conversation. */
function nameHead(conversationId: string): void {
  const title = document.querySelector<HTMLAnchorElement>(".head .head-title");
  if (title) {
    title.dataset.conversationId = conversationId;
    title.href = `/c/${conversationId}/options`;
  }
}

/** Point the composer's forms at the conversation, for a page whose script fails later. */
function nameComposer(chat: Element, conversationId: string): void {
  const form = chat.querySelector<HTMLFormElement>("form[data-composer]");
  if (form) {
    form.action = `/c/${conversationId}`;
  }
  chat.querySelector("[data-stop]")?.setAttribute("formaction", `/c/${conversationId}/stop`);
}
