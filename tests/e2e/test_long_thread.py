"""Reading back in a long chat, and how steady the page is while an answer grows."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import last_reply, send, wait_until_done
from tests.fakes.product import Product
from tests.fakes.provider import Delay, FakeProvider, Script, Text

pytestmark = pytest.mark.e2e
MESSAGES, MAX_STEPS = 200, 400
STEP_PIXELS, TOLERANCE_PIXELS = 500, 3
MAX_LAYOUT_SHIFT = 0.02
# Moves up by one step; how far what is read moved besides, and which messages were in view.
STEP = """
async (pixels) => {
  const thread = document.querySelector(".thread");
  const frame = () => new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
  const view = thread.getBoundingClientRect();
  const inView = () => [...thread.querySelectorAll("article")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.bottom > view.top && box.top < view.bottom;
  });
  const before = inView();
  const read = before[0];
  const was = { id: read.dataset.messageId, top: read.getBoundingClientRect().top };
  const wanted = Math.min(pixels, thread.scrollTop);
  thread.scrollTop -= wanted;
  for (let n = 0; n < 4; n += 1) await frame();
  const now = thread.querySelector(`article[data-message-id="${was.id}"]`);
  return {
    drift: Math.abs(now.getBoundingClientRect().top - was.top - wanted),
    seen: [...before, ...inView()].map((one) => one.dataset.messageId),
    isTop: thread.scrollTop === 0 && !thread.querySelector("[data-older]"),
  };
}
"""
SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput) window.shifts.push(entry.value);
    }
  }).observe({ type: "layout-shift", buffered: false });
}"""
ANSWER = (
    "First some words about it.\n\n",
    "```python\n",
    *(f"line_{number} = {number}\n" for number in range(12)),
    "```\n\n",
    "| Name | Value |\n|---|---|\n",
    *(f"| row {number} | **{number}** |\n" for number in range(8)),
    "\nA formula:\n\n$$\\frac{a}{b} = \\sqrt{c}$$\n\n",
    "![A drawing](https://pictures.example.org/drawing.png)\n\n",
    *(f"And {number} more words to end with. " for number in range(20)),
)


def test_older_messages_are_all_reached_and_what_is_read_stays_where_it_is(
    signed_in: Page,
    product: Product,
    email: str,
) -> None:
    page = signed_in
    made = product.manage("seed_demo", email, "--messages", str(MESSAGES))
    assert made.returncode == 0, made.stderr
    page.goto(f"/c/{made.stdout.strip().splitlines()[-1]}")
    expect(last_reply(page)).to_be_visible()
    seen: set[str] = set()
    drifts: list[float] = []
    for _step in range(MAX_STEPS):
        moved: dict[str, Any] = page.evaluate(STEP, STEP_PIXELS)
        seen.update(moved["seen"])
        drifts.append(moved["drift"])
        if moved["isTop"]:
            break
    assert page.locator(".thread-page").count() >= 2
    # Once, older messages may arrive in the very frame of a step; boxes moved it at every one.
    assert sum(drift > TOLERANCE_PIXELS for drift in drifts) <= 1
    assert len(seen) == MESSAGES


def test_nothing_on_the_page_jumps_while_an_answer_of_every_kind_is_written(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", Script(steps=(Text("Hello.\n"),)))
    send(page, "Begin", model="echo")
    wait_until_done(page)
    steps = tuple(step for text in ANSWER for step in (Text(text), Delay(0.03)))
    upstream.script("echo", Script(steps=steps))
    send(page, "Show me everything")
    expect(last_reply(page)).to_contain_text("First some words")
    page.evaluate(SHIFTS)
    wait_until_done(page)
    reply = last_reply(page)
    for kind in ("figure.code", "table", "math", ".image-gate"):
        expect(reply.locator(kind).first).to_be_attached()
    shifts: list[float] = page.evaluate("window.shifts")
    assert sum(shifts) < MAX_LAYOUT_SHIFT
