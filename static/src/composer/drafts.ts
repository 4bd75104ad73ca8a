/** Half-written messages, what they quote and their model, kept in the browser per conversation. */

const PREFIX = "lc:draft:";
const QUOTES = "lc:quotes:";
const CHOICE = "lc:choice:";

/** A model under all its names. */
export interface Choice {
  endpoint: string;
  model: string;
  spec: string;
  label: string;
}

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
      localStorage.removeItem(CHOICE + conversationId);
    }
  } catch {
    // Storage is full or switched off: the text is still in the box.
  }
}

/** What is written while a chat gets its name is the chat's, and no longer that of a new one. */
export function moveDraft(from: string, to: string, written: string): void {
  const choice = readChoice(from);
  const kept = readDraft(from);
  if (written.startsWith(kept) && kept) {
    keepDraft(from, ""); // another tab's would differ
  }
  if (written) {
    keepDraft(to, written);
    if (choice) {
      keepChoice(to, choice);
    }
  }
}

export function readQuotes(conversationId: string): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(QUOTES + conversationId) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function keepQuotes(conversationId: string, quotes: readonly string[]): void {
  try {
    if (quotes.length > 0) {
      localStorage.setItem(QUOTES + conversationId, JSON.stringify(quotes));
    } else {
      localStorage.removeItem(QUOTES + conversationId);
    }
  } catch {
    // As with the text.
  }
}

export function readChoice(conversationId: string): Choice | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(CHOICE + conversationId) ?? "null");
    return isChoice(kept) ? kept : null;
  } catch {
    return null;
  }
}

export function keepChoice(conversationId: string, choice: Choice): void {
  try {
    localStorage.setItem(CHOICE + conversationId, JSON.stringify(choice));
  } catch {
    // As with the text.
  }
}

function isChoice(kept: unknown): kept is Choice {
  const names = ["endpoint", "model", "spec", "label"];
  return (
    typeof kept === "object" &&
    kept !== null &&
    names.every((name) => typeof (kept as Record<string, unknown>)[name] === "string")
  );
}

/** Another tab sent or changed the text: a box that still shows the old one follows. */
export function followDraft(conversationId: () => string, area: HTMLTextAreaElement): void {
  addEventListener("storage", ({ key, oldValue, newValue }) => {
    const isMine = key === PREFIX + conversationId();
    if (isMine && area.value === (oldValue ?? "")) {
      area.value = newValue ?? "";
      area.dispatchEvent(new Event("lc:drafted"));
    }
  });
}
