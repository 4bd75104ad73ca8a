"""Access keys in the browser: made with limits, copied into a program, tried, and ended."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_quality import violations

pytestmark = pytest.mark.e2e

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHAPES = 6


def check(page: Page, images: Path, name: str) -> None:
    """Pass when the page is accessible and fits; keep a picture of it."""
    assert violations(page) == []
    assert page.evaluate(OVERFLOW) <= 0
    page.screenshot(path=images / f"keys-{name}.png", full_page=True)


def make(page: Page) -> str:
    """Make a key with limits and return its text."""
    page.goto("/settings/keys")
    page.get_by_label("What is it for?").fill("My editor")
    page.get_by_text("Limits", exact=True).click()
    page.get_by_label("Requests per minute").fill("60")
    page.get_by_label("Only these models").fill("echo\nhello*")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("60 requests per minute")).to_be_visible()
    return page.locator("#new-key").input_value()


@pytest.mark.parametrize(
    "context_arguments",
    [{}, {"color_scheme": "dark"}, PHONE],
    ids=["light", "dark", "phone"],
)
def test_a_key_works_and_ends(
    signed_in: Page, images: Path, request: pytest.FixtureRequest
) -> None:
    page, look = signed_in, request.node.callspec.id
    text = make(page)
    check(page, images, f"made-{look}")

    page.get_by_role("button", name="Set up a program with it").click()
    page.get_by_role("button", name="Copy the set-up of Cursor").click()
    expect(page.get_by_text("The set-up of Cursor is copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert text in copied
    assert "/v1" in copied
    expect(page.get_by_text("This address is not public")).to_be_visible()

    page.get_by_label("Model", exact=True).fill("echo")
    page.get_by_role("button", name="Test the key").click()
    expect(page.get_by_text("Everything works.")).to_be_visible()
    expect(page.get_by_text("works", exact=True)).to_have_count(SHAPES)
    check(page, images, f"works-{look}")

    page.goto("/settings/keys")
    page.get_by_role("link", name="Calls of My editor").click()
    page.wait_for_url("**/settings/keys/*/calls")
    check(page, images, f"calls-{look}")
    page.goto("/settings/keys")
    page.get_by_role("link", name="Change My editor").click()
    page.wait_for_url("**/settings/keys/*")
    check(page, images, f"change-{look}")
    page.goto("/settings/keys")
    page.get_by_role("button", name="End My editor").click()
    expect(page.get_by_text("The key opens nothing any more.")).to_be_visible()

    page.goto("/settings/keys/connect")
    page.get_by_label("Access key", exact=True).fill(text)
    page.get_by_label("Model", exact=True).fill("echo")
    page.get_by_role("button", name="Test the key").click()
    expect(page.get_by_text("Not everything works")).to_be_visible()
    expect(page.get_by_text("failed", exact=True)).to_have_count(SHAPES)
    expect(page.get_by_text("401: The key is missing").first).to_be_visible()
