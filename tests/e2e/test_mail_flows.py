"""Scenarios 3 to 5: signing up and a forgotten password with a real mail server."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import PATIENCE
from tests.e2e.product import PASSWORD, Product
from tests.e2e.test_quality import violations
from tests.fakes.smtp import MailServer, Received

pytestmark = pytest.mark.e2e
NEW_PASSWORD = "another horse battery"
OWN_PAGES = (
    "/settings/account",
    "/settings/data",
    "/settings/keys",
    "/settings/notifications",
    "/settings/security",
    "/terms",
)


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def mailing(tmp_path_factory: pytest.TempPathFactory, post: MailServer) -> Iterator[Product]:
    """The product with mail, and an administrator."""
    folder: Path = tmp_path_factory.mktemp("mailing")
    server = Product(
        folder,
        ALLOW_REGISTRATION="true",
        ALLOW_PASSWORD_RESET="true",
        REGISTER_MAX="1000",
        LOGIN_MAX="1000",
        RESET_PASSWORD_MAX="1000",
        VERIFY_EMAIL_MAX="1000",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=str(post.port),
        EMAIL_FROM="chat@example.org",
    )
    server.start()
    added = server.manage(
        "create_user", "boss@example.org", "The Boss", "boss", PASSWORD, "--role", "ADMIN"
    )
    assert added.returncode == 0, added.stderr
    yield server
    server.stop()


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def visitor(
    browser: Browser,
    mailing: Product,
    request: pytest.FixtureRequest,
) -> Iterator[BrowserContext]:
    made = browser.new_context(
        base_url=mailing.url,
        locale="en-US",
        java_script_enabled=request.param,
    )
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


def mail_to(post: MailServer, address: str, word: str) -> Received:
    """Return the newest mail to an address with a word in its subject, once it is there."""
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        for mail in reversed(post.received):
            if mail.to == [address] and word in str(mail.message["Subject"]):
                return mail
        time.sleep(0.05)
    raise AssertionError(f"No mail about {word!r} came for {address}.")


def link_of(mail: Received) -> str:
    found = re.search(r"^http\S+", mail.part("text/plain"), re.MULTILINE)
    assert found is not None
    return found[0]


def sign_in(page: Page, address: str, password: str) -> None:
    page.locator('input[name="email"]').fill(address)
    page.locator('input[name="password"]').fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/new")


def test_sign_up_confirm_forget_and_choose_a_new_password(
    visitor: BrowserContext,
    post: MailServer,
    request: pytest.FixtureRequest,
) -> None:
    address = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[-40:].strip("-")
    address = f"{address}@example.org"
    page = visitor.new_page()
    page.goto("/signup")
    page.locator('input[name="name"]').fill("Ada Example")
    page.locator('input[name="email"]').fill(address)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/verify")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your mail")
    page.goto(link_of(mail_to(post, address, "Confirm")))
    page.get_by_role("button", name="Confirm address").click()
    page.wait_for_url("**/login")
    sign_in(page, address, PASSWORD)

    visitor.clear_cookies()
    page.goto("/forgot")
    page.locator('input[name="email"]').fill(address)
    page.keyboard.press("Enter")
    expect(page.get_by_text("a mail with a link is on its way")).to_be_visible()
    page.goto(link_of(mail_to(post, address, "new password")))
    page.locator('input[name="password"]').fill(NEW_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login")
    sign_in(page, address, NEW_PASSWORD)
    assert "Set a new password" not in mail_to(post, address, "was changed").part("text/plain")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_on_the_own_pages(
    browser: Browser,
    mailing: Product,
    theme: str,
    width: int,
) -> None:
    context = browser.new_context(
        base_url=mailing.url,
        color_scheme="dark" if theme == "dark" else "light",
        locale="en-US",
        viewport={"width": width, "height": 800},
    )
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for path in ("/verify", "/verify?token=x&email=a@example.org", "/restore", "/forgot"):
        page.goto(path)
        found[path] = violations(page)
    page.goto("/login")
    sign_in(page, "boss@example.org", PASSWORD)
    for path in OWN_PAGES:
        page.goto(path)
        found[path] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_a_key_a_picture_and_the_export_on_the_pages(
    browser: Browser,
    mailing: Product,
    tmp_path: Path,
) -> None:
    context = browser.new_context(base_url=mailing.url, locale="en-US")
    page = context.new_page()
    page.goto("/login")
    sign_in(page, "boss@example.org", PASSWORD)
    page.goto("/settings/keys")
    page.get_by_label("What is it for?").fill("My script")
    page.get_by_role("button", name="Make the key").click()
    text = page.locator("#new-key").input_value()
    answer = context.request.get("/api/user", headers={"Authorization": f"Bearer {text}"})
    assert answer.json()["email"] == "boss@example.org"
    page.goto("/settings/data")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    target = tmp_path / "mine.zip"
    download.value.save_as(target)
    assert target.read_bytes().startswith(b"PK")
    page.goto("/settings/account")
    picture = tmp_path / "me.png"
    page.screenshot(path=str(picture))
    page.get_by_label("Choose a picture").set_input_files(str(picture))
    page.get_by_role("button", name="Use this picture").click()
    expect(page.locator("main img.avatar")).to_be_visible()
    # Shown is not loaded yet.
    page.wait_for_function("() => document.querySelector('main img.avatar').naturalWidth === 256")
    context.close()
