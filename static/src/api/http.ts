/** Requests to our own server, with the CSRF token and errors as sentences. */

import { text } from "../ui/texts";

export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly body: unknown,
  ) {
    super(message);
  }
}

/** What went wrong, in the server's words where it gave any. */
export function sentence(error: unknown): string {
  if (error instanceof HttpError && error.message) {
    return error.message;
  }
  return navigator.onLine
    ? text("noAnswer", "The server did not answer. Nothing was lost; please try again.")
    : text("offlineKept", "You are offline. Your text is kept; try again when you are back.");
}

export function csrfToken(): string {
  const cookie = document.cookie.split("; ").find((item) => item.startsWith("csrftoken="));
  return cookie?.slice("csrftoken=".length) ?? "";
}

function messageOf(body: unknown, status: number): string {
  if (typeof body === "object" && body !== null) {
    for (const name of ["message", "error"] as const) {
      const said = (body as Record<string, unknown>)[name];
      if (typeof said === "string") {
        return said;
      }
    }
    if ((body as Record<string, unknown>).type === "concurrent") {
      return text(
        "stillWriting",
        "Another answer is still being written. Wait for it or stop it, then send again.",
      );
    }
  }
  const tooMany = "Too many messages at once. Wait a moment and send again.";
  return status === 429 ? text("tooMany", tooMany) : "";
}

async function checked(answer: Response): Promise<Response> {
  if (answer.ok) {
    return answer;
  }
  if (answer.status === 401) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  }
  const text = await answer.text();
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Not JSON: the status says enough.
  }
  throw new HttpError(answer.status, messageOf(body, answer.status), body);
}

const FRAGMENT = { "HX-Request": "true" };
const LASTING_BYTES = 32_000; // browsers let 64 KB of all requests together outlive a page

/** Read a fragment of a page. */
export async function getHtml(url: string): Promise<string> {
  return (await checked(await fetch(url, { headers: FRAGMENT }))).text();
}

/**
 * Post a form as htmx would; the server answers with a fragment, JSON or nothing. It arrives also when the page is left
 * right after.
 */
export async function postForm(url: string, fields: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams(fields);
  const headers = { ...FRAGMENT, "X-CSRFToken": csrfToken() };
  const keepalive = body.toString().length < LASTING_BYTES;
  return checked(await fetch(url, { method: "POST", body, headers, keepalive }));
}

/** Post JSON to the API; it arrives also when the page is left right after. */
export async function postJson(url: string, value: unknown): Promise<unknown> {
  const body = new TextEncoder().encode(JSON.stringify(value));
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  const keepalive = body.length < LASTING_BYTES;
  const answer = await fetch(url, { method: "POST", body, headers, keepalive });
  return (await checked(answer)).json();
}
