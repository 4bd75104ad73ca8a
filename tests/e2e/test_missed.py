"""What other tabs do before a page is connected, or while it is not: it is there afterwards."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from tests.e2e.conftest import last_reply, send, until, wait_until_done
from tests.e2e.product import Product
from tests.e2e.slow_server import Late
from tests.e2e.test_hurry import ask
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e


@pytest.fixture
def context_arguments() -> dict[str, Any]:
    return {"service_workers": "block"}  # what goes through one cannot be held


def open_unconnected(page: Page, address: str) -> Callable[[], object]:
    """Open a page whose socket does not get through; return what lets it."""
    sockets: list[WebSocketRoute] = []

    def hold(socket: WebSocketRoute) -> None:
        sockets.append(socket)

    page.route_web_socket(re.compile(r"/ws$"), hold)
    page.goto(address)
    until(page, lambda: len(sockets) > 0)
    return sockets[0].connect_to_server


def test_an_answer_that_came_before_the_page_was_connected_is_shown(
    signed_in: Page, context: BrowserContext, upstream: FakeProvider
) -> None:
    page = signed_in
    ask(page, upstream, "First question", "First answer.")
    late = context.new_page()
    connect = open_unconnected(late, page.url)
    upstream.script("echo", says("Second answer."))
    send(page, "Second question")
    wait_until_done(page)
    expect(last_reply(late)).to_contain_text("First answer.")
    connect()
    expect(last_reply(late)).to_contain_text("Second answer.")
    expect(late.locator('article[data-role="user"]')).to_have_count(2)


def test_a_chat_that_was_named_before_the_page_was_connected_has_its_new_name(
    signed_in: Page, context: BrowserContext, upstream: FakeProvider
) -> None:
    page = signed_in
    ask(page, upstream, "A question", "An answer.")
    title = page.locator("li.row [data-row-title]").first
    expect(title).not_to_be_empty()
    late = context.new_page()
    connect = open_unconnected(late, page.url)
    page.goto(f"{page.url}/options")
    page.get_by_label("Title").fill("Named elsewhere")
    page.get_by_role("button", name="Rename").click()
    page.wait_for_url(re.compile(r"/c/[\w-]+$"))
    connect()
    expect(late.locator("li.row [data-row-title]").first).to_have_text("Named elsewhere")
    expect(late.locator("[data-title]")).to_have_text("Named elsewhere")


def test_an_answer_asked_for_elsewhere_is_there_when_the_connection_is_back(
    signed_in: Page, context: BrowserContext, product: Product, upstream: FakeProvider
) -> None:
    page = signed_in
    ask(page, upstream, "First question", "First answer.")
    another = context.browser.new_context(  # type: ignore[union-attr] # there is one
        base_url=product.url, storage_state=context.storage_state()
    )
    elsewhere = another.new_page()
    context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    elsewhere.goto(page.url)
    ask(elsewhere, upstream, "Second question", "Second answer.")
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(last_reply(page)).to_contain_text("Second answer.")
    another.close()


def test_a_message_that_is_being_edited_is_left_when_the_page_catches_up(
    signed_in: Page, context: BrowserContext, upstream: FakeProvider
) -> None:
    page = signed_in
    ask(page, upstream, "First question", "First answer.")
    late = context.new_page()
    connect = open_unconnected(late, page.url)
    turn = late.locator('article[data-role="user"]').last
    turn.hover()
    turn.get_by_role("link", name="Edit").click()
    late.get_by_label("Edit message").fill("Half a thought")
    upstream.script("echo", says("Second answer."))
    send(page, "Second question")
    wait_until_done(page)
    with late.expect_response("**/_/queue/*"):
        connect()
    expect(late.get_by_label("Edit message")).to_have_value("Half a thought")
    expect(late.locator('article[data-role="user"]')).to_have_count(1)


def test_who_goes_to_another_version_while_the_page_catches_up_stays_there(
    signed_in: Page, context: BrowserContext, upstream: FakeProvider
) -> None:
    page = signed_in
    ask(page, upstream, "A question", "First version.", "Second version.")
    last_reply(page).get_by_role("button", name="Regenerate").click()
    expect(last_reply(page)).to_contain_text("Second version.")
    wait_until_done(page)
    late = context.new_page()
    connect = open_unconnected(late, page.url)
    page.goto(f"{page.url}/options")
    page.get_by_label("Title").fill("Named elsewhere")
    page.get_by_role("button", name="Rename").click()
    answer = Late(late, re.compile(r"/c/[\w-]+$"))
    connect()
    answer.wait()
    last_reply(late).get_by_role("button", name="Previous").click()
    expect(last_reply(late)).to_contain_text("First version.")
    answer.let_in()
    expect(late.locator("[data-title]")).to_have_text("Named elsewhere")
    expect(last_reply(late)).to_contain_text("First version.")


def test_a_page_that_missed_nothing_asks_for_nothing(
    signed_in: Page, context: BrowserContext, upstream: FakeProvider
) -> None:
    page = signed_in
    ask(page, upstream, "A question", "An answer.")
    expect(page.locator("li.row [data-row-title]").first).not_to_be_empty()
    late = context.new_page()
    connect = open_unconnected(late, page.url)
    asked: list[str] = []
    late.on("request", lambda request: asked.append(request.url))
    connect()
    late.wait_for_timeout(500)
    assert [url for url in asked if "/_/" in url or "/c/" in url] == []
