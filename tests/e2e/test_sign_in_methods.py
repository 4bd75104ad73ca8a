"""Signing in elsewhere, in a browser, at a real provider."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import PATIENCE
from tests.e2e.product import Product
from tests.fakes.identity.company import Company

pytestmark = pytest.mark.e2e

ADA = {"email": "ada@example.org", "email_verified": True, "name": "Ada Lovelace"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, Company]]:
    folder = tmp_path_factory.mktemp("sign-in")
    product = Product(folder, LOGIN_MAX="10000", OPENID_BUTTON_LABEL="Sign in at Acme")
    company = Company(folder, f"{product.url}/oauth/openid/callback").start()
    product.environment |= {
        **company.openid_variables,
        "OPENID_USE_END_SESSION_ENDPOINT": "true",
    }
    yield product.start(), company
    product.stop()
    company.stop()


@pytest.fixture
def visitor(
    browser: Browser,
    place: tuple[Product, Company],
    request: pytest.FixtureRequest,
) -> Iterator[Page]:
    scripts = getattr(request, "param", True)
    context: BrowserContext = browser.new_context(
        base_url=place[0].url,
        java_script_enabled=scripts,
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("visitor", [True, False], indirect=True, ids=["scripts", "no-scripts"])
def test_somebody_signs_in_through_the_button_and_out_again(
    visitor: Page,
    place: tuple[Product, Company],
    images: Path,
    request: pytest.FixtureRequest,
) -> None:
    product, company = place
    company.control(sub="person-1", claims=ADA)
    visitor.goto("/login")
    visitor.screenshot(path=images / f"login-{request.node.callspec.id}.png")
    visitor.get_by_role("link", name="Sign in at Acme").click()
    visitor.wait_for_url(f"{product.url}/c/new")
    cookies = {cookie["name"] for cookie in visitor.context.cookies()}
    assert {"sessionid", "refreshToken", "token_provider"} <= cookies
    visitor.goto("/settings/security")
    expect(visitor.get_by_text("This device").or_(visitor.locator("main")).first).to_be_visible()


def test_somebody_who_says_no_there_reads_so_on_the_page(
    visitor: Page,
    place: tuple[Product, Company],
    images: Path,
) -> None:
    place[1].control(sub="person-1", refuses=True)
    visitor.goto("/login")
    visitor.get_by_role("link", name="Sign in at Acme").click()
    visitor.wait_for_url("**/login?redirect=false&error=sign_in_cancelled")
    expect(visitor.get_by_role("alert")).to_contain_text("You broke off the sign-in")
    visitor.set_viewport_size({"width": 390, "height": 844})
    visitor.emulate_media(color_scheme="dark", reduced_motion="reduce")
    visitor.reload()
    visitor.screenshot(path=images / "login-refused-phone-dark.png")


def test_signing_out_goes_by_the_provider(visitor: Page, place: tuple[Product, Company]) -> None:
    company = place[1]
    company.control(sub="person-1", claims=ADA)
    visitor.goto("/login")
    visitor.get_by_role("link", name="Sign in at Acme").click()
    visitor.wait_for_url("**/c/new")
    visitor.evaluate(
        """() => {
          const form = document.createElement("form");
          form.method = "post";
          form.action = "/logout";
          const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
          const field = document.createElement("input");
          field.name = "csrfmiddlewaretoken";
          field.value = token;
          form.append(field);
          document.body.append(form);
          form.submit();
        }""",
    )
    visitor.wait_for_url(f"{company.url}/session/end**")
    visitor.goto("/c/new")
    visitor.wait_for_url("**/login?**")
