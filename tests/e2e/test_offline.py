"""The product as an app: what a page says without network."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e


def test_a_page_opened_without_network_says_so_and_comes_back(signed_in: Page) -> None:
    page = signed_in
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)
    page.goto("/settings/appearance")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    color = page.evaluate("getComputedStyle(document.querySelector('.button')).borderRadius")
    assert color != "0px", "the page has its styles"
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Appearance", exact=True)).to_be_visible()


def test_the_app_can_be_installed(signed_in: Page) -> None:
    page = signed_in
    address = page.locator('link[rel="manifest"]').get_attribute("href")
    manifest = page.evaluate("(path) => fetch(path).then((answer) => answer.json())", address)
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        kind = page.evaluate(
            "(path) => fetch(path).then((answer) => answer.headers.get('content-type'))",
            icon["src"],
        )
        assert kind.startswith("image/")
