"""The settings in the admin: a value is changed after a look, found in the history, undone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import enter
from tests.e2e.product import Product

pytestmark = pytest.mark.e2e

EMAIL = "settings-admin@example.org"
PHONE = 390
LOOKS: list[tuple[str, Literal["light", "dark"], int]] = [
    ("light", "light", 1440),
    ("dark", "dark", 1440),
    ("phone", "light", PHONE),
]


@pytest.fixture(scope="module")
def desk(browser: Browser, product: Product) -> Iterator[Page]:
    """A page of an administrator."""
    context = browser.new_context(
        base_url=product.url,
        locale="en-US",
        viewport={"width": 1440, "height": 1000},
    )
    page = context.new_page()
    enter(page, product, EMAIL, role="ADMIN")
    yield page
    context.close()


def look(page: Page, images: Path, name: str) -> None:
    """Keep pictures in light, dark and on a phone; nothing may stick out at its side."""
    before = page.viewport_size
    assert before is not None
    for kind, scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("scheme => document.documentElement.classList.toggle('dark', scheme)",
                      scheme == "dark")  # fmt: skip
        page.screenshot(path=images / f"settings-{name}-{kind}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, kind)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before)
    page.evaluate("document.documentElement.classList.remove('dark')")


def test_a_setting_is_changed_seen_in_the_history_and_undone(desk: Page, images: Path) -> None:
    page = desk
    page.goto("/admin/")
    page.locator('a[href="/admin/settings/"]').first.click()
    page.wait_for_url("**/admin/settings/")
    look(page, images, "index")
    page.get_by_label("Search names and descriptions").fill("greeting")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Custom welcome").click()
    page.get_by_label("Custom welcome").fill("Ahoy, sailor")
    page.get_by_label("Multi convo").select_option("false")
    look(page, images, "section")
    page.get_by_role("button", name="Look at the change").click()
    before_and_after = page.get_by_role("region", name="Before and after")
    expect(before_and_after).to_contain_text("interface.customWelcome")
    expect(before_and_after).to_contain_text("Ahoy, sailor")
    look(page, images, "confirm")
    page.get_by_label("Why (for the history)").fill("Sailors")
    page.get_by_role("button", name="Change the settings").click()
    expect(page.get_by_text("The settings of everybody are changed.")).to_be_visible()
    expect(page.get_by_label("Custom welcome")).to_have_value("Ahoy, sailor")

    page.goto("/admin/accounts/overriderevision/")
    look(page, images, "history")
    page.locator("#result_list tr", has_text="Sailors").get_by_role("link").first.click()
    page.wait_for_url("**/overriderevision/*/change/")
    expect(page.get_by_text("Ahoy, sailor").first).to_be_visible()
    look(page, images, "revision")
    page.get_by_role("link", name="Undo this change").click()
    page.get_by_role("button", name="Bring them back").click()
    expect(page.get_by_text("The settings are brought back.")).to_be_visible()
    page.goto("/admin/settings/section/interface/")
    expect(page.get_by_label("Custom welcome")).to_have_value("")


def test_a_mistake_in_yaml_has_its_line(desk: Page, images: Path) -> None:
    page = desk
    page.goto("/admin/settings/yaml/")
    page.get_by_label("YAML").fill("interface:\n  presets: often\n")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 2: interface.presets")
    look(page, images, "yaml")


def test_terms_are_published_and_the_mail_page_opens(desk: Page, images: Path) -> None:
    page = desk
    page.goto("/admin/accounts/termsversion/add/")
    page.locator('textarea[name="text"]').fill("# House rules\n\nBe **kind**.")
    page.get_by_label("Everybody must accept it").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Publish…").first.click()
    expect(page.get_by_role("heading", name="House rules")).to_be_visible()
    look(page, images, "terms")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()
    look(page, images, "terms-list")
    page.goto("/terms")
    expect(page.get_by_text("Version 1 of")).to_be_visible()
    page.goto("/admin/mail-test/")
    expect(page.get_by_text("How mail is set up")).to_be_visible()
    look(page, images, "mail")
