"""What is done while an answer of the server is late: nothing twice, and nothing is taken away."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import last_reply, send
from tests.e2e.slow_server import Held
from tests.e2e.test_hurry import ask, talk
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e


@pytest.fixture
def context_arguments() -> dict[str, Any]:
    return {"service_workers": "block"}  # what goes through one cannot be held


def test_the_last_of_two_ratings_is_shown_whichever_answer_comes_last(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    ask(page, upstream, "Rate this", "An answer.")
    reply = last_reply(page)
    held = Held(page, re.compile(r"/rate$"))
    reply.get_by_role("button", name="Good reply").click()
    reply.get_by_role("button", name="Needs work").click()
    held.wait(2)
    held.let_in()
    expect(reply.get_by_role("button", name="Needs work")).to_have_attribute("aria-pressed", "true")
    expect(reply.get_by_role("button", name="Good reply")).to_have_attribute(
        "aria-pressed", "false"
    )


def test_save_and_rerun_pressed_twice_asks_once(signed_in: Page, upstream: FakeProvider) -> None:
    page = signed_in
    ask(page, upstream, "First question", "First answer.")
    upstream.script("echo", says("Second answer."))
    turn = page.locator('article[data-role="user"]').last
    turn.hover()
    turn.get_by_role("link", name="Edit").click()
    page.get_by_label("Edit message").fill("Better question")
    held = Held(page, re.compile(r"/edit$"))
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    held.wait()
    held.let_in()
    expect(last_reply(page)).to_contain_text("Second answer.")
    assert held.number == 1
    expect(page.locator('article[data-role="user"]').last).to_contain_text("2 / 2")


def test_a_saved_message_does_not_take_the_focus_from_the_next_one(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    ask(page, upstream, "Say something", "Something.")
    last_reply(page).get_by_role("link", name="Edit").click()
    page.get_by_label("Edit message").fill("My own words.")
    held = Held(page, re.compile(r"/edit$"))
    page.get_by_role("button", name="Save", exact=True).click()
    held.wait()
    box = page.get_by_label("Message", exact=True)
    box.press_sequentially("What I wr")
    held.let_in()
    expect(last_reply(page).locator("[data-reply-body]")).to_have_text("My own words.")
    expect(box).to_be_focused()
    page.keyboard.type("ite now")
    expect(box).to_have_value("What I write now")


def test_new_words_for_a_message_that_was_sent_meanwhile_go_to_the_message_box(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    begun = talk(page, upstream)
    send(page, "Second")
    page.get_by_role("link", name="Edit waiting message").click()
    page.get_by_role("textbox", name="Edit waiting message").fill("Second, but better")
    upstream.script("echo", says("The second answer."))
    begun.end()
    expect(last_reply(page)).to_contain_text("The second answer.")
    expect(page.get_by_label("Message", exact=True)).to_have_value("Second, but better")


def test_a_list_that_comes_late_leaves_the_title_that_is_being_written(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    ask(page, upstream, "Keep this", "Kept.")
    row = page.locator("li.row")
    expect(row).to_have_count(1)
    held = Held(page, "**/_/rows*")
    page.evaluate("dispatchEvent(new Event('offline')); dispatchEvent(new Event('online'))")
    held.wait()
    row.hover()
    row.locator("[data-row-menu]").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.keyboard.type("Garden")
    held.let_in()
    page.keyboard.type(" plan")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Garden plan")
    page.reload()
    expect(row).to_contain_text("Garden plan")


def test_archiving_what_is_chosen_twice_does_it_once(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    ask(page, upstream, "Keep this", "Kept.")
    page.goto("/c/new")
    page.get_by_role("button", name="Select chats").click()
    page.get_by_role("button", name="Select all loaded").click()
    held = Held(page, "**/api/convos/bulk")
    archive = page.locator('[data-select="archive"]')
    archive.click()
    archive.click()
    held.wait()
    held.let_in()
    expect(page.get_by_text("Chats archived: 1")).to_be_visible()
    assert held.number == 1


def test_the_branch_map_does_not_take_the_focus_from_somebody_who_writes(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    ask(page, upstream, "Name a prime", "Ninety-seven.")
    held = Held(page, "**/branches")
    page.get_by_role("button", name="Branch map").click()
    held.wait()
    box = page.get_by_label("Message", exact=True)
    box.press_sequentially("And wh")
    held.let_in()
    expect(page.locator(".branch-link")).to_have_count(1)
    page.keyboard.type("y?")
    expect(box).to_have_value("And why?")
