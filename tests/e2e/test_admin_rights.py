"""Rights in the Django admin: the matrix of a role, the people of a group, overrides."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import enter
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

WIDTH = 1440
EMAIL = "rights-admin@example.org"


def test_an_administrator_sets_rights(browser: Browser, product: Product, images: Path) -> None:
    context = browser.new_context(
        base_url=product.url,
        locale="en-US",
        viewport={"width": WIDTH, "height": 1000},
    )
    page = context.new_page()
    enter(page, product, EMAIL, role="ADMIN")

    page.goto("/admin/accounts/role/add/")
    page.locator('input[name="name"]').fill("Guides")
    page.get_by_label("AGENTS SHARE", exact=True).check()
    page.screenshot(path=images / "admin-role-matrix.png")
    box = page.get_by_label("MCP_SERVERS CONFIGURE_OBO", exact=True).bounding_box()
    assert box is not None
    assert box["x"] < WIDTH
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#result_list").get_by_role("link", name="Guides", exact=True).click()
    expect(page.get_by_label("AGENTS SHARE", exact=True)).to_be_checked()
    expect(page.get_by_label("AGENTS USE", exact=True)).not_to_be_checked()

    page.goto("/admin/accounts/group/add/")
    page.locator('input[name="name"]').fill("Crew")
    page.locator(".field-add_people .select2-selection").click()
    page.keyboard.type("rights-admin")
    page.get_by_role("option", name=EMAIL).click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#result_list").get_by_role("link", name="Crew", exact=True).click()
    expect(page.locator("form#group_form")).to_contain_text(f"Members {EMAIL}")
    page.screenshot(path=images / "admin-group.png")

    page.goto("/admin/accounts/configoverride/add/")
    page.locator('input[name="principal_id"]').fill("Guides")
    page.locator('textarea[name="overrides"]').fill('{"interface": {"customWelcome": "Ahoy"}}')
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#result_list").get_by_role("row", name="Guides").get_by_role("link").click()
    effective = page.get_by_role("table", name="Settings in effect")
    expect(effective.get_by_role("row", name="interface.customWelcome")).to_contain_text("Ahoy")
    page.screenshot(path=images / "admin-override.png")
    context.close()
