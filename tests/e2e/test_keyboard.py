"""Scenarios 31, 42, 44 and 65: the palette, shortcuts, and messages by keyboard."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import last_reply, send, until, wait_until_done
from tests.e2e.test_quality import violations
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e


def ask(page: Page, upstream: FakeProvider, question: str, answer: str) -> None:
    upstream.script("echo", says(answer))
    send(page, question, model="echo")
    wait_until_done(page)


def chosen(page: Page) -> str:
    """Return what the palette would open."""
    return page.locator('.palette [aria-selected="true"]').inner_text()


def test_messages_are_reached_and_used_with_the_keyboard_alone(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    ask(page, upstream, "First question", "First answer.")
    ask(page, upstream, "Second question", "Second answer.")
    page.locator("lc-thread").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("article").nth(3)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("k")
    expect(page.locator("article").nth(1)).to_be_focused()
    expect(page.locator("article").nth(1)).to_have_attribute("aria-posinset", "2")
    assert page.locator("article").nth(1).evaluate("item => item.matches(':focus-visible')")
    page.keyboard.press("Home")
    expect(page.locator("article").nth(0)).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator("article").nth(3)).to_be_focused()
    seen = []
    page.keyboard.press("Enter")
    for _step in range(3):
        seen.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
        page.keyboard.press("ArrowRight")
    assert seen == ["Copy", "Edit", "Good reply"]
    page.keyboard.press("Escape")
    expect(page.locator("article").nth(3)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("article").nth(3).locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()


def test_versions_are_switched_and_the_last_message_edited_by_keys(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    ask(page, upstream, "Which one?", "The first.")
    upstream.script("echo", says("The second."))
    page.keyboard.press("Control+Shift+E")
    expect(last_reply(page)).to_contain_text("The second.")
    wait_until_done(page)
    page.locator("lc-thread").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Alt+ArrowLeft")
    expect(last_reply(page)).to_contain_text("The first.")
    expect(last_reply(page)).to_be_focused()
    expect(page.locator("[data-live]")).to_have_text("Version 1 / 2")
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Alt+ArrowRight")
    expect(last_reply(page)).to_contain_text("The second.")
    page.get_by_label("Message", exact=True).focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(last_reply(page)).to_contain_text("The first.")
    page.get_by_label("Message", exact=True).focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_label("Edit message")).to_be_focused()
    expect(page.get_by_label("Edit message")).to_have_value("Which one?")


def test_escape_stops_the_answer_from_the_message_box_but_closes_a_menu_first(
    signed_in: Page,
) -> None:
    page = signed_in
    send(page, "Tell me", model="slow")
    expect(last_reply(page).locator("[data-reply-body]")).not_to_be_empty()
    page.locator("[data-picker-open]").click()
    page.keyboard.press("Escape")
    expect(page.locator("[data-picker]")).to_be_hidden()
    expect(last_reply(page)).to_have_attribute("data-state", "running")
    page.get_by_label("Message", exact=True).press("Escape")
    wait_until_done(page, "stopped")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_palette_opens_a_message(
    signed_in: Page,
    upstream: FakeProvider,
    theme: str,
) -> None:
    page = signed_in
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    ask(page, upstream, "What stands at the coast?", "A tall lighthouse, built in 1850.")
    for number in range(3):
        ask(page, upstream, f"And then {number}?", "More words.\n\n" * 30)
    page.goto("/settings/appearance")
    before = page.get_by_label("Search the settings")
    before.focus()
    page.keyboard.press("Control+k")
    box = page.locator(".palette-input")
    expect(box).to_be_focused()
    expect(page.locator(".palette [role=option]").first).to_contain_text("You said")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(before).to_be_focused()
    page.keyboard.press("Control+k")
    box.fill("lightho")
    hit = page.locator(".palette [role=option]").first
    expect(hit.locator("mark")).to_have_text("lighthouse")
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    assert chosen(page) == "All results and filters"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    article = page.locator("article", has_text="A tall lighthouse")
    expect(article).to_be_in_viewport()
    expect(article).to_be_focused()
    page.keyboard.press("Control+k")
    box.fill("zebra crossing")
    expect(page.locator("[data-palette-note]")).to_have_text("Nothing matches.")
    page.keyboard.press("Control+k")
    expect(box).to_be_hidden()


def test_an_answer_that_comes_late_does_not_replace_the_newer_one(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    ask(page, upstream, "A lighthouse?", "Yes, a lighthouse.")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/_/palette?q=zebra", hold)
    page.get_by_role("link", name="Search").click()
    box = page.locator(".palette-input")
    with page.expect_request("**/_/palette?q=zebra"):
        box.fill("zebra")
    box.fill("lighthouse")
    hit = page.locator(".palette mark").first
    expect(hit).to_have_text("lighthouse")
    held[0].continue_()
    page.wait_for_load_state("networkidle")
    expect(hit).to_have_text("lighthouse")


@pytest.mark.parametrize("typed", [">sign out", "A lighthouse"])
def test_enter_before_the_list_is_there_chooses_from_what_was_typed(
    signed_in: Page,
    upstream: FakeProvider,
    typed: str,
) -> None:
    page = signed_in
    ask(page, upstream, "A lighthouse?", "Yes, a lighthouse.")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/_/commands", hold)
    page.route("**/_/palette?q=A*", hold)
    page.keyboard.press("Control+k")
    expect(page.locator(".palette [role=option]")).to_have_count(1)
    page.keyboard.type(typed)
    until(page, lambda: len(held) > 0)
    page.keyboard.press("Enter")
    address = page.url
    assert page.locator(".palette").is_visible()
    for route in held:
        route.continue_()
    if typed.startswith(">"):
        page.wait_for_url("**/login**")
    else:
        page.wait_for_url("**#**")
        assert page.url.startswith(address)


def test_commands_run_without_the_mouse(signed_in: Page, upstream: FakeProvider) -> None:
    page = signed_in
    page.keyboard.press("Control+k")
    page.keyboard.type(">switch dark")
    expect(page.locator(".palette [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator(".palette")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type(">new pro")
    expect(page.locator('.palette [aria-selected="true"]')).to_have_text("New project")
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/projects/new")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/c/new")
    ask(page, upstream, "Something to keep", "Kept.")
    page.keyboard.press("Control+k")
    page.keyboard.type(">rename")
    expect(page.locator(".palette [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_label("New title")).to_be_focused()
    page.keyboard.type("Another name")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Another name"))
    page.keyboard.press("Control+k")
    page.keyboard.type(">sign out")
    expect(page.locator(".palette [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/login**")


def test_shortcuts_act_on_the_open_chat(signed_in: Page, upstream: FakeProvider) -> None:
    page = signed_in
    ask(page, upstream, "To be archived", "Fine.")
    page.get_by_label("Message", exact=True).fill("half a thought")
    page.keyboard.press("Control+Shift+Backspace")  # deletes words here, never the chat
    assert "/c/new" not in page.url
    page.get_by_label("Message", exact=True).fill("")
    path = page.evaluate("location.pathname")
    page.keyboard.press("Control+Shift+l")
    page.wait_for_url("**/c/new")
    page.goto("/archive")
    expect(page.locator(f'main a[href="{path}"]')).to_be_visible()
    page.keyboard.press("Control+Shift+,")
    page.wait_for_url("**/settings/appearance")
