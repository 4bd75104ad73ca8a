"""Scenarios 37 and 56: prompts behind the slash; and one that is shared with a group."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import (
    choose_model,
    enter,
    last_reply,
    wait_until_done,
)
from tests.e2e.product import Product
from tests.e2e.test_quality import violations

pytestmark = pytest.mark.e2e

SHARER, MEMBER = "prompt-sharer@example.org", "prompt-member@example.org"
PEOPLE = f"""
from accounts.access.permissions import permission_defaults
from accounts.models import Group, GroupMember, Role, User
from accounts.services.people import role_change
permissions = permission_defaults("USER")
permissions["PROMPTS"]["SHARE"] = True
permissions["PEOPLE_PICKER"]["VIEW_GROUPS"] = True
Role.objects.create(name="prompt-sharers", permissions=permissions)
role_change(user=User.objects.get(email="{SHARER}"), role="prompt-sharers")
team = Group.objects.create(name="Letter writers")
GroupMember.objects.create(group=team, user=User.objects.get(email="{MEMBER}"))
"""


def make_prompt(page: Page, name: str, text: str, command: str = "") -> str:
    """Write a prompt by hand and return its address."""
    page.goto("/library/new")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Text").fill(text)
    page.get_by_label("Command").fill(command)
    page.get_by_role("button", name="Save prompt").click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    return page.url


def test_a_prompt_with_three_fields_is_filled_in_behind_the_slash(
    signed_in: Page,
    images: Path,
) -> None:
    page = signed_in
    make_prompt(page, "Plain words", "Explain it in plain words.")
    text = "Write to {{name}} about {{topic}} in a {{tone:kind|firm}} tone. {{name}}!"
    make_prompt(page, "Letter to somebody", text, "letter")
    assert violations(page) == []
    page.goto("/c/new")
    message = page.get_by_label("Message", exact=True)
    message.press_sequentially("/")
    options = page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.nth(0)).to_contain_text("/letter")
    assert violations(page) == []
    message.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    message.press("Escape")
    expect(options).to_have_count(0)
    expect(message).to_have_value("/")
    message.fill("")
    message.press_sequentially("/plain")
    expect(options).to_have_count(1)
    message.press("Enter")
    expect(message).to_have_value("Explain it in plain words.")
    expect(page.locator("article")).to_have_count(0)

    message.fill("")
    message.press_sequentially("/let")
    message.press("Enter")
    dialog = page.get_by_role("dialog", name="Letter to somebody")
    dialog.get_by_label("name").fill("Ada")
    dialog.get_by_label("topic").fill("primes")
    dialog.get_by_label("tone").select_option("firm")
    preview = dialog.locator("[data-preview]")
    expect(preview).to_have_text("Write to Ada about primes in a firm tone. Ada!")
    assert violations(page) == []
    page.screenshot(path=images / "prompt-form.png")
    dialog.get_by_role("button", name="Use prompt").click()
    expect(message).to_have_value("Write to Ada about primes in a firm tone. Ada!")
    expect(message).to_be_focused()
    expect(page.locator("article")).to_have_count(0)


def test_a_filled_prompt_is_sent_at_once_where_that_was_chosen(signed_in: Page) -> None:
    page = signed_in
    make_prompt(page, "Short question", "What is {{thing}}?", "what")
    page.goto("/c/new")
    choose_model(page, "echo")
    message = page.get_by_label("Message", exact=True)
    message.press_sequentially("/what")
    expect(page.get_by_role("option")).to_have_count(1)
    message.press("Tab")
    dialog = page.get_by_role("dialog", name="Short question")
    dialog.get_by_role("button", name="Cancel").click()
    expect(message).to_have_value("/what")
    message.fill("")
    message.press_sequentially("/wh")
    page.get_by_role("option").click()
    dialog.get_by_label("thing").fill("a prime")
    dialog.get_by_label("Send at once").check()
    dialog.get_by_role("button", name="Use prompt").click()
    question = page.locator('article[data-role="user"]')
    expect(question).to_contain_text("What is a prime?")
    wait_until_done(page)
    expect(message).to_have_value("")
    message.press_sequentially("/what")
    expect(page.get_by_role("option")).to_have_count(1)
    message.press("Enter")
    expect(dialog.get_by_label("Send at once")).to_be_checked()


def test_text_that_only_begins_with_a_slash_is_sent_as_it_is(signed_in: Page) -> None:
    page = signed_in
    make_prompt(page, "Letter", "Write a letter.", "letter")
    page.goto("/c/new")
    choose_model(page, "echo")
    message = page.get_by_label("Message", exact=True)
    message.press_sequentially("/etc/hosts is what?")
    expect(page.get_by_role("option")).to_have_count(0)
    message.press("Enter")
    expect(page.locator('article[data-role="user"]')).to_contain_text("/etc/hosts is what?")
    wait_until_done(page)
    expect(last_reply(page)).to_be_visible()


def test_the_version_in_production_is_what_the_slash_inserts(signed_in: Page) -> None:
    page = signed_in
    address = make_prompt(page, "Greeting", "First version.", "greet")

    def inserted() -> str:
        page.goto("/c/new")
        message = page.get_by_label("Message", exact=True)
        message.press_sequentially("/greet")
        expect(page.get_by_role("option")).to_have_count(1)
        message.press("Enter")
        expect(message).not_to_have_value("/greet")
        text = message.input_value()
        message.fill("")
        return text

    assert inserted() == "First version."
    page.goto(address)
    page.get_by_label("Text").fill("Second version.")
    page.get_by_role("button", name="Save and make production").click()
    expect(page.get_by_text("Saved, and in production")).to_be_visible()
    assert inserted() == "Second version."
    page.goto(address)
    page.get_by_role("button", name="Make production", exact=True).click()
    expect(page.get_by_text("This version is in production")).to_be_visible()
    assert inserted() == "First version."
    page.goto(address)
    page.get_by_role("button", name="Delete version").first.click()
    expect(page.locator("[data-version]")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-version]")).to_have_count(2)


def test_members_of_a_group_use_a_shared_prompt_and_cannot_change_it(
    browser: Browser,
    product: Product,
    images: Path,
) -> None:
    for email in (SHARER, MEMBER):
        product.session_of(email)
    made = product.manage("shell", "-c", PEOPLE)
    assert made.returncode == 0, made.stderr
    pages = {}
    for email in (SHARER, MEMBER):
        context = browser.new_context(base_url=product.url, locale="en-US")
        pages[email] = context.new_page()
        enter(pages[email], product, email)
    sharer, member = pages[SHARER], pages[MEMBER]
    address = make_prompt(sharer, "Team letter", "Write for the team.", "team")
    sharer.get_by_role("link", name="Share").click()
    sharer.get_by_label("Name or address").fill("letter")
    sharer.get_by_role("button", name="Search").click()
    sharer.get_by_role("button", name="Add").click()
    given = sharer.locator("[data-receiver^='group:']")
    expect(given).to_contain_text("Letter writers")
    assert violations(sharer) == []
    sharer.screenshot(path=images / "prompt-share.png")

    message = member.get_by_label("Message", exact=True)
    message.press_sequentially("/team")
    expect(member.get_by_role("option")).to_have_count(1)
    message.press("Enter")
    expect(message).to_have_value("Write for the team.")
    member.goto(address)
    expect(member.get_by_role("heading", name="Team letter", exact=True)).to_be_visible()
    expect(member.get_by_role("button", name="Save version")).to_have_count(0)
    expect(member.get_by_role("button", name="Delete prompt")).to_have_count(0)
    token = next(
        cookie["value"] for cookie in member.context.cookies() if cookie["name"] == "csrftoken"
    )
    group_id = address.rpartition("/")[2]
    refused = member.context.request.patch(
        f"/api/prompts/groups/{group_id}",
        data=json.dumps({"name": "Mine"}),
        headers={"Content-Type": "application/json", "X-CSRFToken": token, "Referer": address},
    )
    assert refused.status == 403
    for page in pages.values():
        page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_library_is_readable_in_both_themes_and_on_a_phone(
    browser: Browser,
    product: Product,
    images: Path,
    theme: str,
    width: int,
) -> None:
    context = browser.new_context(
        base_url=product.url,
        color_scheme="dark" if theme == "dark" else "light",
        locale="en-US",
        viewport={"width": width, "height": 800},
    )
    page = context.new_page()
    enter(page, product, f"library-{theme}-{width}@example.org")
    address = make_prompt(page, "Letter", "Dear {{name}},", "letter")
    found: dict[str, list[str]] = {}
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for name, path in {"list": "/library", "new": "/library/new", "prompt": address}.items():
        page.goto(path)
        found[name] = violations(page)
        page.screenshot(path=images / f"library-{name}-{theme}-{width}.png")
        assert page.evaluate(overflow) <= 0
    context.close()
    assert found == {"list": [], "new": [], "prompt": []}


@pytest.mark.parametrize("context_arguments", [{"java_script_enabled": False}])
def test_the_library_works_without_javascript(signed_in: Page) -> None:
    page = signed_in
    address = make_prompt(page, "Letter", "First version.")
    page.get_by_label("Text").fill("Second version.")
    page.get_by_role("button", name="Save and make production").click()
    expect(page.locator("[data-version]")).to_have_count(2)
    page.get_by_role("button", name="Delete prompt").click()
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(address)
    page.get_by_role("link", name="Use in a new chat").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Second version.")
