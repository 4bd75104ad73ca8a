"""Scenario 5 and passkeys: second factors in a real browser."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from accounts.services import totp
from tests.e2e.conftest import PATIENCE, YAML, sign_up
from tests.e2e.product import PASSWORD, Product
from tests.e2e.second_factors import SECURITY, code_of, set_up, sign_in
from tests.e2e.slow_server import Held
from tests.e2e.test_quality import violations
from tests.fakes.provider import FakeProvider

pytestmark = pytest.mark.e2e
PHONE = {"width": 390, "height": 844}
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Named(Product):
    """The product at a name: browsers know no passkeys of a number."""

    def __init__(self, data_dir: Any, **variables: str) -> None:
        super().__init__(data_dir, **variables)
        self.environment["DOMAIN_CLIENT"] = self.name

    @property
    def name(self) -> str:
        return f"http://localhost:{self.port}"


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory, upstream: FakeProvider) -> Iterator[Named]:
    folder = tmp_path_factory.mktemp("named")
    (folder / "librechat.yaml").write_text(YAML.format(url=upstream.url), encoding="utf-8")
    server = Named(
        folder,
        ALLOW_REGISTRATION="true",
        REGISTER_MAX="10000",
        LOGIN_MAX="10000",
        TWO_FACTOR_TEMP_MAX="10000",
        ENDPOINTS="",
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture
def context(
    browser: Browser,
    named: Named,
    context_arguments: dict[str, Any],
) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=named.name, locale="en-US", **context_arguments)
    made.grant_permissions(["clipboard-read", "clipboard-write"], origin=named.name)
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def device(context: BrowserContext, page: Page) -> CDPSession:
    """Give the page's browser a platform authenticator that agrees to everything."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session


def add_passkey(page: Page, name: str) -> None:
    page.goto(SECURITY)
    page.get_by_role("link", name="Add", exact=True).click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create a passkey").click()


def test_two_factor_is_set_up_once_the_backup_codes_are_kept(
    page: Page,
    email: str,
) -> None:
    sign_up(page, email)
    page.goto(SECURITY)
    page.get_by_role("link", name="Set up").click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
    secret = page.locator(".qr-key").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_have_count(1)
    page.get_by_role("textbox", name="Code").fill(
        totp.code_at(secret, int(time.time()) // totp.STEP_SECONDS)
    )
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download").click()
    assert codes[9] in saved.value.path().read_text(encoding="utf-8")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("The codes are copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split("\n") == codes
    page.get_by_role("button", name="Finish").click()  # the box is not ticked: nothing happens
    expect(page.get_by_label("I have kept these codes")).to_be_visible()
    page.get_by_label("I have kept these codes").check()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("10 of 10 left")).to_be_visible()


def test_the_next_sign_in_asks_for_a_code_and_a_backup_code_works_once(
    page: Page,
    email: str,
) -> None:
    sign_up(page, email)
    secret, codes = set_up(page)
    page.context.clear_cookies()
    page.goto("/settings/appearance")
    page.locator('input[name="email"]').fill(email)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    expect(page.get_by_role("textbox", name="Code")).to_be_focused()
    page.get_by_role("textbox", name="Code").fill(code_of(secret))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/settings/appearance$"))

    for refused in (False, True):
        page.context.clear_cookies()
        sign_in(page, email)
        page.get_by_role("textbox", name="Code").fill(codes[0])
        page.keyboard.press("Enter")
        if refused:
            expect(page.get_by_role("alert")).to_contain_text("used before")
        else:
            page.wait_for_url("**/c/new")


def test_a_passkey_signs_in_alone_and_confirms(
    page: Page,
    email: str,
    device: CDPSession,
) -> None:
    sign_up(page, email)
    add_passkey(page, "My phone")
    expect(page.get_by_role("heading", name="Your backup codes")).to_be_visible()
    expect(page.locator(".codes code")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_label("Name of the passkey My phone")).to_have_value("My phone")

    page.context.clear_cookies()
    page.goto("/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/c/new")
    page.goto("/settings/confirm?next=/settings/appearance")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Appearance")).to_be_visible()

    page.goto(SECURITY)
    page.get_by_role("button", name="Remove the passkey My phone").click()
    expect(page.get_by_label("Name of the passkey My phone")).to_have_count(0)
    expect(page.get_by_text("not used yet")).to_have_count(0)
    page.context.clear_cookies()
    page.goto("/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The passkey was not accepted")).to_be_visible()


