import { afterEach, expect, test, vi } from "vitest";
import { postForm, postJson } from "../api/http";

function answered(): ReturnType<typeof vi.fn> {
  const asked = vi.fn(async () => Response.json({}));
  vi.stubGlobal("fetch", asked);
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

test("what is posted outlives the page that posts it", async () => {
  const asked = answered();
  await postJson("/api/agents/chat/Fake", { text: "Hello" });
  await postForm("/c/1/rename", { title: "Hello" });
  expect(asked.mock.calls.map(([, how]) => how.keepalive)).toEqual([true, true]);
});

test("what is longer than browsers let outlive a page is posted all the same", async () => {
  const asked = answered();
  await postJson("/api/agents/chat/Fake", { text: "é".repeat(20_000) });
  expect(asked.mock.calls.map(([, how]) => how.keepalive)).toEqual([false]);
});
