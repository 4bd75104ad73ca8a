"""Scenarios 1, 2, 6 and 70: getting in, also without JavaScript."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import sign_up, until
from tests.e2e.product import PASSWORD, Product

pytestmark = pytest.mark.e2e


def _sign_out(page: Page) -> None:
    page.context.clear_cookies()


def test_a_page_asked_for_signed_out_is_shown_after_signing_in(page: Page, email: str) -> None:
    sign_up(page, email)
    _sign_out(page)
    page.goto("/settings/appearance")
    expect(page).to_have_url(re.compile(r"/login"))
    page.locator('input[name="email"]').fill(email)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/settings/appearance$"))


def test_a_wrong_password_gives_one_clear_message_and_keeps_the_address(
    page: Page,
    email: str,
) -> None:
    sign_up(page, email)
    _sign_out(page)
    page.goto("/login")
    page.locator('input[name="email"]').fill(email)
    page.locator('input[name="password"]').fill("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_count(1)
    expect(page.locator('input[name="email"]')).to_have_value(email)
    expect(page.locator('input[name="password"]')).to_be_focused()


class TestWithoutJavaScript:
    """The same with scripts switched off."""

    @pytest.fixture
    def context_arguments(self) -> dict[str, Any]:
        return {"java_script_enabled": False}

    def test_sign_in_by_keyboard_alone(self, page: Page, email: str) -> None:
        sign_up(page, email)
        _sign_out(page)
        page.goto("/login")
        for _step in range(10):
            if page.locator('input[name="email"]:focus').count():
                break
            page.keyboard.press("Tab")
        page.keyboard.type(email)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/c/new")

    def test_read_a_chat_send_a_message_and_get_the_answer(
        self,
        page: Page,
        email: str,
        product: Product,
    ) -> None:
        sign_up(page, email)
        page.goto("/c/new?endpoint=Fake&model=echo")
        page.get_by_label("Message", exact=True).fill("Hello without scripts")
        page.get_by_role("button", name="Send message").click()
        page.wait_for_url("**/c/*-*")
        expect(page.locator('article[data-role="user"]')).to_contain_text("Hello without scripts")
        reply = page.locator('article[data-role="assistant"]')

        def is_done() -> bool:
            page.reload()
            return reply.get_attribute("data-state") == "done"

        until(page, is_done)
        expect(reply.locator("[data-reply-body]")).not_to_be_empty()
