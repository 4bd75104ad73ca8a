"""Scenarios 59, 60, 61 and 63: shared chats, taking a chat along, another language."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import enter, last_reply, send, wait_until_done
from tests.e2e.product import Product
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e


def answered(page: Page, upstream: FakeProvider) -> str:
    """Ask once, answer twice; return the chat's path."""
    upstream.script("echo", says("Ninety-seven."), says("One hundred and one."))
    send(page, "Name a prime", model="echo")
    wait_until_done(page)
    last_reply(page).get_by_role("button", name="Regenerate").click()
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text("One hundred and one.")
    wait_until_done(page)
    return page.url.removesuffix("/")


def shared(page: Page, chat: str) -> str:
    page.goto(f"{chat}/share")
    page.get_by_role("button", name="Create a link").click()
    link = page.locator(".share-address a")
    expect(link).to_be_visible()
    return str(link.get_attribute("href"))


def test_a_shared_chat_shows_its_branches_keeps_its_address_and_ends(
    signed_in: Page,
    upstream: FakeProvider,
    browser: Browser,
    product: Product,
    email: str,
) -> None:
    page = signed_in
    chat = answered(page, upstream)
    address = shared(page, chat)
    context = browser.new_context(base_url=product.url, java_script_enabled=False)
    visitor = context.new_page()
    enter(visitor, product, f"visitor-{email}")
    visitor.goto(address)
    expect(visitor.get_by_role("heading", level=1)).to_be_visible()
    expect(visitor.get_by_text("Name a prime")).to_be_visible()
    expect(visitor.get_by_text("One hundred and one.")).to_be_visible()
    visitor.get_by_role("link", name="Previous version").click()
    expect(visitor.get_by_text("Ninety-seven.")).to_be_visible()
    expect(visitor.get_by_text("1 / 2")).to_be_visible()

    page.goto(chat)
    send(page, "Another one")
    wait_until_done(page)
    page.goto(f"{chat}/share")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="Update the link").click()
    expect(page.locator(".share-address a")).to_have_attribute("href", address)
    visitor.goto(address)
    expect(visitor.get_by_text("Another one")).to_be_visible()

    page.get_by_role("button", name="Delete the link").click()
    expect(page.get_by_role("button", name="Create a link")).to_be_visible()
    visitor.goto(address)
    expect(visitor.get_by_role("heading", name="Nothing here")).to_be_visible()
    context.close()


def test_a_visitor_continues_a_shared_chat_as_their_own(
    signed_in: Page,
    upstream: FakeProvider,
    browser: Browser,
    product: Product,
    email: str,
) -> None:
    page = signed_in
    chat = answered(page, upstream)
    address = shared(page, chat)
    context = browser.new_context(base_url=product.url, locale="en-US")
    visitor = context.new_page()
    enter(visitor, product, f"visitor-{email}")
    visitor.goto(address)
    visitor.get_by_role("button", name="Continue this chat").click()
    visitor.wait_for_url("**/c/*")
    assert visitor.url != chat
    expect(last_reply(visitor).locator("[data-reply-body]")).to_contain_text("One hundred")
    send(visitor, "Mine now", model="echo")
    wait_until_done(visitor)
    page.goto(chat)
    expect(page.get_by_text("Mine now")).to_have_count(0)
    context.close()


def test_a_chat_is_taken_along_as_markdown(
    signed_in: Page,
    upstream: FakeProvider,
    tmp_path: Path,
) -> None:
    page = signed_in
    chat = answered(page, upstream)
    page.goto(f"{chat}/export")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.suffix == ".md"
    text = file.read_text(encoding="utf-8")
    assert "## You\n\nName a prime" in text
    assert "One hundred and one." in text
    assert "Ninety-seven." not in text


def test_another_language_mirrors_the_page_and_holds_after_a_reload(signed_in: Page) -> None:
    page = signed_in
    page.goto("/settings/appearance")
    page.locator('select[name="language"]').select_option("ar")
    page.locator('form[action="/settings/language"] button').click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.goto("/c/new")
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("innerWidth")
    side = page.locator("#sidebar").bounding_box()
    assert side is not None
    assert side["x"] > 640
