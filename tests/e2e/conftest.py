"""A real server, a scripted provider and Chromium."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.access import menus, overrides
from tests.fakes.product import Product
from tests.fakes.provider import FakeProvider

PASSWORD = "correct horse battery"
YAML = """
version: "1.3.17"
endpoints:
  custom:
    - name: Fake
      apiKey: fake-key
      baseURL: {url}/v1
      models:
        default: [echo, slow, long, markdown, thinking, cut, error-401, error-429, error-500]
        fetch: false
      titleConvo: true
      titleModel: titles
      modelDisplayLabel: Fake
"""
HEARD_SECONDS = max(menus.STAMP_SECONDS, overrides.STAMP_SECONDS)
expect.set_options(timeout=10_000)


def chromium_path() -> str:
    """Return the system's Chromium; without one the tests skip, or fail under REQUIRE=all."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    if os.environ.get("REQUIRE") == "all":
        pytest.fail("Chromium is missing and REQUIRE=all.")
    pytest.skip("Chromium is missing.")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {
        "executable_path": chromium_path(),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session")
def upstream() -> Iterator[FakeProvider]:
    server = FakeProvider().start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, upstream: FakeProvider) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("product")
    (folder / "librechat.yaml").write_text(YAML.format(url=upstream.url), encoding="utf-8")
    server = Product(
        folder,
        ALLOW_REGISTRATION="true",
        REGISTER_MAX="10000",
        LOGIN_MAX="10000",
        ENDPOINTS="",
    )
    yield server.start()
    server.stop()


@pytest.fixture
def context_arguments() -> dict[str, Any]:
    """What a test may override: viewport, JavaScript, color scheme."""
    return {}


@pytest.fixture
def context(
    browser: Browser,
    product: Product,
    upstream: FakeProvider,
    context_arguments: dict[str, Any],
) -> Iterator[BrowserContext]:
    upstream.clear()
    arguments = {"viewport": {"width": 1280, "height": 800}, **context_arguments}
    made = browser.new_context(base_url=product.url, locale="en-US", **arguments)
    made.grant_permissions(["clipboard-read", "clipboard-write"], origin=product.url)
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def email(request: pytest.FixtureRequest) -> str:
    """An address nobody else uses."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:50]
    return f"{name}@example.org"


@pytest.fixture
def signed_in(page: Page, email: str) -> Page:
    """A page of somebody who has just signed up, on the landing."""
    sign_up(page, email)
    return page


def sign_up(page: Page, email: str) -> None:
    page.goto("/signup")
    page.locator('input[name="name"]').fill("Ada Example")
    page.locator('input[name="email"]').fill(email)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/new")


def sign_in(page: Page, email: str) -> None:
    """Sign in as somebody, whoever was signed in before."""
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto("/login")
    page.locator('input[name="email"]').fill(email)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/new")


def written_elsewhere(page: Page, product: Product, script: str) -> None:
    """Let another process write, and wait until the server that serves the page counts it.

    Meanwhile the page is nowhere: one that hears of a new role signs in again by itself.
    """
    page.goto("about:blank")
    made = product.manage("shell", "-c", script)
    assert made.returncode == 0, made.stderr
    page.wait_for_timeout(HEARD_SECONDS * 1000)


def choose_model(page: Page, model: str) -> None:
    page.locator("[data-picker-open]").click()
    page.locator("[data-picker-search]").fill(model)
    page.locator(f'[data-picker] [data-model="{model}"]').first.click()


def send(page: Page, text: str, *, model: str = "") -> None:
    if model:
        choose_model(page, model)
    box = page.get_by_label("Message", exact=True)
    box.fill(text)
    box.press("Enter")


def last_reply(page: Page) -> Any:
    return page.locator('article[data-role="assistant"]').last


def wait_until_done(page: Page, state: str = "done") -> None:
    expect(last_reply(page)).to_have_attribute("data-state", state)


def speak_arabic(page: Page) -> None:
    page.goto("/settings/appearance")
    page.locator('select[name="language"]').select_option("ar")
    page.locator('form[action="/settings/language"] button').click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")


@pytest.fixture
def images(request: pytest.FixtureRequest) -> Path:
    """Where screenshots of a run are put when SCREENSHOTS names a folder."""
    return Path(os.environ.get("SCREENSHOTS", str(request.config.rootpath / "test-results")))
