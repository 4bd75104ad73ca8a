"""Scenarios 62, 64 and 69: settings, themes, accessibility."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.conftest import send, sign_up, wait_until_done
from tests.fakes.product import ROOT, Product

pytestmark = pytest.mark.e2e
AXE = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"
PHONE: ViewportSize = {"width": 390, "height": 844}

SETTLED = """Promise.allSettled(
    document.getAnimations().filter((at) => at instanceof CSSTransition).map((at) => at.finished)
).then(() => null)"""


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with a page (WCAG 2.2 AA and best practice)."""
    page.wait_for_load_state()  # half a page has no end
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # Colours that are still on their way are none that anybody is meant to read.
    page.evaluate(SETTLED)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{item['id']}: {node['html'][:160]}"
        for item in found["violations"]
        for node in item["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(browser: Browser, product: Product, theme: str) -> None:
    context = browser.new_context(
        base_url=product.url,
        color_scheme="dark" if theme == "dark" else "light",
        locale="en-US",
    )
    page = context.new_page()
    found: dict[str, list[str]] = {}
    for path in ("/login", "/signup"):
        page.goto(path)
        found[path] = violations(page)
    sign_up(page, f"axe-{theme}@example.org")
    found["/c/new"] = violations(page)
    send(page, "Show everything", model="markdown")
    wait_until_done(page)
    found["/c/<id>"] = violations(page)
    pages = (
        "/settings/appearance",
        "/settings/chat",
        "/settings/account",
        "/settings/security",
        "/settings/shortcuts",
        "/settings/data/move-in",
        "/library",
    )
    searches = ("/search", "/search?q=everything&role=user", "/search?q=nothing")
    chat = page.url.partition("?")[0]
    lists = ["archive", "archive/all", "bin", "bin/empty", "projects", "projects/new"]
    lists += ["bookmarks", "presets", "filter"]
    acts = ("options", "move", "bookmarks", "stats", "preset", "branches", "export", "share")
    organising = (*(f"/{name}" for name in lists), *(f"{chat}/{act}" for act in acts))
    for path in (*pages, *searches, *organising):
        page.goto(path)
        found[path] = violations(page)
    context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_a_setting_applies_at_once_and_survives_a_reload_and_another_device(
    signed_in: Page,
    browser: Browser,
    product: Product,
    email: str,
) -> None:
    page = signed_in
    page.goto("/settings/appearance")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Dark").check(force=True)
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/c/new")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    other = browser.new_context(base_url=product.url).new_page()
    other.goto("/login")
    other.locator('input[name="email"]').fill(email)
    other.locator('input[name="password"]').fill("correct horse battery")
    other.keyboard.press("Enter")
    other.wait_for_url("**/c/new")
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    other.context.close()


def test_the_system_theme_shows_no_flash(browser: Browser, product: Product) -> None:
    context = browser.new_context(base_url=product.url, color_scheme="dark")
    page = context.new_page()
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
          window.first = getComputedStyle(document.body).backgroundColor;
        });""",
    )
    page.goto("/login")
    page.wait_for_load_state("load")
    now = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page.evaluate("window.first") == now != "rgb(252, 252, 250)"
    context.close()


@pytest.mark.parametrize("name", ["light", "dark", "phone"])
def test_screenshots_for_the_documents(
    browser: Browser,
    product: Product,
    images: Path,
    name: str,
) -> None:
    arguments: dict[str, Any] = {"viewport": PHONE if name == "phone" else None}
    if name != "phone":
        arguments["viewport"] = {"width": 1440, "height": 900}
    context = browser.new_context(
        base_url=product.url,
        color_scheme="dark" if name == "dark" else "light",
        locale="en-US",
        **arguments,
    )
    page = context.new_page()
    images.mkdir(parents=True, exist_ok=True)
    page.goto("/login")
    page.screenshot(path=images / f"login-{name}.png")
    sign_up(page, f"screens-{name}@example.org")
    page.screenshot(path=images / f"landing-{name}.png")
    send(page, "Show what you can do", model="markdown")
    wait_until_done(page)
    page.screenshot(path=images / f"chat-{name}.png")
    send(page, "And now slowly", model="slow")
    expect(page.locator("article").last.locator("[data-reply-body]")).not_to_be_empty()
    page.screenshot(path=images / f"streaming-{name}.png")
    wait_until_done(page)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0
    context.close()
