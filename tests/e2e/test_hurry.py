"""What a fast person does while the server is slow: nothing is lost, doubled or misplaced."""

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import last_reply, send, wait_until_done
from tests.e2e.slow_server import Held
from tests.e2e.talk import Talk
from tests.e2e.test_library import make_prompt
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e


@pytest.fixture
def context_arguments() -> dict[str, Any]:
    return {"service_workers": "block"}  # what goes through one cannot be held


def ask(page: Page, upstream: FakeProvider, question: str, *answers: str) -> None:
    upstream.script("echo", *(says(answer) for answer in answers))
    send(page, question, model="echo")
    wait_until_done(page)


def talk(page: Page, upstream: FakeProvider) -> Talk:
    """Start an answer that takes its time; return what ends it."""
    begun = Talk()
    upstream.script("echo", begun.script)
    send(page, "First", model="echo")
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text("Word 1")
    return begun


def test_enter_before_the_models_are_listed_chooses_what_was_typed(signed_in: Page) -> None:
    page = signed_in
    held = Held(page, "**/_/picker*")
    page.locator("[data-picker-open]").click()
    page.keyboard.type("thinking")
    page.keyboard.press("Enter")
    held.wait()
    held.let_in()
    expect(page.locator("[data-picker-label]")).to_have_text("thinking")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()


def test_enter_while_a_prompt_is_on_its_way_sends_the_prompt(signed_in: Page) -> None:
    page = signed_in
    make_prompt(page, "Plain words", "Explain it in plain words.", "plain")
    page.goto("/c/new")
    message = page.get_by_label("Message", exact=True)
    held = Held(page, re.compile(r"/_/prompts/\w"))
    message.press_sequentially("/plain")
    expect(page.get_by_role("option")).to_have_count(1)
    message.press("Enter")
    held.wait()
    page.keyboard.type(" Please.")
    message.press("Enter")
    expect(page.locator("article")).to_have_count(0)
    held.let_in()
    said = page.locator('article[data-role="user"] .bubble')
    expect(said).to_have_text("Explain it in plain words. Please.")


def test_enter_before_the_menu_of_prompts_is_there_chooses_the_prompt(signed_in: Page) -> None:
    page = signed_in
    make_prompt(page, "Plain words", "Explain it in plain words.", "plain")
    page.goto("/c/new")
    message = page.get_by_label("Message", exact=True)
    held = Held(page, "**/assets/prompts-*.js")
    message.press_sequentially("/plain")
    held.wait()
    message.press("Enter")
    held.let_in()
    expect(message).to_have_value("Explain it in plain words.")
    expect(page.locator("article")).to_have_count(0)


def test_enter_before_the_palette_is_there_is_for_the_palette(signed_in: Page) -> None:
    page = signed_in
    box = page.get_by_label("Message", exact=True)
    box.fill("Half a thought")
    held = Held(page, "**/assets/palette-*.js")
    page.keyboard.press("Control+k")
    held.wait()
    page.keyboard.type(">switch darj")
    page.keyboard.press("Backspace")
    page.keyboard.type("k")
    page.keyboard.press("Enter")
    held.let_in()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(box).to_have_value("Half a thought")
    expect(page.locator("article")).to_have_count(0)


def test_stop_is_done_as_soon_as_there_is_something_to_stop(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", Talk().script)
    held = Held(page, "**/api/agents/chat/*")
    send(page, "Never mind", model="echo")
    held.wait()
    page.locator("[data-stop]").click()
    held.let_in()
    wait_until_done(page, "stopped")
    expect(page.locator("[data-stop]")).to_be_hidden()


def test_a_stop_without_a_connection_is_done_when_it_is_back(
    signed_in: Page,
    upstream: FakeProvider,
    context: BrowserContext,
) -> None:
    page = signed_in
    talk(page, upstream)
    context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.get_by_text("Reconnecting…")).to_be_visible()
    page.locator("[data-stop]").click()
    expect(page.locator("lc-toasts")).to_contain_text("stopped once it is back")
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until_done(page, "stopped")


def test_what_is_written_while_a_chat_begins_is_kept_with_that_chat(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", says("The first answer."))
    box = page.get_by_label("Message", exact=True)
    held = Held(page, "**/api/agents/chat/*")
    send(page, "First", model="echo")
    box.press_sequentially("And then")
    page.wait_for_function("() => localStorage.getItem('lc:draft:new') === 'And then'")
    held.let_in()
    page.wait_for_url("**/c/*-*")
    address = page.url
    page.goto("/c/new")
    expect(box).to_have_value("")
    page.goto(address)
    expect(box).to_have_value("And then")


def test_a_refused_message_comes_back_before_what_was_written_since(signed_in: Page) -> None:
    page = signed_in
    box = page.get_by_label("Message", exact=True)
    held = Held(page, "**/api/agents/chat/*")
    send(page, "Written with care", model="echo")
    box.press_sequentially("And this")
    held.wait()
    held.refuse()
    expect(box).to_have_value("Written with care\n\nAnd this")


def test_a_message_sent_before_its_quote_is_drawn_carries_it(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    ask(page, upstream, "Name a prime.", "Ninety-seven.")
    kept = "localStorage.setItem(`lc:quotes:${location.pathname.slice(3)}`, '[\"Ninety-seven.\"]')"
    page.evaluate(kept)
    upstream.script("echo", says("Because."))
    held = Held(page, "**/assets/quotes-*.js")
    page.reload()
    held.wait()
    send(page, "Why?")
    quote = page.locator('article[data-role="user"] blockquote.quote')
    expect(quote).to_have_text(["Ninety-seven."])
    held.let_in()
    expect(last_reply(page)).to_contain_text("Because.")
    expect(page.locator(".quote-chip")).to_have_count(0)


def test_a_shortcut_is_changed_by_a_click_that_comes_early(signed_in: Page) -> None:
    page = signed_in
    held = Held(page, "**/assets/shortcut_settings-*.js")
    page.goto("/settings/shortcuts", wait_until="commit")
    row = page.locator('[data-shortcut="palette"]')
    held.wait()
    row.get_by_role("button", name="Change").click()
    held.let_in()
    expect(row).to_contain_text("Press the keys")
