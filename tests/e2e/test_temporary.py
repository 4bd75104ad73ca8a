"""Scenario 40: a chat that is in no list and goes away by itself."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import enter, send, wait_until_done
from tests.e2e.product import Product
from tests.e2e.test_quality import violations

pytestmark = pytest.mark.e2e


def test_a_temporary_chat_says_so_everywhere_and_is_in_neither_list_nor_search(
    signed_in: Page,
) -> None:
    page = signed_in
    page.locator("[data-temporary-toggle]").click()
    page.wait_for_url("**/c/new?temporary=1")
    expect(page.locator(".landing-note")).to_contain_text("in no list and no search")
    expect(page.locator("form.composer")).to_have_css("border-style", "dashed")
    assert violations(page) == []
    send(page, "A zebra in secret", model="echo")
    page.wait_for_url("**/c/*-*")
    wait_until_done(page)
    note = page.locator("[data-expires]")
    expect(note).to_contain_text("Temporary until")
    expect(page.locator("form.composer")).to_have_css("border-style", "dashed")
    expect(page.locator("[data-temporary-toggle]")).to_be_hidden()
    page.reload()
    expect(note).to_contain_text("Temporary until")
    expect(page.locator("form.composer")).to_have_css("border-style", "dashed")
    assert violations(page) == []
    expect(page.locator("li.row")).to_have_count(0)
    address = page.url
    page.goto("/search?q=zebra")
    expect(page.locator("main")).not_to_contain_text("A zebra in secret")
    page.goto(f"{address}/options")
    expect(page.get_by_role("link", name="Bookmarks…")).to_have_count(0)
    expect(page.get_by_role("link", name="Share")).to_have_count(0)
    assert violations(page) == []
    page.get_by_label("Delete this chat").select_option("In a week")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(address)
    page.goto(f"{address}/options")
    page.get_by_label("Delete this chat").select_option("Never")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(address)
    expect(page.locator("[data-expires]")).to_have_count(0)
    expect(page.locator("li.row")).to_have_count(1)


def test_the_date_is_the_one_of_the_browsers_zone(browser: Browser, product: Product) -> None:
    found = []
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # 25 hours apart
        context = browser.new_context(base_url=product.url, locale="en-US", timezone_id=zone)
        page = context.new_page()
        enter(page, product, f"zone-{zone.rpartition('/')[2].lower()}@example.org")
        page.goto("/c/new?temporary=1")
        found.append(page.locator(".landing-note").inner_text())
        context.close()
    assert found[0] != found[1]
