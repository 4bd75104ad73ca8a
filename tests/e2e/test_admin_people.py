"""People in the administration: their list, their tabs, an invitation, a conversation read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import enter, send, sign_in, wait_until_done
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

BOSS, WRITER = "people-boss@example.org", "people-writer@example.org"
PHONE = {"width": 390, "height": 844}
GRANT = f"""
from accounts.models import Grant, User
Grant.objects.create(
    principal_type="user",
    principal_id=User.objects.get(email="{BOSS}").pk,
    capability="read:conversation_content",
)
"""
REASON = "The owner asked me to look into a fault."
SECRET = "The wanderer of the seven hills"


def opened(browser: Browser, product: Product, **look: Any) -> BrowserContext:
    """Return a browser window of its own."""
    arguments = {"viewport": {"width": 1440, "height": 900}, **look}
    return browser.new_context(base_url=product.url, locale="en-US", **arguments)


def fits(page: Page, width: int) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


@pytest.fixture(scope="module")
def writer(browser: Browser, product: Product) -> Iterator[Page]:
    """Return the page of somebody who has written a chat."""
    home = opened(browser, product)
    page = home.new_page()
    enter(page, product, WRITER)
    send(page, SECRET, model="markdown")
    wait_until_done(page)
    yield page
    home.close()


@pytest.fixture(scope="module")
def boss(browser: Browser, product: Product) -> Iterator[Page]:
    """Return the page of an administrator who may read what was said."""
    office = opened(browser, product)
    page = office.new_page()
    product.session_of(BOSS, role="ADMIN")
    made = product.manage("shell", "-c", GRANT)
    assert made.returncode == 0, made.stderr
    enter(page, product, BOSS)
    yield page
    office.close()


def person_page(page: Page, tab: str = "") -> None:
    page.goto(f"/admin/accounts/user/?q={WRITER}")
    page.locator("#result_list").get_by_role("link", name=WRITER).click()
    if tab:
        page.get_by_role("navigation", name="About this person").get_by_text(tab).click()


def test_from_the_list_to_the_tabs_to_a_ban_and_back(
    boss: Page,
    writer: Page,
    images: Path,
) -> None:
    writer.goto("about:blank")  # an open chat would be led to the sign-in page by the ban
    boss.goto("/admin/accounts/user/")
    row = boss.locator("#result_list tr", has_text=WRITER)
    expect(row).to_contain_text("In use")
    boss.screenshot(path=images / "admin-people-light.png")
    person_page(boss)
    tabs = boss.get_by_role("navigation", name="About this person")
    expect(tabs.locator('[aria-current="page"]')).to_have_text("Profile")
    boss.screenshot(path=images / "admin-person-light.png")
    for name in (
        "Sessions",
        "Access keys",
        "Groups and rights",
        "Ledger",
        "Budgets",
        "Conversations",
        "Violations and bans",
        "Audit",
    ):
        tabs.get_by_text(name, exact=True).click()
        expect(tabs.locator('[aria-current="page"]')).to_have_text(name)
        boss.screenshot(path=images / f"admin-person-{name.split()[0].lower()}.png")
    person_page(boss, "Violations and bans")
    boss.get_by_role("button", name="Ban", exact=True).click()
    boss.locator('input[name="reason"]').fill("Asked to stop twice")
    boss.screenshot(path=images / "admin-person-ban.png")
    boss.get_by_role("button", name="Ban", exact=True).click()
    expect(boss.locator("table").first).to_contain_text("Asked to stop twice")
    writer.goto("/settings/account")
    expect(writer.locator("main")).to_contain_text("Asked to stop twice")
    boss.get_by_role("button", name="Lift these bans").click()
    boss.get_by_role("button", name="Lift these bans").click()
    expect(boss.get_by_role("button", name="Lift these bans")).to_have_count(0)
    sign_in(writer, WRITER)


def test_several_people_are_invited_and_one_invitation_is_withdrawn(
    boss: Page,
    images: Path,
) -> None:
    boss.goto("/admin/accounts/onetimetoken/")
    boss.get_by_role("link", name="Invite people").click()
    boss.get_by_label("E-mail addresses").fill(f"guest-a@example.org\nguest-b@example.org, {BOSS}")
    boss.screenshot(path=images / "admin-invite.png")
    boss.get_by_role("button", name="Invite", exact=True).click()
    table = boss.locator(".dash-table")
    expect(table).to_contain_text(f"{BOSS} has an account.")
    expect(table.locator("code")).to_have_count(2)
    boss.screenshot(path=images / "admin-invited.png")
    boss.get_by_role("link", name="All invitations").click()
    row = boss.locator("#result_list tr", has_text="guest-a@example.org")
    expect(row).to_contain_text("waiting")
    expect(row).to_contain_text(BOSS)
    row.locator("input.action-select").check()
    boss.locator('select[name="action"]').select_option("withdraw")
    boss.get_by_role("button", name="Run").click()
    boss.get_by_role("button", name="Withdraw").click()
    expect(boss.locator("#result_list")).not_to_contain_text("guest-a@example.org")
    boss.screenshot(path=images / "admin-invitations.png")


def test_a_conversation_is_read_with_a_reason_and_its_owner_sees_it(
    boss: Page,
    writer: Page,
    images: Path,
) -> None:
    person_page(boss, "Conversations")
    expect(boss.locator(".dash")).not_to_contain_text(SECRET)
    boss.get_by_role("link", name="Read").first.click()
    boss.get_by_role("button", name="Tell the owner and read").click()
    expect(boss.get_by_label("Reason")).to_be_visible()  # without a reason nothing opens
    boss.get_by_label("Reason").fill(REASON)
    boss.screenshot(path=images / "admin-read-why.png")
    boss.get_by_role("button", name="Tell the owner and read").click()
    expect(boss.locator("main")).to_contain_text(SECRET)
    expect(boss.locator("main")).to_contain_text("Its owner has been told.")
    boss.screenshot(path=images / "admin-read-light.png")
    writer.goto("/settings/privacy")
    expect(writer.locator("main")).to_contain_text(REASON)
    expect(writer.locator("main")).to_contain_text(BOSS)
    writer.screenshot(path=images / "settings-privacy.png")


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("dark", {"color_scheme": "dark"}),
        ("phone", {"viewport": PHONE}),
        ("phone-dark", {"viewport": PHONE, "color_scheme": "dark"}),
    ],
)
def test_the_pages_of_people_fit(
    browser: Browser,
    product: Product,
    boss: Page,
    writer: Page,
    images: Path,
    name: str,
    look: dict[str, Any],
) -> None:
    context = opened(browser, product, **look)
    page = context.new_page()
    enter(page, product, BOSS)
    width = page.viewport_size["width"] if page.viewport_size else 0
    person_page(boss)
    form = boss.url.partition("?")[0]
    base = form.removesuffix("change/")
    paths = {
        "people": "/admin/accounts/user/",
        "person": form,
        "rights": f"{base}tab/rights/",
        "sessions": f"{base}tab/sessions/",
        "invite": "/admin/accounts/onetimetoken/invite/",
    }
    for part, path in paths.items():
        page.goto(path)
        expect(page.locator("#content, main, .dash").first).to_be_visible()
        page.screenshot(path=images / f"admin-{part}-{name}.png")
        assert fits(page, width), path
    context.close()
