"""A legal hold from beginning to end, and who looked at whose data, in the administration."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import enter
from tests.e2e.product import Product
from tests.e2e.test_admin_people import fits, opened

pytestmark = pytest.mark.e2e

BOSS, HELD = "hold-boss@example.org", "hold-person@example.org"
PHONE = {"width": 390, "height": 844}
WHY, OVER = "A case before the court", "The case is over"
READ = f"""
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
audit_record(Act(
    category="conversation",
    action="conversation.read_by_admin",
    severity="warning",
    actor=User.objects.get(email="{BOSS}"),
    target=Target.person(User.objects.get(email="{HELD}")),
    metadata={{"conversation": "c0ffee", "reason": "They asked me to look into a fault"}},
))
"""


@pytest.fixture(scope="module")
def boss(browser: Browser, product: Product) -> Iterator[Page]:
    """Return the page of an administrator."""
    office = opened(browser, product)
    page = office.new_page()
    product.session_of(HELD)
    product.session_of(BOSS, role="ADMIN")
    made = product.manage("shell", "-c", READ)
    assert made.returncode == 0, made.stderr
    enter(page, product, BOSS)
    yield page
    office.close()


def looks_right(page: Page, address: str, images: Path, name: str) -> None:
    """Look at a page on a desk and on a phone."""
    page.goto(address)
    page.screenshot(path=images / f"{name}.png")
    page.set_viewport_size({"width": 390, "height": 844})
    assert fits(page, PHONE["width"]), address
    page.screenshot(path=images / f"{name}-phone.png")
    page.set_viewport_size({"width": 1440, "height": 900})


def act(page: Page, name: str) -> None:
    page.locator("#result_list input[name=_selected_action]").first.check()
    page.locator("select[name=action]").select_option(label=name)
    page.get_by_role("button", name="Run").click()


def test_a_hold_is_placed_seen_and_lifted(boss: Page, images: Path) -> None:
    boss.goto(f"/admin/accounts/user/?q={HELD}")
    act(boss, "Put under a legal hold")
    boss.get_by_label("Reason").fill(WHY)
    boss.get_by_label("Last day").fill("2099-12-31")
    boss.screenshot(path=images / "admin-hold-ask.png")
    boss.get_by_role("button", name="Put under a legal hold").click()
    expect(boss.get_by_text("Done for 1.")).to_be_visible()
    boss.locator("#result_list").get_by_role("link", name=HELD).click()
    boss.get_by_role("navigation", name="About this person").get_by_text("Legal holds").click()
    expect(boss.get_by_role("link", name=WHY)).to_be_visible()
    looks_right(boss, boss.url, images, "admin-hold-person")
    looks_right(boss, "/admin/accounts/legalhold/", images, "admin-holds")
    looks_right(boss, "/admin/accounts/legalhold/add/", images, "admin-hold-add")
    looks_right(boss, "/admin/retention/", images, "admin-retention")
    expect(boss.get_by_text("1 person is under a legal hold")).to_be_visible()
    boss.goto("/admin/accounts/legalhold/?state=in_force")
    act(boss, "Lift these holds")
    boss.get_by_label("Reason").fill(OVER)
    boss.get_by_role("button", name="Lift these holds").click()
    expect(boss.get_by_text("Done for 1.")).to_be_visible()
    boss.goto("/admin/accounts/legalhold/?state=lifted")
    boss.locator("#result_list").get_by_role("link", name=HELD).click()
    expect(boss.get_by_text(f"legal_hold.lifted: {OVER}")).to_be_visible()
    looks_right(boss, boss.url, images, "admin-hold-one")


def test_who_looked_at_whose_data_is_on_a_page_of_its_own(boss: Page, images: Path) -> None:
    boss.goto("/admin/accounts/auditevent/")
    boss.get_by_role("link", name="Data access").click()
    expect(boss.locator("#result_list")).to_contain_text("read a conversation")
    expect(boss.locator("#result_list")).to_contain_text("They asked me to look into a fault")
    looks_right(boss, "/admin/accounts/dataaccess/", images, "admin-data-access")
    with boss.expect_download() as download:
        boss.get_by_role("link", name="Export as CSV").click()
    assert HELD in download.value.path().read_text()


def test_balances_are_taken_away_as_a_table(boss: Page, images: Path) -> None:
    looks_right(boss, "/admin/billing/balance/", images, "admin-balances")
