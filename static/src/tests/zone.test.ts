import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepZone, zone } from "../ui/zone";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

beforeEach(() => {
  localStorage.clear();
  // biome-ignore lint/suspicious/noDocumentCookie: as in zone.ts.
  document.cookie = "tz=; path=/; max-age=0";
});

afterEach(() => {
  vi.restoreAllMocks();
});

function load(): void {
  dispatchEvent(new Event("load"));
}

test("the server is told the zone after the page is there", () => {
  keepZone();
  expect(document.cookie).not.toContain(HERE);
  load();
  expect(document.cookie).toContain(`tz=${HERE}`);
});

test("a zone that was told is not asked of the browser again", () => {
  keepZone();
  load();
  const asked = vi.spyOn(Intl, "DateTimeFormat");
  keepZone();
  load();
  expect(zone()).toBe(HERE);
  expect(asked).not.toHaveBeenCalled();
});

test("a clock with other offsets has the zone asked for again", () => {
  keepZone();
  load();
  localStorage.setItem("zone-offsets", "600,660");
  const asked = vi.spyOn(Intl, "DateTimeFormat");
  keepZone();
  load();
  expect(asked).toHaveBeenCalled();
  expect(zone()).toBe(HERE);
});