def test_a_passkey_is_a_second_factor(page: Page, email: str, device: CDPSession) -> None:
    sign_up(page, email)
    add_passkey(page, "Key")
    expect(page.get_by_role("heading", name="Your backup codes")).to_be_visible()
    page.context.clear_cookies()
    sign_in(page, email)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/c/new")


def test_a_browser_that_has_no_passkey_says_so(
    page: Page,
    email: str,
    device: CDPSession,
) -> None:
    page.goto("/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was used.")).to_be_visible()


def test_a_passkey_is_asked_for_once_however_often_the_button_is_pressed(
    page: Page,
    device: CDPSession,
) -> None:
    page.goto("/login")
    held = Held(page, "**/passkeys/options")
    button = page.get_by_role("button", name="Sign in with a passkey")
    button.click()
    button.click()
    held.wait()
    held.let_in()
    expect(page.get_by_text("No passkey was used.")).to_have_count(1)
    assert held.number == 1


def visitor(browser: Browser, named: Named, look: str) -> tuple[BrowserContext, Page]:
    """Return a browser with a look and a device that keeps passkeys."""
    arguments: dict[str, Any] = {"viewport": PHONE} if look == "phone" else {}
    context = browser.new_context(
        base_url=named.name,
        color_scheme="dark" if look == "dark" else "light",
        locale="en-US",
        **arguments,
    )
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return context, page


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_axe_finds_nothing_on_the_pages_of_second_factors(
    browser: Browser,
    named: Named,
    look: str,
    email: str,
) -> None:
    email = f"{look}-{email}"
    context, page = visitor(browser, named, look)
    found: dict[str, list[str]] = {}

    def look_at(name: str) -> None:
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        found[name] = violations(page)
        if page.evaluate(overflow) > 0:
            found[name].append("wider than the window")

    sign_up(page, email)
    page.goto("/settings/confirm")
    look_at("confirm by password")
    page.goto(f"{SECURITY}/passkeys/new")
    look_at("a new passkey")
    page.get_by_role("button", name="Create a passkey").click()
    expect(page.get_by_role("heading", name="Your backup codes")).to_be_visible()
    look_at("backup codes")
    page.goto(f"{SECURITY}/two-factor")
    look_at("step 1")
    page.get_by_role("button", name="Start").click()
    expect(page.locator(".qr-key")).to_be_visible()
    look_at("step 2")
    secret = page.locator(".qr-key").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill(
        totp.code_at(secret, int(time.time()) // totp.STEP_SECONDS)
    )
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("I have kept these codes")).to_be_visible()
    look_at("step 3")
    page.get_by_label("I have kept these codes").check()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("10 of 10 left")).to_be_visible()
    look_at("security")
    page.goto("/settings/confirm")
    look_at("confirm by code")
    context.clear_cookies()
    page.goto("/login")
    look_at("login")
    sign_in(page, email)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    look_at("second step")
    context.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


class TestWithoutJavaScript:
    """The same with scripts switched off; passkeys need them, codes do not."""

    @pytest.fixture
    def context_arguments(self) -> dict[str, Any]:
        return {"java_script_enabled": False}

    def test_codes_work(self, page: Page, email: str) -> None:
        sign_up(page, email)
        secret, _codes = set_up(page)
        page.context.clear_cookies()
        sign_in(page, email)
        expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
        page.get_by_role("textbox", name="Code").fill(code_of(secret))
        page.keyboard.press("Enter")
        page.wait_for_url("**/c/new")
