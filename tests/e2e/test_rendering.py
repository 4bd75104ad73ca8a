"""Scenarios 14, 16 and 17: what a reply looks like while it is written, and as drawings."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import last_reply, send, wait_until_done
from tests.e2e.test_quality import violations
from tests.fakes.provider import Delay, FakeProvider, Script, Text, says

pytestmark = pytest.mark.e2e
DIAGRAM = "```mermaid\nflowchart LR\n  A[Ask] --> B{Known?}\n  B -->|yes| C[Answer]\n```\n"
BROKEN = "```mermaid\nflowchart LR\n  A[[[ --> \n```\n"
SHIFTS = """() => {
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const inReply = entry.sources.some(({ node, previousRect }) =>
        previousRect.width > 0 &&
        (node?.closest ? node : node?.parentElement)?.closest("[data-reply-body]"));
      if (inReply && !entry.hadRecentInput) window.shift += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
}"""
ROW_COUNTS = """() => {
  window.counts = new Set();
  new MutationObserver(() => {
    const rows = document.querySelectorAll("[data-reply-body] tbody tr").length;
    window.counts.add(rows);
  }).observe(document.body, { childList: true, subtree: true });
}"""
PNG_MARK = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def refusals(page: Page) -> list[str]:
    """What the browser refused because of the page's policy."""
    found: list[str] = []
    page.on(
        "console",
        lambda said: (
            found.append(f"{said.text} {said.location}") if "Policy" in said.text else None
        ),
    )
    return found


def test_mermaid_is_drawn_zoomed_moved_and_saved(
    signed_in: Page,
    upstream: FakeProvider,
    refusals: list[str],
) -> None:
    page = signed_in
    upstream.script("echo", says("Look:\n\n", DIAGRAM, "\nThat is all."))
    send(page, "Draw it", model="echo")
    wait_until_done(page)
    figure = last_reply(page).locator("figure.code")
    expect(figure).to_have_attribute("data-diagram", "drawn")
    view = figure.locator(".diagram-view")
    expect(view).to_be_visible()
    expect(view.locator("svg")).to_contain_text("Known?")
    box = view.locator("svg .node").first.bounding_box()
    assert box is not None
    assert box["width"] > 20
    fill = "node => getComputedStyle(node).fill"
    assert view.locator("svg .node rect").first.evaluate(fill) != "rgb(0, 0, 0)"
    before = float(view.get_attribute("data-zoom") or 0)
    figure.get_by_role("button", name="Zoom in").click()
    assert float(view.get_attribute("data-zoom") or 0) == pytest.approx(before * 1.25, abs=0.01)
    view.focus()
    place = view.locator("svg").bounding_box()
    page.keyboard.press("ArrowLeft")
    moved = view.locator("svg").bounding_box()
    assert place is not None
    assert moved is not None
    assert moved["x"] == pytest.approx(place["x"] + 40, abs=1)
    figure.get_by_role("button", name="Code", exact=True).click()
    expect(figure.locator("pre")).to_be_visible()
    expect(view).to_be_hidden()
    figure.get_by_role("button", name="Preview").click()
    expect(view).to_be_visible()
    assert violations(page) == []
    assert refusals == []


def test_a_drawing_is_saved_as_svg_and_as_png(
    signed_in: Page,
    upstream: FakeProvider,
    refusals: list[str],
    tmp_path: Path,
) -> None:
    page = signed_in
    upstream.script("echo", says(DIAGRAM))
    send(page, "Draw it", model="echo")
    wait_until_done(page)
    figure = last_reply(page).locator('figure[data-diagram="drawn"]')
    with page.expect_download() as download:
        figure.get_by_role("button", name="Save as SVG").click()
    saved = tmp_path / "a.svg"
    download.value.save_as(saved)
    assert "Known?" in saved.read_text(encoding="utf-8")
    with page.expect_download() as download:
        figure.get_by_role("button", name="Save as PNG").click()
    picture = tmp_path / "a.png"
    download.value.save_as(picture)
    assert picture.read_bytes().startswith(PNG_MARK)
    assert picture.stat().st_size > 2_000
    assert refusals == []


def test_a_drawing_follows_the_theme_and_a_broken_one_stays_code_with_a_sentence(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", says(DIAGRAM, "\n", BROKEN))
    send(page, "Draw two", model="echo")
    wait_until_done(page)
    first, second = last_reply(page).locator("figure.code").all()
    expect(first).to_have_attribute("data-diagram", "drawn")
    expect(second).to_have_attribute("data-diagram", "failed")
    expect(second.get_by_role("status")).to_contain_text("cannot be drawn")
    expect(second.locator("pre")).to_be_visible()
    expect(second.get_by_role("button", name="Preview")).to_be_hidden()
    colour = "node => getComputedStyle(node).fill"
    light = first.locator("svg .node rect").first.evaluate(colour)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    rect = first.locator("svg .node rect").first
    expect(rect).not_to_have_css("fill", light)
    assert violations(page) == []


@pytest.mark.measures  # how far things move: in fewer, larger steps on a busy machine
def test_a_table_grows_row_by_row_and_nothing_moves(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    rows = [f"| Number {n} | {'x' * n * 3} | ${n}$ |\n" for n in range(1, 9)]
    steps = [step for row in rows for step in (Text(row), Delay(0.3))]
    script = Script(
        steps=(
            Text("Look at this:\n\n| Name | Word | Sign |\n| --- | --- | --- |\n"),
            Delay(0.3),
            *steps,
            Text("\nAnd that is the end of it."),
        ),
    )
    upstream.script("long", script)
    page.evaluate(SHIFTS)
    page.evaluate(ROW_COUNTS)
    send(page, "A table", model="long")
    body = last_reply(page).locator("[data-reply-body]")
    expect(body.locator("table th")).to_have_count(3)
    page.wait_for_function("() => window.counts.size > 3")
    expect(body.locator("[data-tail]")).not_to_contain_text("|")
    wait_until_done(page)
    expect(body.locator("tbody tr")).to_have_count(8)
    assert page.evaluate("window.shift") < 0.02
    blocks = "nodes => nodes.map(node => node.outerHTML)"
    streamed = body.locator(":scope > [data-block]").evaluate_all(blocks)
    page.reload()
    assert body.locator(":scope > [data-block]").evaluate_all(blocks) == streamed


def test_formulas_are_math_for_a_screen_reader_and_copy_as_tex(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", says("So $a^2$ it is:\n\n$$\\frac{a}{b}$$\n\nDone."))
    send(page, "Formulas", model="echo")
    wait_until_done(page)
    body = last_reply(page).locator("[data-reply-body]")
    expect(body.locator("math")).to_have_count(2)
    expect(body.get_by_role("math")).to_have_count(2)
    body.evaluate("node => getSelection().selectAllChildren(node)")
    page.keyboard.press("Control+c")
    words = (
        "async (all) => "
        "(await navigator.clipboard.readText()).trim().split(/\\s+/).join(' ') === all"
    )
    page.wait_for_function(words, arg="So $a^2$ it is: $$\\frac{a}{b}$$ Done.")
    body.locator("math").first.evaluate("node => getSelection().selectAllChildren(node)")
    page.keyboard.press("Control+c")
    page.wait_for_function(words, arg="$a^2$")
    last_reply(page).get_by_role("button", name="Copy").first.click()
    copied = "async (text) => (await navigator.clipboard.readText()).includes(text)"
    page.wait_for_function(copied, arg="$$\\frac{a}{b}$$")
