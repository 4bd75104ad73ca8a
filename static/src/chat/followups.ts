/** Follow-ups: messages that wait for the running answer, in a list above the message box. */

import { getHtml, postForm, postJson, sentence } from "../api/http";
import { element } from "../stream/painter";
import { toast } from "../ui/toasts";
import type { ChatElement } from "./chat";
import { bodyOf, parametersOf, type Turn } from "./start";

export type Way = "queue" | "steer";

/** The body of a message that waits, or that takes the running answer's place. */
export function followUpBody(chat: ChatElement, turn: Turn, way: Way): Record<string, unknown> {
  const body = bodyOf(turn, chat.conversationId, chat.leafId, parametersOf(chat));
  return way === "steer" ? { ...body, clientSteerId: turn.clientRequestId } : body;
}

/** Let a message wait, or send it in the running answer's place. */
export async function followUp(chat: ChatElement, turn: Turn, way: Way): Promise<void> {
  const api = chat.dataset.api ?? "/api/agents/chat/";
  const path = way === "steer" ? "steer" : "queued-turns";
  await postJson(`${api}${path}`, followUpBody(chat, turn, way));
  await refresh(chat);
}

/** How often a list was shown: one that was asked for before the last time may be the older one. */
const times = new WeakMap<ChatElement, number>();

/** Read the list anew: after a change, and after a connection was lost. */
export async function refresh(chat: ChatElement): Promise<void> {
  const before = times.get(chat);
  const html = await getHtml(`/_/queue/${chat.conversationId}`);
  await (times.get(chat) === before ? show(chat, html) : refresh(chat));
}

/** Show what waits, and read the answers that began meanwhile. */
export function show(chat: ChatElement, html: string): void {
  times.set(chat, (times.get(chat) ?? 0) + 1);
  const form = chat.querySelector<HTMLFormElement>("[data-queue-edit]");
  const id = form?.closest<HTMLElement>("[data-queued-id]")?.dataset.queuedId ?? "";
  const running = replaceQueue(chat, html)?.dataset.generationIds ?? "";
  chat.join(running.split(" ").filter(Boolean));
  if (form && !form.ariaBusy && !chat.querySelector(`[data-queued-id="${CSS.escape(id)}"]`)) {
    giveBack(chat, form); // it was sent as it was before
  }
}

/** Put what somebody wrote into the message box, where it changed anything. */
function giveBack(chat: ChatElement, form: HTMLFormElement): void {
  const area = form.querySelector("textarea");
  if (area && area.value !== area.defaultValue) {
    const detail = { text: area.value, quotes: [] };
    chat.dispatchEvent(new CustomEvent("lc:refused", { detail }));
  }
}

/** Act on a waiting message; false when the click was meant for something else. */
export function queueClicked(chat: ChatElement, control: HTMLElement): boolean {
  switch (control.dataset.action) {
    case "queue":
      post(chat, new URL((control as HTMLButtonElement).formAction).pathname, control);
      return true;
    case "queue-edit":
      edit(chat, control).catch(report);
      return true;
    case "queue-cancel":
      control.closest("[data-queue-edit]")?.remove();
      refresh(chat).catch(report);
      return true;
    default:
      return false;
  }
}

/** Save the words of a waiting message; one that was sent meanwhile goes to the message box. */
export function queueSaved(chat: ChatElement, form: HTMLFormElement): void {
  const text = form.querySelector("textarea")?.value ?? "";
  if (form.ariaBusy) {
    return; // Enter, pressed twice
  }
  form.ariaBusy = "true";
  postForm(form.action, { text })
    .then((answer) => answer.text())
    .then((html) => {
      form.remove();
      show(chat, html);
    })
    .catch((error: unknown) => {
      form.remove();
      chat.dispatchEvent(new CustomEvent("lc:refused", { detail: { text, quotes: [] } }));
      report(error);
      refresh(chat).catch(report);
    });
}

function post(chat: ChatElement, url: string, control: HTMLElement): void {
  const button = control as HTMLButtonElement;
  const { name, value } = button;
  const before = times.get(chat);
  button.disabled = true;
  postForm(url, name ? { [name]: value } : {})
    .then(async (answer) => {
      const html = await answer.text();
      await (times.get(chat) === before ? show(chat, html) : refresh(chat));
      const said = answer.headers.get("HX-Trigger");
      if (said) {
        const { text, undo } = (JSON.parse(said) as Toasts)["lc:toast"];
        toast(text, { undo, undone: (html) => show(chat, html) });
      }
    })
    .catch(report)
    .finally(() => {
      button.disabled = false;
    });
}

interface Toasts {
  "lc:toast": { text: string; undo: string };
}

async function edit(chat: ChatElement, control: HTMLElement): Promise<void> {
  const id = control.closest<HTMLElement>("[data-queued-id]")?.dataset.queuedId ?? "";
  show(chat, await getHtml(`/_/queue/${chat.conversationId}?edit=${encodeURIComponent(id)}`));
  const area = chat.querySelector<HTMLTextAreaElement>("[data-queue-edit] textarea");
  area?.focus();
  area?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      area.form?.requestSubmit();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      area.form?.querySelector<HTMLElement>('[data-action="queue-cancel"]')?.click();
    }
  });
}

/** Put a list in the place of the one shown, unless a message of it is being edited. */
export function replaceQueue(chat: Element, html: string): HTMLElement | null {
  const shown = chat.querySelector<HTMLElement>("[data-queue]");
  const fresh = element(html);
  if (!shown || !fresh) {
    return null;
  }
  const edited = shown.querySelector<HTMLElement>("[data-queue-edit]")?.parentElement;
  const id = CSS.escape(edited?.dataset.queuedId ?? "");
  const isOpen = edited && fresh.querySelector(`[data-queued-id="${id}"]`);
  if (!isOpen || fresh.querySelector("[data-queue-edit]")) {
    shown.replaceWith(fresh);
  }
  return fresh;
}

function report(error: unknown): void {
  toast(sentence(error), { stays: true });
}
