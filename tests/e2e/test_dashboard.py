"""The administration: overview, live activity with stop, a menu by capability."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.conftest import choose_model, enter, send
from tests.e2e.product import Product
from tests.e2e.test_quality import PHONE, violations
from tests.e2e.test_streaming import ENDLESS
from tests.fakes.provider import FakeProvider

pytestmark = pytest.mark.e2e

BOSS, KEEPER, WRITER = (f"dashboard-{name}@example.org" for name in ("boss", "keeper", "writer"))
GRANT = f"""
from accounts.models import Grant, User
keeper = User.objects.get(email="{KEEPER}")
for name in ("access:admin", "read:users"):
    Grant.objects.create(principal_type="user", principal_id=keeper.pk, capability=name)
"""


def opened(browser: Browser, product: Product, **options: object) -> BrowserContext:
    size = {"width": 1440, "height": 1000}
    arguments = {"viewport": size, **options}
    return browser.new_context(base_url=product.url, locale="en-US", **arguments)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def boss(product: Product) -> str:
    """Let there be an administrator."""
    product.session_of(BOSS, role="ADMIN")
    return BOSS


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_overview_opens_and_axe_finds_nothing(
    browser: Browser,
    product: Product,
    boss: str,
    images: Path,
    theme: str,
) -> None:
    context = opened(browser, product, color_scheme=theme)
    page = context.new_page()
    enter(page, product, boss)
    found = {}
    for path in ("/admin/", "/admin/live/", "/admin/system/"):
        page.goto(path)
        expect(page.locator(".dash")).to_be_visible()
        found[path] = violations(page)
        name = path.removeprefix("/admin/").strip("/") or "overview"
        page.screenshot(path=images / f"admin-{name}-{theme}.png", full_page=True)
    page.goto("/admin/")
    page.get_by_text("As a table").first.click()
    expect(page.locator(".dash-table").first).to_be_visible()
    page.get_by_role("link", name="7 days", exact=True).click()
    expect(page.get_by_role("link", name="7 days", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    context.close()
    ours = {path: [one for one in lines if "dash" in one] for path, lines in found.items()}
    assert not any(ours.values()), ours


def test_a_running_answer_is_seen_live_and_stopped(
    browser: Browser,
    product: Product,
    boss: str,
    upstream: FakeProvider,
    images: Path,
) -> None:
    office, home = opened(browser, product), opened(browser, product)
    desk, chat = office.new_page(), home.new_page()
    enter(desk, product, boss)
    desk.goto("/admin/live/")
    expect(desk.locator("[data-live-state]")).to_have_text("Live")
    enter(chat, product, WRITER)
    upstream.script("long", ENDLESS)
    choose_model(chat, "long")
    send(chat, "Write for a long while")
    row = desk.locator("tr[data-generation]", has_text=WRITER)
    expect(row).to_be_visible()
    expect(row).to_contain_text("long")
    # The first number is how long, the second one how many tokens.
    expect(row.locator(".dash-number").nth(1)).to_have_text(re.compile("[1-9]"))
    desk.screenshot(path=images / "admin-live-running.png")
    desk.get_by_role("button", name=f"Stop the answer for {WRITER}").click()
    expect(desk.get_by_text("The answer is being stopped")).to_be_visible()
    expect(row).to_have_count(0)
    expect(chat.locator('article[data-role="assistant"]').last).not_to_have_attribute(
        "data-state", "running"
    )
    desk.goto("/admin/accounts/auditevent/")
    expect(desk.get_by_text("generation.stopped").first).to_be_visible()
    office.close()
    home.close()


def test_the_menu_is_what_the_capabilities_say(
    browser: Browser,
    product: Product,
    boss: str,
    images: Path,
) -> None:
    context = opened(browser, product)
    page = context.new_page()
    product.session_of(KEEPER)
    made = product.manage("shell", "-c", GRANT)
    assert made.returncode == 0, made.stderr
    enter(page, product, KEEPER)
    page.get_by_role("link", name="Administration").click()
    menu = page.locator("#nav-sidebar-apps")
    expect(menu.locator('a[href="/admin/accounts/user/"]')).to_be_visible()
    for hidden in ("live", "system", "billing/balance", "accounts/auditevent", "accounts/role"):
        expect(menu.locator(f'a[href="/admin/{hidden}/"]')).to_have_count(0)
    answer = page.goto("/admin/live/")
    assert answer is not None
    assert answer.status == 403
    context.close()
    phone = opened(browser, product, viewport=PHONE)
    small = phone.new_page()
    enter(small, product, boss)
    for path, name in (("/admin/", "overview"), ("/admin/live/", "live")):
        small.goto(path)
        expect(small.locator(".dash")).to_be_visible()
        small.screenshot(path=images / f"admin-{name}-phone.png")
        wide = small.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], path
    phone.close()
