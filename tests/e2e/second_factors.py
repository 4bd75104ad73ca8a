"""Second factors in a browser: setting up, and signing in as far as the question."""

import time

from playwright.sync_api import Page, expect

from accounts.services import totp
from tests.e2e.product import PASSWORD

SECURITY = "/settings/security"


def code_of(secret: str) -> str:
    """Return the code of the step after this one: the current one may be used up."""
    return totp.code_at(secret, int(time.time()) // totp.STEP_SECONDS + 1)


def sign_in(page: Page, email: str) -> None:
    page.goto("/login")
    page.locator('input[name="email"]').fill(email)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")


def set_up(page: Page) -> tuple[str, list[str]]:
    """Set up an app on the page of somebody signed in; return its secret and the codes."""
    page.goto(SECURITY)
    page.get_by_role("link", name="Set up").click()
    page.get_by_role("button", name="Start").click()
    secret = page.locator(".qr-key").inner_text().replace(" ", "")
    step = int(time.time()) // totp.STEP_SECONDS
    page.get_by_role("textbox", name="Code").fill(totp.code_at(secret, step))
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    page.get_by_label("I have kept these codes").check()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("10 of 10 left")).to_be_visible()
    return secret, codes
