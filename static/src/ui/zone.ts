/** Tells the server the time zone of the browser, so that it can write dates as they are here. */

const KEPT = "zone-offsets";
const YEAR_SECONDS = 31_536_000;

/** Minutes from UTC, in January and in July: what the name of a zone stands for. */
function offsets(): string {
  const year = new Date().getFullYear();
  return [0, 6].map((month) => new Date(year, month, 1).getTimezoneOffset()).join();
}

/** The name that the server was told; empty when the clock has had other offsets since. */
function told(): string {
  try {
    const named = document.cookie.split("; ").find((cookie) => cookie.startsWith("tz="));
    return localStorage.getItem(KEPT) === offsets() ? (named?.slice("tz=".length) ?? "") : "";
  } catch {
    return ""; // nothing is kept in this browser
  }
}

/**
 * The name of the time zone. To ask the browser has it load its tables of languages, which takes
 * longer than all else that a page does at its start; what the server was told is there at once.
 */
export function zone(): string {
  return told() || Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function tell(): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
  document.cookie = `tz=${zone()}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
  try {
    localStorage.setItem(KEPT, offsets());
  } catch {
    // Asked for again on the next page.
  }
}

/** Tell the zone once the page is there, unless it is known. */
export function keepZone(): void {
  if (told() === "") {
    addEventListener("load", tell, { once: true });
  }
}
