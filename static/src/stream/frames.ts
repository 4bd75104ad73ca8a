/** What the server sends over /ws, and the one rule about order. */

export type Frame =
  | {
      type: "open";
      userHtml: string;
      replyHtml: string;
      userMessageId: string;
      responseMessageId: string;
    }
  | { type: "step"; key: string; html: string }
  | { type: "think"; key: string; text: string }
  | { type: "tail"; text: string }
  | { type: "fence"; id: string; language: string }
  | { type: "block"; id: string; html: string }
  | { type: "table"; id: string; html: string }
  | { type: "row"; id: string; html: string }
  | { type: "waiting"; text: string }
  | { type: "title"; title: string }
  | { type: "end"; state: EndState; html: string };

export type EndState = "done" | "stopped" | "failed" | "interrupted";

export type ServerMessage =
  | { type: "hello"; stamp: string }
  | { type: "pong" }
  | { type: "error"; code: string; message: string }
  | { type: "gone"; generation: string }
  | { type: "frames"; generation: string; upto: number; frames: Frame[] }
  | { type: "queue"; conversationId: string; html: string }
  | { type: "list"; op: "upsert" | "remove"; conversationId: string; html: string };

const KNOWN = new Set(["hello", "pong", "error", "gone", "frames", "list", "queue"]);

/** Read a message; what we do not know (a newer server) is null and ignored. */
export function parse(text: string): ServerMessage | null {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message === "object" && message !== null && "type" in message) {
      return KNOWN.has(String(message.type)) ? (message as ServerMessage) : null;
    }
  } catch {
    // Not JSON: ignored like an unknown message.
  }
  return null;
}

/** A batch already seen (upto not above the cursor) changes nothing. */
export function isNew(cursor: number, upto: number): boolean {
  return upto > cursor;
}

/** How long to wait before connection attempt n (from 0), in milliseconds, without jitter. */
export function backoff(attempt: number): number {
  return Math.min(500 * 2 ** attempt, 10_000);
}
