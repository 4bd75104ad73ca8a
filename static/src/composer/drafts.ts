/** Half-written messages, kept in the browser per conversation. */

const PREFIX = "lc:draft:";

export function readDraft(conversationId: string): string {
  try {
    return localStorage.getItem(PREFIX + conversationId) ?? "";
  } catch {
    return ""; // storage may be switched off
  }
}

export function keepDraft(conversationId: string, text: string): void {
  try {
    if (text) {
      localStorage.setItem(PREFIX + conversationId, text);
    } else {
      localStorage.removeItem(PREFIX + conversationId);
    }
  } catch {
    // Storage is full or switched off: the text is still in the box.
  }
}
