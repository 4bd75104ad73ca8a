"""The branch map beside the chat: what it shows, where it leads, how it follows the tree."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import enter, last_reply, send, speak_arabic, wait_until_done
from tests.e2e.product import Product
from tests.e2e.test_quality import PHONE, violations
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e
# A chat of 10,000 messages that forks at every tenth of its answers.
LONG_CHAT = """
from accounts.models import User
from conversations.models import Conversation, Message
user = User.objects.get(email={email!r})
chat = Conversation.objects.create(user=user, title="A long chat", endpoint="Fake", model="echo")
parent, rows = "00000000-0000-0000-0000-000000000000", []
def add(parent, text, asks):
    rows.append(Message(conversation=chat, user=user, parent_message_id=parent, text=text,
        is_created_by_user=asks, sender="" if asks else "Fake", model="" if asks else "echo"))
    return rows[-1].message_id
for turn in range(4_773):
    question = add(parent, f"Question {{turn}}", True)
    if turn % 10 == 9:
        add(question, f"Another answer {{turn}}", False)
    parent = add(question, f"Answer {{turn}}", False)
Message.objects.bulk_create(rows)
Conversation.objects.filter(pk=chat.pk).update(leaf_message_id=parent)
print(len(rows), chat.conversation_id)
"""


def branched(page: Page, upstream: FakeProvider) -> None:
    """Ask, answer twice, go on, and ask the first question in other words."""
    upstream.script(
        "echo",
        says("Ninety-seven."),
        says("One hundred and one."),
        says("Because only one divides it."),
        says("Ninety-one is seven times thirteen."),
    )
    send(page, "Name a prime", model="echo")
    wait_until_done(page)
    last_reply(page).get_by_role("button", name="Regenerate").click()
    expect(last_reply(page)).to_contain_text("One hundred and one.")
    wait_until_done(page)
    send(page, "Why is it one?")
    expect(last_reply(page)).to_contain_text("Because")
    wait_until_done(page)
    page.locator('article[data-role="user"]').first.get_by_role("link", name="Edit").click()
    page.get_by_label("Edit message").fill("Name a number that is no prime")
    page.get_by_role("button", name="Save and rerun").click()
    expect(last_reply(page)).to_contain_text("Ninety-one")
    wait_until_done(page)


def open_map(page: Page) -> Any:
    page.get_by_role("button", name="Branch map").click()
    rows = page.get_by_role("list", name="Branches").get_by_role("link")
    expect(rows.first).to_be_visible()
    return rows


def test_the_map_shows_the_forks_and_leads_to_a_message_in_its_branch(
    signed_in: Page,
    upstream: FakeProvider,
    images: Path,
) -> None:
    page = signed_in
    branched(page, upstream)
    rows = open_map(page)
    expect(rows).to_have_count(4)
    expect(rows.nth(0)).to_contain_text("Name a prime")
    expect(rows.nth(0)).to_contain_text("then 2 versions")
    expect(rows.nth(1)).to_contain_text("Ninety-seven.")
    expect(rows.nth(2)).to_contain_text("and 2 more messages")
    expect(rows.nth(3)).to_have_attribute("aria-current", "true")
    expect(rows.nth(3)).to_be_focused()
    assert violations(page) == []
    page.screenshot(path=images / "branches-light.png")
    rows.nth(1).click()
    expect(last_reply(page)).to_contain_text("Ninety-seven.")
    expect(last_reply(page)).to_be_focused()
    expect(page.locator('article[data-role="user"] .bubble')).to_have_text(["Name a prime"])
    expect(rows.last).to_contain_text("Ninety-seven.")
    expect(rows.last).to_have_attribute("aria-current", "true")
    page.reload()
    expect(last_reply(page)).to_contain_text("Ninety-seven.")
    expect(rows).to_have_count(4)
    expect(page.locator("[data-panel] :focus")).to_have_count(0)
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.screenshot(path=images / "branches-dark.png")


def test_the_map_is_used_by_keyboard_and_closes_with_escape(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    branched(page, upstream)
    button = page.get_by_role("button", name="Branch map")
    button.focus()
    page.keyboard.press("Enter")
    rows = page.get_by_role("list", name="Branches").get_by_role("link")
    expect(rows.last).to_be_focused()
    page.keyboard.press("Home")
    expect(rows.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(last_reply(page)).to_contain_text("Ninety-seven.")
    expect(last_reply(page)).to_be_focused()
    rows.last.focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Branch map")).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page).not_to_have_url(re.compile("panel"))


def test_the_map_follows_the_tree(signed_in: Page, upstream: FakeProvider) -> None:
    page = signed_in
    upstream.script("echo", says("Ninety-seven."), says("One hundred and one."), says("Two."))
    send(page, "Name a prime", model="echo")
    wait_until_done(page)
    rows = open_map(page)
    expect(rows).to_have_count(1)
    expect(page.get_by_text("This chat has one branch.")).to_be_visible()
    last_reply(page).get_by_role("button", name="Regenerate").click()
    expect(rows).to_have_count(3)
    expect(rows.last).to_contain_text("One hundred and one.")
    send(page, "And the smallest?")
    expect(rows.last).to_contain_text("and 2 more messages")


def test_on_a_phone_the_map_covers_the_screen_and_back_closes_it(
    browser: Browser,
    product: Product,
    upstream: FakeProvider,
    images: Path,
) -> None:
    context = browser.new_context(base_url=product.url, viewport=PHONE, has_touch=True)
    page = context.new_page()
    enter(page, product, "branches-phone@example.org")
    branched(page, upstream)
    rows = open_map(page)
    box = page.locator("[data-panel]").bounding_box()
    assert box == {"x": 0, "y": 0, **PHONE}
    assert violations(page) == []
    page.screenshot(path=images / "branches-phone.png")
    page.go_back()
    expect(page.get_by_role("heading", name="Branch map")).to_be_hidden()
    rows = open_map(page)
    rows.nth(1).tap()
    expect(page.get_by_role("heading", name="Branch map")).to_be_hidden()
    expect(last_reply(page)).to_contain_text("Ninety-seven.")
    context.close()


def test_in_arabic_the_map_stands_at_the_other_side(
    signed_in: Page,
    upstream: FakeProvider,
    images: Path,
) -> None:
    page = signed_in
    branched(page, upstream)
    chat = page.url
    speak_arabic(page)
    page.goto(f"{chat}?panel=branches")
    expect(page.locator(".branch-link")).to_have_count(4)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    box = page.locator("[data-panel]").bounding_box()
    assert box is not None
    assert box["x"] == 0
    assert violations(page) == []
    page.screenshot(path=images / "branches-arabic.png")


def test_ten_thousand_messages_are_mapped_a_page_at_a_time(
    signed_in: Page,
    product: Product,
    email: str,
) -> None:
    page = signed_in
    made = product.manage("shell", "-c", LONG_CHAT.format(email=email)).stdout.split()
    count, chat = made[-2:]
    assert int(count) >= 10_000
    page.goto(f"/c/{chat}")
    rows = open_map(page)
    expect(rows).to_have_count(60 + 1)  # and the way to earlier ones
    expect(rows.last).to_have_attribute("aria-current", "true")
    first = page.locator(".branch-link").first
    above = first.get_attribute("data-branch-message")
    page.get_by_role("link", name="Show earlier branches").click()
    expect(page.locator(".branch-link")).to_have_count(120)
    ids = page.locator(".branch-link").evaluate_all("all => all.map(a => a.dataset.branchMessage)")
    assert ids.index(above) == 60
    assert len(set(ids)) == 120
    far = page.locator(".branch-link", has_text="Another answer").first
    words = far.locator(".branch-words").inner_text()
    far.click()
    expect(page.locator("article:focus")).to_contain_text(words)
    expect(page.locator("[data-panel]")).to_be_visible()


def test_without_javascript_the_map_is_a_page(
    browser: Browser,
    product: Product,
    email: str,
) -> None:
    context = browser.new_context(base_url=product.url, java_script_enabled=False)
    page = context.new_page()
    enter(page, product, email)
    made = product.manage("shell", "-c", LONG_CHAT.format(email=email)).stdout.split()
    page.goto(f"/c/{made[-1]}/options")
    page.get_by_role("link", name="Branch map").click()
    expect(page.locator(".branch-link")).to_have_count(60)
    page.get_by_role("link", name="Show earlier branches").click()
    expect(page.locator(".branch-link")).to_have_count(60)
    page.get_by_role("link", name="Show the newest branches").click()
    page.locator(".branch-link", has_text="Another answer").last.click()
    expect(page.locator("article").last).to_contain_text("Another answer")
    context.close()
