"""Scenarios 25, 26, 27, 32 and 45: working with messages and conversations."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.benchmarks.conftest import cpu_seconds
from tests.e2e.conftest import choose_model, last_reply, send, wait_until_done
from tests.e2e.product import Product
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e


def test_an_edited_message_starts_a_branch_and_the_old_one_comes_back(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", says("First answer."), says("Second answer."))
    send(page, "First question", model="echo")
    wait_until_done(page)
    turn = page.locator('article[data-role="user"]').last
    turn.hover()
    turn.get_by_role("link", name="Edit").click()
    page.get_by_label("Edit message").fill("Better question")
    page.get_by_role("button", name="Save and rerun").click()
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text("Second answer.")
    turn = page.locator('article[data-role="user"]').last
    expect(turn).to_contain_text("2 / 2")
    wait_until_done(page)
    turn.hover()
    turn.get_by_role("button", name="Previous").click()
    expect(page.locator('article[data-role="user"]').last).to_contain_text("First question")
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text("First answer.")


def test_a_reply_that_has_just_ended_is_headed_as_after_a_reload(signed_in: Page) -> None:
    page = signed_in
    send(page, "Who are you?", model="echo")
    wait_until_done(page)
    head = last_reply(page).locator(".message-head").inner_text()
    name = last_reply(page).get_attribute("aria-label")
    assert head.split() == ["F", "Fake", "echo"]
    page.reload()
    expect(last_reply(page).locator(".message-head")).to_have_text(head, use_inner_text=True)
    assert last_reply(page).get_attribute("aria-label") == name


def test_a_regenerated_reply_can_be_switched_and_the_choice_survives_a_reload(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", says("From echo."))
    upstream.script("markdown", says("From markdown."))
    send(page, "Which model?", model="echo")
    wait_until_done(page)
    choose_model(page, "markdown")
    last_reply(page).get_by_role("button", name="Regenerate").click()
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text("From markdown.")
    wait_until_done(page)
    last_reply(page).get_by_role("button", name="Previous").click()
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text("From echo.")
    page.reload()
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text("From echo.")


def test_an_edited_reply_is_saved_without_a_rerun(signed_in: Page) -> None:
    page = signed_in
    send(page, "Say something", model="echo")
    wait_until_done(page)
    last_reply(page).get_by_role("link", name="Edit").click()
    page.get_by_label("Edit message").fill("My own words.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(last_reply(page).locator("[data-reply-body]")).to_have_text("My own words.")
    page.reload()
    expect(last_reply(page).locator("[data-reply-body]")).to_have_text("My own words.")


def test_a_rating_survives_a_reload(signed_in: Page) -> None:
    page = signed_in
    send(page, "Say something", model="echo")
    wait_until_done(page)
    last_reply(page).get_by_role("button", name="Good reply").click()
    pressed = last_reply(page).get_by_role("button", name="Good reply")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(pressed).to_have_attribute("aria-pressed", "true")


class Renderer:
    """Processor time of a page's main thread: unlike a clock's, the same on a busy machine."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def seconds(self) -> float:
        """Return the time its tasks have taken so far."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return float(next(item["value"] for item in metrics if item["name"] == "TaskDuration"))


@pytest.mark.measures
def test_a_thousand_messages_open_in_a_second_and_typing_does_not_lag(
    signed_in: Page,
    product: Product,
    email: str,
) -> None:
    page = signed_in
    made = product.manage("seed_demo", email, "--messages", "1000")
    assert made.returncode == 0, made.stderr
    conversation = made.stdout.strip().splitlines()[-1]
    page.goto(f"/c/{conversation}")
    renderer = Renderer(page)
    drawing, serving = renderer.seconds(), cpu_seconds(product.pid)
    page.goto(f"/c/{conversation}")
    articles = page.locator("article")
    expect(articles.last).to_be_visible()
    shown = articles.count()  # before a quiet moment, in which more come
    page.wait_for_load_state("networkidle")
    drawing, serving = renderer.seconds() - drawing, cpu_seconds(product.pid) - serving
    assert shown == 20
    assert 0 < drawing + serving < 1
    begun = renderer.seconds()
    page.get_by_label("Message", exact=True).press_sequentially("x" * 40)
    assert 0 < (renderer.seconds() - begun) / 40 < 0.016
    rail = page.get_by_role("slider", name="Jump to message")
    rail.focus()
    rail.press("Home")  # loads everything before it
    expect(articles.first).to_be_focused(timeout=60_000)
    expect(articles.first).to_be_in_viewport()
    expect(rail).to_have_attribute("aria-valuenow", "1")
    expect(articles.first).to_contain_text("step 0")
    assert articles.count() == 1_000


def test_an_early_word_is_found_by_the_browser_after_background_loading(
    signed_in: Page,
    product: Product,
    email: str,
) -> None:
    page = signed_in
    made = product.manage("seed_demo", email, "--messages", "200")
    assert made.returncode == 0, made.stderr
    answer = page.goto(f"/c/{made.stdout.strip().splitlines()[-1]}")
    assert answer is not None
    assert len(re.findall(r"<article[^>]*\bdata-message-id=", answer.text())) == 20
    expect(page.locator("article")).to_have_count(200)
    assert page.evaluate("window.find('step 0')")


def test_a_chat_is_renamed_and_deleted_and_undo_brings_it_back(signed_in: Page) -> None:
    page = signed_in
    send(page, "Keep this", model="echo")
    wait_until_done(page)
    page.wait_for_url("**/c/*-*")
    conversation = page.url.rpartition("/")[2]
    row = page.locator(f'li[data-conversation-id="{conversation}"]')
    row.hover()
    row.locator("[data-row-menu]").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_label("New title").fill("Renamed chat")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Renamed chat")
    page.goto("/c/new")
    row.hover()
    row.locator("[data-row-menu]").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1)
    page.goto(f"/c/{conversation}")
    expect(page.locator("[data-title]")).to_have_text("Renamed chat")
