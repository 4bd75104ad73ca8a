"""Usage in the browser: one's own page, a balance corrected, the explorer and its downloads."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import YAML, send, wait_until_done
from tests.e2e.product import PASSWORD, Product
from tests.e2e.test_quality import violations
from tests.fakes.provider import FakeProvider

pytestmark = pytest.mark.e2e

BALANCES = """
balance:
  enabled: true
  startBalance: 5000000
  autoRefillEnabled: true
  refillAmount: 250000
"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, upstream: FakeProvider) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("usage")
    text = YAML.format(url=upstream.url) + BALANCES
    (folder / "librechat.yaml").write_text(text, encoding="utf-8")
    server = Product(folder, ALLOW_REGISTRATION="true", REGISTER_MAX="10000", ENDPOINTS="")
    yield server.start()
    server.stop()


def chat(page: Page) -> None:
    send(page, "Hello", model="echo")
    wait_until_done(page)


@pytest.mark.parametrize(
    "context_arguments",
    [{}, {"color_scheme": "dark"}, PHONE],
    ids=["light", "dark", "phone"],
)
def test_ones_own_usage_is_there_after_a_chat(signed_in: Page) -> None:
    chat(signed_in)
    address = signed_in.url
    signed_in.goto("/settings/usage")
    expect(signed_in.get_by_role("heading", name="Balance")).to_be_visible()
    expect(signed_in.get_by_text("The next refill is 250,000 credits")).to_be_visible()
    expect(signed_in.locator("svg.chart")).to_be_visible()
    expect(signed_in.locator("#receipts")).to_contain_text("echo")
    assert signed_in.evaluate(OVERFLOW) <= 0
    assert violations(signed_in) == []
    signed_in.locator("#receipts").get_by_role("link", name="To the chat").first.click()
    signed_in.wait_for_url(re.compile(re.escape(address)))


@pytest.mark.parametrize("context_arguments", [{"java_script_enabled": False}], ids=["no-script"])
def test_the_page_works_without_scripts(signed_in: Page) -> None:
    signed_in.goto("/settings/usage")
    expect(signed_in.get_by_text("No calls yet.")).to_be_visible()


def test_an_administrator_corrects_a_balance_and_explores(
    signed_in: Page,
    product: Product,
    email: str,
    tmp_path: Path,
) -> None:
    chat(signed_in)
    made = product.manage("set_role", email, "ADMIN")
    assert made.returncode == 0, made.stderr
    signed_in.goto("/login")
    if "/login" in signed_in.url:  # who signed up first is an administrator anyway
        signed_in.locator('input[name="email"]').fill(email)
        signed_in.locator('input[name="password"]').fill(PASSWORD)
        signed_in.keyboard.press("Enter")
        signed_in.wait_for_url("**/c/new")

    signed_in.goto(f"/admin/billing/balance/?q={email}")
    signed_in.locator('input[name="_selected_action"]').check()
    signed_in.locator('select[name="action"]').select_option("set_credits")
    signed_in.locator('button[name="index"], button[type="submit"]:has-text("Run")').first.click()
    signed_in.locator('input[name="amount"]').fill("1234567")
    signed_in.locator('input[name="reason"]').fill("A test")
    signed_in.get_by_role("button", name="Set the balance").click()
    expect(signed_in.get_by_text("Done for 1.")).to_be_visible()
    expect(signed_in.locator(".field-credits")).to_contain_text(re.compile("1.?234.?567"))

    signed_in.goto("/admin/billing/usagehour/")
    signed_in.locator('select[name="by"]').select_option("user")
    signed_in.locator('select[name="then"]').select_option("model")
    signed_in.get_by_role("button", name="Show").click()
    expect(signed_in.locator("td", has_text=email).first).to_be_visible()
    with signed_in.expect_download() as waiting:
        signed_in.get_by_role("link", name="Export as CSV").click()
    path = tmp_path / "usage.csv"
    waiting.value.save_as(path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (email, "echo") in {(row["user"], row["model"]) for row in rows}
