/** Tells the server the time zone of the browser, so that it can write dates as they are here. */

export function keepZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !document.cookie.split("; ").includes(`tz=${zone}`)) {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
    document.cookie = `tz=${zone}; path=/; max-age=31536000; samesite=lax`;
  }
}
