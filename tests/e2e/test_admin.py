"""The Django admin: open to administrators, themed, readable."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import enter
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e


def test_an_administrator_reads_people_and_the_ledger(
    browser: Browser,
    product: Product,
    images: Path,
) -> None:
    context = browser.new_context(
        base_url=product.url,
        locale="en-US",
        viewport={"width": 1440, "height": 900},
    )
    page = context.new_page()
    enter(page, product, "admin-reader@example.org", role="ADMIN")
    page.get_by_role("link", name="Administration").click()
    expect(page.get_by_role("link", name="People").first).to_be_visible()
    page.goto("/admin/accounts/user/")
    expect(page.get_by_text("admin-reader@example.org").first).to_be_visible()
    page.screenshot(path=images / "admin-light.png")
    for path in ("billing/transaction", "conversations/generation", "agents/credential"):
        page.goto(f"/admin/{path}/")
        expect(page.locator("body")).not_to_contain_text("Server Error")
    context.close()


def test_others_are_told_that_it_is_not_for_them(browser: Browser, product: Product) -> None:
    context = browser.new_context(base_url=product.url, locale="en-US")
    page = context.new_page()
    enter(page, product, "not-an-admin@example.org")
    answer = page.goto("/admin/")
    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_text("open to administrators only")).to_be_visible()
    context.close()
