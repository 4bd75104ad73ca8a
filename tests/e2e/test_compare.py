"""Answers of several models: side by side on a wide page, tabs on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import choose_model, enter, last_reply, send, speak_arabic
from tests.e2e.product import Product
from tests.e2e.test_quality import PHONE, violations
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e
COLUMNS = "[data-compare] article"


@pytest.fixture
def phone(browser: Browser, product: Product, email: str) -> Iterator[Page]:
    context = browser.new_context(base_url=product.url, viewport=PHONE, has_touch=True)
    page = context.new_page()
    enter(page, product, email)
    yield page
    context.close()


def compared(page: Page, upstream: FakeProvider) -> None:
    """Let two models answer the same question."""
    upstream.script("echo", says("Echo's answer."))
    upstream.script("slow", says("The slow answer."))
    choose_model(page, "echo")
    page.locator("[data-picker-open]").click()
    page.get_by_role("button", name="+ model").click()
    page.locator("[data-picker-search]").fill("slow")
    page.locator('[data-picker] [data-model="slow"]').first.click()
    expect(page.locator(".added-chip")).to_contain_text("+ slow")
    send(page, "Compare")
    columns = page.locator(COLUMNS)
    for text in ("Echo's answer.", "The slow answer."):
        expect(columns.filter(has_text=text)).to_have_attribute("data-state", "done")


def test_on_a_phone_each_answer_is_a_tab(phone: Page, upstream: FakeProvider, images: Path) -> None:
    page = phone
    compared(page, upstream)
    tabs = page.get_by_role("tablist", name="Answers side by side").get_by_role("tab")
    expect(tabs).to_have_text(["echo", "slow"])
    expect(tabs.first).to_have_attribute("aria-selected", "true")
    shown = page.get_by_role("tabpanel")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Echo's answer.")
    assert violations(page) == []
    page.screenshot(path=images / "compare-phone.png")
    tabs.last.tap()
    expect(shown).to_contain_text("The slow answer.")
    expect(page.get_by_role("button", name="Continue with this")).to_have_count(1)
    page.reload()
    expect(tabs).to_have_count(2)
    expect(shown).to_contain_text("Echo's answer.")
    tabs.last.tap()
    page.get_by_role("button", name="Continue with this").tap()
    expect(page.get_by_role("tablist")).to_have_count(0)
    expect(last_reply(page)).to_contain_text("The slow answer.")


def test_arrow_keys_move_between_the_tabs(phone: Page, upstream: FakeProvider) -> None:
    page = phone
    compared(page, upstream)
    tabs, shown = page.get_by_role("tab"), page.get_by_role("tabpanel")
    tabs.first.focus()
    page.keyboard.press("ArrowRight")
    expect(tabs.last).to_be_focused()
    expect(shown).to_contain_text("The slow answer.")
    page.keyboard.press("ArrowRight")
    expect(shown).to_contain_text("Echo's answer.")
    page.keyboard.press("End")
    expect(shown).to_contain_text("The slow answer.")
    page.keyboard.press("Home")
    expect(tabs.first).to_be_focused()
    page.keyboard.press("Tab")
    expect(tabs.last).not_to_be_focused()


def test_in_arabic_the_arrow_keys_follow_the_eye(
    phone: Page,
    upstream: FakeProvider,
    images: Path,
) -> None:
    page = phone
    compared(page, upstream)
    chat = page.url
    speak_arabic(page)
    page.goto(chat)
    tabs = page.get_by_role("tab")
    tabs.first.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tabpanel")).to_contain_text("The slow answer.")
    assert violations(page) == []
    page.screenshot(path=images / "compare-arabic.png")


def test_a_wider_window_shows_them_side_by_side_again(
    phone: Page,
    upstream: FakeProvider,
    images: Path,
) -> None:
    page = phone
    compared(page, upstream)
    expect(page.get_by_role("tab")).to_have_count(2)
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.get_by_role("tab")).to_have_count(0)
    columns = page.locator(COLUMNS)
    expect(columns.first).to_be_visible()
    expect(columns.last).to_be_visible()
    first, second = columns.first.bounding_box(), columns.last.bounding_box()
    assert first is not None
    assert second is not None
    assert abs(first["y"] - second["y"]) < 2
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=images / "compare-dark.png")
    page.set_viewport_size(PHONE)
    expect(page.get_by_role("tab")).to_have_count(2)
    expect(page.get_by_role("tabpanel")).to_have_count(1)
