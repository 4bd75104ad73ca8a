"""The bulk import in a browser: errors shown, mended, run; people with money are there."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import counted_later, enter
from tests.e2e.product import PASSWORD, Product

pytestmark = pytest.mark.e2e

PAID = "Paid guests"  # a role of this file: balances of the others stay off
WITH_BALANCE = f"""
from accounts.models import ConfigOverride, Role
Role.objects.create(name="{PAID}")
ConfigOverride.objects.create(
    principal_type="role",
    principal_id="{PAID}",
    overrides={{"balance": {{"enabled": True, "startBalance": 0}}}},
)
"""
HEAD = "email,name,role,groups,balance_usd,password\n"
ADA, BOB = "e2e-ada@example.org", "e2e-bob@example.org"
WRONG = f"{HEAD}{ADA},Ada L,{PAID},Red,5,{PASSWORD}\nnobody,,,,,\n{BOB},,king,,,\n"
RIGHT = f"{HEAD}{ADA},Ada L,{PAID},Red|Blue,5,{PASSWORD}\n{BOB},Bob B,{PAID},Red,2.50,\n"


def upload(page: Page, text: str) -> None:
    page.goto("/admin/people/import/")
    page.locator('input[type="file"]').set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Look at it").click()


def signed_in_admin(browser: Browser, product: Product, email: str) -> Page:
    context = browser.new_context(
        base_url=product.url, locale="en-US", viewport={"width": 1440, "height": 1000}
    )
    page = context.new_page()
    enter(page, product, email, role="ADMIN")
    return page


def test_a_table_is_mended_and_its_people_are_there_with_money(
    browser: Browser, product: Product, images: Path
) -> None:
    page = signed_in_admin(browser, product, "import-admin@example.org")
    made = product.manage("shell", "-c", WITH_BALANCE)
    assert made.returncode == 0, made.stderr
    counted_later(page)
    page.goto("/admin/people/import/")
    page.screenshot(path=images / "import-upload-light.png", full_page=True)
    upload(page, WRONG)
    expect(page.get_by_role("link", name="Refused: 2")).to_be_visible()
    expect(page.get_by_role("row", name="nobody")).to_contain_text("This is no e-mail address.")
    page.screenshot(path=images / "import-errors-light.png", full_page=True)
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("Nothing was imported, and the file is forgotten.")).to_be_visible()

    upload(page, RIGHT)
    expect(page.get_by_role("link", name="Refused: 0")).to_be_visible()
    expect(page.get_by_role("row", name=ADA)).to_contain_text("balance $5.00")
    page.emulate_media(color_scheme="dark")
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.screenshot(path=images / "import-plan-dark.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("2 of 2 rows")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("done")
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=images / "import-done-phone.png", full_page=True)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    with page.expect_download() as report:
        page.get_by_role("link", name="Report (CSV)").click()
    text = report.value.path().read_text(encoding="utf-8")
    assert f"{ADA},made" in text
    assert "/register?token=" in text
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto("/admin/billing/balance/?q=e2e-ada")
    expect(page.locator("#result_list")).to_contain_text(ADA)
    expect(page.locator("#result_list")).to_contain_text("5")
    page.context.close()


def test_the_pages_of_backups_retention_and_exports_open(
    browser: Browser, product: Product, images: Path
) -> None:
    page = signed_in_admin(browser, product, "backup-admin@example.org")
    for name in ("retention", "exports", "backups"):
        page.goto(f"/admin/{name}/")
        expect(page.locator("main.dash")).to_be_visible()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.reload()
            page.screenshot(path=images / f"{name}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=images / f"{name}-phone.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        page.set_viewport_size({"width": 1440, "height": 1000})
    page.get_by_role("button", name="Make a backup").click()
    expect(page.get_by_role("status")).to_contain_text("rows,", timeout=60_000)
    page.get_by_role("button", name="Verify librechat-").click()
    expect(page.get_by_role("status")).to_contain_text("It is whole.", timeout=90_000)
    page.screenshot(path=images / "backups-verified.png", full_page=True)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download librechat-").click()
    assert taken.value.path().read_bytes()[:2] == b"PK"
    page.context.close()
