"""Scenario 65: shortcuts are listed, changed and turned off."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.product import PASSWORD, Product
from tests.e2e.test_quality import violations

pytestmark = pytest.mark.e2e


def test_a_question_mark_lists_the_shortcuts_but_not_while_writing(signed_in: Page) -> None:
    page = signed_in
    box = page.get_by_label("Message", exact=True)
    box.press("?")
    expect(box).to_have_value("?")
    page.keyboard.press("Control+Shift+Slash")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Ctrl+Shift+O")
    assert violations(page) == []
    page.keyboard.press("Control+Shift+o")  # a dialog has the keys for itself
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(dialog).to_be_visible()


def test_a_shortcut_gets_other_keys_on_every_device(
    signed_in: Page,
    browser: Browser,
    product: Product,
    email: str,
) -> None:
    page = signed_in
    page.goto("/settings/shortcuts")
    row = page.locator('[data-shortcut="palette"]')
    row.get_by_role("button", name="Change").click()
    expect(row).to_contain_text("Press the keys")
    page.keyboard.press("Control+Shift+o")
    expect(row.get_by_role("alert")).to_contain_text("belongs to “New chat”")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(row.locator("kbd")).to_have_text("Ctrl+K")
    row.get_by_role("button", name="Change").click()
    expect(row).to_contain_text("Press the keys")
    page.keyboard.press("Control+j")
    expect(row.locator("kbd")).to_have_text("Ctrl+J")
    page.keyboard.press("Control+j")
    expect(page.locator(".palette-input")).to_be_focused()
    page.keyboard.press("Escape")
    other = browser.new_context(base_url=product.url, locale="en-US").new_page()
    other.goto("/login")
    other.locator('input[name="email"]').fill(email)
    other.locator('input[name="password"]').fill(PASSWORD)
    other.keyboard.press("Enter")
    other.wait_for_url("**/c/new")
    link = other.get_by_role("link", name="Search")
    expect(link).to_have_attribute("aria-keyshortcuts", "Control+J Meta+J")
    other.keyboard.press("Control+j")
    expect(other.locator(".palette-input")).to_be_focused()
    other.context.close()


def test_keys_are_taken_from_another_shortcut_and_given_back(signed_in: Page) -> None:
    page = signed_in
    page.goto("/settings/shortcuts")
    row = page.locator('[data-shortcut="pin"]')
    row.get_by_role("button", name="Change").click()
    expect(row).to_contain_text("Press the keys")
    page.keyboard.press("Control+k")
    row.get_by_role("button", name="Use them here").click()
    expect(row.locator("kbd")).to_have_text("Ctrl+K")
    expect(page.locator('[data-shortcut="palette"]')).to_contain_text("None")
    page.get_by_role("button", name="Reset all shortcuts").click()
    expect(page.locator('[data-shortcut="palette"] kbd')).to_have_text("Ctrl+K")
    expect(row.locator("kbd")).to_have_text("Ctrl+Shift+P")


def test_the_switch_turns_all_shortcuts_off(signed_in: Page) -> None:
    page = signed_in
    page.goto("/settings/shortcuts")
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    page.goto("/c/new")
    expect(page.locator("[data-new-chat]").first).not_to_have_attribute(
        "aria-keyshortcuts",
        re.compile("."),
    )
    page.locator("h1").click()
    page.keyboard.press("Control+k")
    page.keyboard.press("?")
    page.keyboard.press("Control+Shift+,")
    page.keyboard.press("Control+Shift+s")
    page.wait_for_load_state("networkidle")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("data-sidebar", "open")
    expect(page).to_have_url(re.compile("/c/new$"))


class TestWithoutJavaScript:
    @pytest.fixture
    def context_arguments(self) -> dict[str, object]:
        return {"java_script_enabled": False}

    def test_the_list_and_the_switch_work(self, page: Page) -> None:
        page.goto("/signup")
        page.locator('input[name="name"]').fill("Ada Example")
        page.locator('input[name="email"]').fill("keys-plain@example.org")
        page.locator('input[name="password"]').fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/c/new")
        page.goto("/settings/shortcuts")
        expect(page.locator('[data-shortcut="palette"] kbd')).to_have_text("Ctrl+K")
        expect(page.get_by_role("button", name="Change")).to_have_count(0)
        page.get_by_role("switch").click()
        expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
