/** Starting an answer through LibreChat's contract. */

import { postJson } from "../api/http";
import { zone } from "../ui/zone";
import type { ChatElement } from "./chat";

const NO_PARENT = "00000000-0000-0000-0000-000000000000";

export interface AddedModel {
  endpoint: string;
  model: string;
  spec: string;
}

export interface Turn {
  text: string;
  endpoint: string;
  model: string;
  spec: string;
  isTemporary: boolean;
  clientRequestId: string;
  /** The project of a chat that begins with this turn. */
  projectId?: string;
  quotes?: string[];
  /** Further models that answer beside the first. */
  added?: AddedModel[];
}

/** What the chat is set to, e.g. a temperature; an empty object when nothing is. */
export type Parameters = Record<string, unknown>;

export interface Started {
  conversationId: string;
  generationId: string;
  /** The generations of further models. */
  parallel?: string[];
}

/** The start body; null-like fields are left out, as LibreChat's client does. */
export function bodyOf(
  turn: Turn,
  conversationId: string,
  leafId: string,
  parameters: Parameters = {},
): Record<string, unknown> {
  return {
    ...parameters,
    text: turn.text,
    sender: "User",
    isCreatedByUser: true,
    messageId: crypto.randomUUID(),
    parentMessageId: leafId || NO_PARENT,
    ...(conversationId === "new" ? {} : { conversationId }),
    endpoint: turn.endpoint,
    model: turn.model,
    ...(turn.spec && { spec: turn.spec }),
    ...(turn.quotes?.length && { quotes: turn.quotes }),
    ...(turn.added?.length && { addedConvo: turn.added }),
    ...(turn.projectId && { chatProjectId: turn.projectId }),
    isTemporary: turn.isTemporary,
    isRegenerate: false,
    isContinued: false,
    clientRequestId: turn.clientRequestId,
    timezone: zone(),
  };
}

export async function startTurn(chat: ChatElement, turn: Turn): Promise<Started> {
  const leaf = chat.leafId;
  const api = `${chat.dataset.api ?? "/api/agents/chat/"}${encodeURIComponent(turn.endpoint)}`;
  const answer = await postJson(api, bodyOf(turn, chat.conversationId, leaf, parametersOf(chat)));
  return answer as Started;
}

/** What the chat is set to. */
export function parametersOf(chat: ChatElement): Parameters {
  const set: unknown = JSON.parse(chat.dataset.parameters || "{}");
  return typeof set === "object" && set !== null ? (set as Parameters) : {};
}
