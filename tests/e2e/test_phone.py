"""The scenarios marked for phones, on a small touch screen."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import last_reply, send, wait_until_done
from tests.e2e.talk import Talk
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def context_arguments() -> dict[str, Any]:
    return {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_a_first_message_streams_and_can_be_stopped(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("slow", Talk().script)
    send(page, "Tell me something", model="slow")
    page.wait_for_url("**/c/*-*")
    expect(page.locator('article[data-role="user"]')).to_contain_text("Tell me something")
    expect(last_reply(page).locator("[data-reply-body]")).not_to_be_empty()
    page.get_by_role("button", name="Stop generating").tap()
    wait_until_done(page, "stopped")
    assert page.evaluate(OVERFLOW) <= 0


def test_the_drawer_opens_and_a_chat_is_deleted_and_brought_back(signed_in: Page) -> None:
    page = signed_in
    send(page, "Keep this", model="echo")
    page.wait_for_url("**/c/*-*")
    wait_until_done(page)
    conversation = page.url.rpartition("/")[2]
    page.goto("/c/new")
    page.get_by_role("button", name="Open sidebar").tap()
    row = page.locator(f'li[data-conversation-id="{conversation}"]')
    expect(row).to_be_visible()
    row.locator("[data-row-menu]").tap()
    page.get_by_role("menuitem", name="Delete").tap()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Undo").tap()
    expect(row).to_have_count(1)


def test_an_edited_message_starts_a_branch_and_the_old_one_comes_back(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", says("First answer."), says("Second answer."))
    send(page, "First question", model="echo")
    wait_until_done(page)
    page.locator('article[data-role="user"]').last.get_by_role("link", name="Edit").tap()
    page.get_by_label("Edit message").fill("Better question")
    page.get_by_role("button", name="Save and rerun").tap()
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text("Second answer.")
    wait_until_done(page)
    page.locator('article[data-role="user"]').last.get_by_role("button", name="Previous").tap()
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text("First answer.")


def test_a_theme_applies_at_once(signed_in: Page) -> None:
    page = signed_in
    page.goto("/settings/appearance")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Dark").check(force=True)
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(OVERFLOW) <= 0


def test_signed_out_a_page_leads_to_sign_in_and_back(page: Page, email: str) -> None:
    page.goto("/settings/account")
    expect(page).to_have_url(re.compile(r"/login"))
    assert page.evaluate(OVERFLOW) <= 0
