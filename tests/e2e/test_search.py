"""Scenarios 42 and 43: finding a message again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import send, wait_until_done
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e


def ask(page: Page, upstream: FakeProvider, question: str, answer: str) -> None:
    upstream.script("echo", says(answer))
    send(page, question, model="echo")
    wait_until_done(page)


def test_a_search_opens_the_chat_at_the_message(signed_in: Page, upstream: FakeProvider) -> None:
    page = signed_in
    ask(page, upstream, "What stands at the coast?", "A tall lighthouse, built in 1850.")
    for number in range(3):
        ask(page, upstream, f"And then {number}?", "More words.\n\n" * 30)
    page.goto("/search")
    page.get_by_label("Search chats").fill("lightho")
    page.keyboard.press("Enter")
    hit = page.locator(".search-hit")
    expect(hit).to_have_count(1)
    expect(hit.locator("mark")).to_have_text("lighthouse")
    hit.click()
    article = page.locator("article", has_text="A tall lighthouse")
    expect(article).to_be_in_viewport()
    expect(article).to_be_focused()


def test_the_address_of_the_results_repeats_the_search(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    ask(page, upstream, "A lighthouse?", "Yes, a lighthouse.")
    page.goto("/search?q=lighthouse")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Written by").select_option(label="Me")
    page.get_by_label("Project").select_option(label="None")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page).to_have_url(re.compile(r"q=lighthouse&project=unassigned&.*role=user"))
    expect(page.locator(".search-hits")).to_contain_text("A lighthouse?")
    address = page.url
    page.goto("/c/new")
    page.goto(address)
    expect(page.get_by_label("Written by")).to_have_value("user")
    expect(page.get_by_label("Project")).to_have_value("unassigned")
    expect(page.locator(".search-hits")).to_contain_text("A lighthouse?")
    page.get_by_label("With files").check()
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.get_by_role("link", name="Search without filters").click()
    expect(page.locator(".search-hits")).to_contain_text("Yes, a lighthouse.")


class TestWithoutJavaScript:
    @pytest.fixture
    def context_arguments(self) -> dict[str, object]:
        return {"java_script_enabled": False}

    def test_the_page_works(self, page: Page) -> None:
        page.goto("/signup")
        page.locator('input[name="name"]').fill("Ada Example")
        page.locator('input[name="email"]').fill("search-plain@example.org")
        page.locator('input[name="password"]').fill("correct horse battery")
        page.keyboard.press("Enter")
        page.wait_for_url("**/c/new")
        page.goto("/search")
        page.get_by_label("Search chats").fill("nothing here")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nothing matches.")).to_be_visible()
