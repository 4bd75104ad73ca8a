"""Scenario 50: a reply is rated."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import last_reply, send, wait_until_done
from tests.e2e.test_quality import violations

pytestmark = pytest.mark.e2e


def test_a_reply_is_rated_down_with_a_reason_and_a_note(signed_in: Page) -> None:
    page = signed_in
    send(page, "Rate this", model="echo")
    page.wait_for_url("**/c/*-*")
    wait_until_done(page)
    reply = last_reply(page)
    reply.get_by_role("button", name="Needs work").click()
    reply.get_by_text("Wrong or incomplete").click()
    reply.get_by_label("Note").fill("It is 97.")
    assert violations(page) == []
    reply.get_by_role("button", name="Save").click()
    expect(reply.locator("[data-feedback-note]")).to_contain_text("It is 97.")
    page.reload()
    expect(reply.get_by_role("button", name="Needs work")).to_have_attribute("aria-pressed", "true")
    expect(reply.locator("[data-feedback-note]")).to_contain_text("Wrong or incomplete")
    reply.get_by_role("link", name="Change").click()
    expect(reply.get_by_label("Note")).to_have_value("It is 97.")
    reply.get_by_role("button", name="Needs work").click()
    expect(reply.locator("[data-feedback-note]")).to_have_count(0)
