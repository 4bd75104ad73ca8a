"""Being kept out, and acting as somebody else."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.e2e.conftest import enter
from tests.e2e.product import PASSWORD, Product

pytestmark = pytest.mark.e2e


def sign_in(page: Page, email: str) -> None:
    page.goto("/login")
    page.locator('input[name="email"]').fill(email)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")


@pytest.fixture
def administrator(browser: Browser, product: Product) -> Iterator[Page]:
    """A page in which an administrator is signed in."""
    context = browser.new_context(base_url=product.url, locale="en-US")
    page = context.new_page()
    enter(page, product, "bans-admin@example.org", role="ADMIN")
    yield page
    context.close()


def test_a_banned_person_reads_why_and_until_when(
    page: Page,
    email: str,
    product: Product,
    images: Path,
) -> None:
    enter(page, product, email)
    page.goto("about:blank")  # an open page would go to the sign-in by itself
    made = product.manage("ban_user", email, "90", "--reason", "Asked to stop twice")
    assert made.returncode == 0, made.stderr
    page.goto("/settings/account")
    expect(page.get_by_role("heading", name="You are banned")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Asked to stop twice")
    expect(page.locator("main")).to_contain_text("until")
    page.screenshot(path=images / "banned.png")
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Asked to stop twice")
    sign_in(page, email)
    expect(page.get_by_role("alert").first).to_contain_text("Asked to stop twice")
    assert product.manage("unban_user", email).returncode == 0
    sign_in(page, email)
    page.wait_for_url("**/c/new")


@pytest.mark.measures
def test_a_ban_closes_an_open_page_within_a_second(
    page: Page,
    email: str,
    product: Product,
) -> None:
    enter(page, product, email)
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())

    with connect(
        product.url.replace("http", "ws") + "/ws",
        additional_headers={"Cookie": cookie},
        origin=Origin(product.url),
    ) as socket:
        assert json.loads(socket.recv(5))["type"] == "hello"
        made = product.manage("ban_user", email, "5")
        assert made.returncode == 0, made.stderr
        began = time.monotonic()
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
        assert time.monotonic() - began < 1.2


def _late(route: Route) -> None:
    answer = route.fetch(max_redirects=0)
    time.sleep(1)
    route.fulfill(response=answer)


def test_an_administrator_acts_as_somebody_under_a_banner_and_stops(
    page: Page,
    email: str,
    product: Product,
    administrator: Page,
    images: Path,
) -> None:
    enter(page, product, email)
    administrator.goto(f"/admin/accounts/user/?q={email}")
    administrator.locator('input[name="_selected_action"]').check()
    administrator.locator('select[name="action"]').first.select_option("act_as")
    administrator.get_by_role("button", name="Run").first.click()
    expect(administrator.get_by_text("It is on record")).to_be_visible()
    administrator.locator('input[name="reason"]').fill("Ticket 7")
    administrator.get_by_role("button", name="Act as this person").click()
    administrator.wait_for_url("**/c/new")
    banner = administrator.locator(".acting")
    expect(banner).to_contain_text(f"You act as {email}")
    administrator.screenshot(path=images / "acting.png")
    administrator.goto("/settings/account")
    expect(banner).to_be_visible()
    administrator.set_viewport_size({"width": 360, "height": 700})
    administrator.goto("/c/new")
    expect(banner.get_by_role("button", name="Stop")).to_be_in_viewport()
    expect(administrator.get_by_label("Message", exact=True)).to_be_in_viewport()
    administrator.screenshot(path=images / "acting-phone.png")
    # Slower than the word that the acted sign-in has ended, which closes the page's socket.
    administrator.route("**/impersonation/stop", _late)
    banner.get_by_role("button", name="Stop").click()
    administrator.wait_for_url("**/admin/accounts/user/**")
    administrator.goto("/c/new")
    expect(banner).to_have_count(0)
