"""A real server, a scripted provider and Chromium."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect

from accounts.access import overrides
from tests.e2e.product import PASSWORD, Product
from tests.fakes.provider import FakeProvider

YAML = """
version: "1.3.17"
interface:
  remoteAgents:
    use: true
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
HEARD_SECONDS = overrides.STAMP_SECONDS
PATIENCE = 30_000  # milliseconds: a limit for what never comes, generous on a busy machine
STEP = 50  # milliseconds between two looks
# The first draws without a window: a page costs it a third of the processor time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
expect.set_options(timeout=PATIENCE)
_numbers = count(1)


def chromium_path() -> str:
    """Return the system's Chromium; without one the tests skip, or fail under REQUIRE=all."""
    for name in BROWSERS:
        found = shutil.which(name)
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
    server.open_desk()
    server.start()
    # The very first becomes an administrator: nobody of a test, whichever test comes first.
    server.session_of("first@example.org")
    yield server
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
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def email(request: pytest.FixtureRequest) -> str:
    """An address nobody else uses."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:45]
    return f"{name}-{next(_numbers)}@example.org"


@pytest.fixture
def signed_in(page: Page, product: Product, email: str) -> Page:
    """A page of somebody who has just signed up, on the landing."""
    enter(page, product, email)
    return page


def enter(page: Page, product: Product, email: str, *, role: str = "") -> None:
    """Be somebody, who is new unless they are there, and open the landing; no form is drawn.

    ``role``: given before anything is asked of the server, so that none of it is remembered.
    """
    if page.url != "about:blank":
        page.goto("about:blank")  # an open chat would hear that its session has ended
    key = product.session_of(email, role=role)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": product.url}])
    page.goto("/c/new")


def sign_up(page: Page, email: str) -> None:
    """Make an account with the browser's cookies and open the landing; no form is drawn."""
    page.request.get("/signup")
    form: dict[str, str | float | bool] = {
        "name": "Ada Example",
        "email": email,
        "password": PASSWORD,
    }
    for cookie in page.context.cookies():
        if cookie["name"] == "csrftoken":
            form["csrfmiddlewaretoken"] = cookie["value"]
    made = page.request.post("/signup", form=form, max_redirects=0)
    assert made.headers.get("location") == "/c/new", made.text()
    page.goto("/c/new")


def sign_in(page: Page, email: str) -> None:
    """Sign in through the form, whoever was signed in before."""
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto("/login")
    page.locator('input[name="email"]').fill(email)
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/new")


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Let the browser go on until something is so; fail when that takes too long."""
    for _step in range(PATIENCE // STEP):
        if is_so():
            return
        page.wait_for_timeout(STEP)
    raise AssertionError("It did not happen.")


def open_listening(page: Page, address: str) -> None:
    """Open a page and wait until it is told what changes elsewhere."""
    heard: list[str | bytes] = []

    def hear(frame: str | bytes) -> None:
        heard.append(frame)

    def opened(socket: WebSocket) -> None:
        socket.on("framereceived", hear)

    page.on("websocket", opened)
    page.goto(address)
    until(page, lambda: len(heard) > 0)
    page.remove_listener("websocket", opened)


def counted_later(page: Page) -> None:
    """Wait until the server counts settings that another process wrote."""
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
    """Where screenshots of a run are put, unless SCREENSHOTS names another folder."""
    # Not test-results: the plugin of Playwright empties that whenever a worker starts.
    usual = request.config.rootpath / ".test-data" / "screenshots"
    folder = Path(os.environ.get("SCREENSHOTS", str(usual)))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
