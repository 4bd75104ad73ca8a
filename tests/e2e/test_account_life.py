"""Scenarios 7, 8, 62, 67 and 68: terms, banner, finding a setting, a key, the end of an account."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import PATIENCE, last_reply, send, wait_until_done
from tests.e2e.product import PASSWORD, Product
from tests.e2e.test_quality import violations

pytestmark = pytest.mark.e2e

YAML = """
version: "1.3.17"
interface:
  remoteAgents:
    use: true
  termsOfService:
    modalAcceptance: true
    modalTitle: House rules
    modalContent: Be kind.
"""
BANNER = """
from accounts.models import Banner
Banner.objects.create(message="We move <b>on Friday</b>.")
"""
TOO_NARROW = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with terms to accept and a banner."""
    folder: Path = tmp_path_factory.mktemp("house")
    (folder / "librechat.yaml").write_text(YAML, encoding="utf-8")
    server = Product(
        folder,
        ALLOW_REGISTRATION="true",
        REGISTER_MAX="1000",
        LOGIN_MAX="1000",
        ACCOUNT_DELETION_GRACE_DAYS="0",
        OLLAMA_BASE_URL="http://127.0.0.1:9",
    ).start()
    boss = server.manage(
        "create_user", "boss@example.org", "The Boss", "boss", PASSWORD, "--role", "ADMIN"
    )
    assert boss.returncode == 0, boss.stderr
    made = server.manage("shell", "-c", BANNER)
    assert made.returncode == 0, made.stderr
    yield server
    server.stop()


@pytest.fixture
def visitor(browser: Browser, house: Product) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=house.url, locale="en-US")
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


def enter(page: Page, email: str) -> None:
    """Sign up and accept the terms."""
    page.goto("/signup")
    page.locator('input[name="name"]').fill("Ada Example")
    page.locator('input[name="email"]').fill(email)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/terms**")
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url("**/c/new")


def test_declining_the_terms_signs_out_and_accepting_them_asks_once(
    visitor: BrowserContext,
    email: str,
) -> None:
    page = visitor.new_page()
    page.goto("/signup")
    page.locator('input[name="name"]').fill("Ada Example")
    page.locator('input[name="email"]').fill(email)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/terms**")
    expect(page.get_by_role("heading", name="House rules")).to_be_visible()
    page.get_by_role("button", name="Decline and sign out").click()
    page.wait_for_url("**/login**")
    page.locator('input[name="email"]').fill(email)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/terms**")
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url("**/c/new")
    page.goto("/settings/account")
    expect(page).to_have_url(f"{page.url.partition('/settings')[0]}/settings/account")


def test_a_banner_shows_on_top_and_once_closed_stays_closed(
    visitor: BrowserContext,
    email: str,
    images: Path,
) -> None:
    page = visitor.new_page()
    enter(page, email)
    banner = page.get_by_role("region", name="Announcement")
    expect(banner).to_contain_text("We move on Friday.")
    expect(page.get_by_label("Message", exact=True)).to_be_in_viewport()
    assert violations(page) == []
    page.screenshot(path=images / "banner.png")
    page.set_viewport_size({"width": 390, "height": 700})
    assert not page.evaluate(TOO_NARROW)
    banner.get_by_role("button", name="Close the announcement").click()
    expect(banner).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    expect(banner).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_settings_search_finds_dark(
    visitor: BrowserContext,
    email: str,
    images: Path,
    width: int,
) -> None:
    page = visitor.new_page()
    enter(page, f"{width}-{email}")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/settings/account")
    box = page.get_by_role("searchbox", name="Search the settings")
    box.fill("dark")
    box.press("Enter")
    expect(page.get_by_role("link", name="Theme")).to_be_visible()
    assert violations(page) == []
    assert not page.evaluate(TOO_NARROW)
    page.screenshot(path=images / f"settings-search-{width}.png")
    page.get_by_role("link", name="Theme").click()
    expect(page.get_by_role("heading", name="Theme")).to_be_in_viewport()


def test_a_key_is_shown_once_works_until_it_is_revoked_and_then_fails(
    visitor: BrowserContext,
    house: Product,
    email: str,
) -> None:
    page = visitor.new_page()
    enter(page, email)
    page.goto("/settings/keys")
    page.get_by_label("What is it for?").fill("My script")
    page.get_by_role("button", name="Make the key").click()
    headers = {"Authorization": f"Bearer {page.locator('#new-key').input_value()}"}
    assert httpx.get(f"{house.url}/api/user", headers=headers).json()["email"] == email
    page.goto("/settings/keys")
    expect(page.locator("#new-key")).to_have_count(0)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="End").first.click()
    expect(page.get_by_text("The key opens nothing any more.")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("sk-")
    assert httpx.get(f"{house.url}/api/user", headers=headers).status_code == 401


def test_a_deleted_account_takes_its_chats_along(
    visitor: BrowserContext,
    house: Product,
    email: str,
) -> None:
    page = visitor.new_page()
    enter(page, email)
    send(page, "Remember the canary 7f3a9c")
    page.wait_for_url("**/c/*-*")
    wait_until_done(page)
    expect(last_reply(page)).to_be_visible()
    page.goto("/settings/data")
    page.locator('main input[name="email"]').fill("somebody@else.example")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.locator("main")).to_contain_text("address")
    assert "canary" in str(_database(house))
    page.locator('main input[name="email"]').fill(email)
    page.get_by_role("button", name="Delete my account").click()
    page.wait_for_url("**/login**")
    assert "canary" not in str(_database(house))
    answer = httpx.post(f"{house.url}/api/auth/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 404


def _database(house: Product) -> list[str]:
    """Return the texts of all messages."""
    words = "from conversations.models import Message; print(list(Message.objects.values_list()))"
    found = house.manage("shell", "-v", "0", "-c", words)
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()
