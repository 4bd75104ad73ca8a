"""Scenarios 13, 38 and 49: other tabs, other chats, no network."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import choose_model, last_reply, open_listening, send, wait_until_done
from tests.e2e.product import Product
from tests.e2e.talk import Talk
from tests.e2e.test_quality import violations
from tests.fakes.provider import FakeProvider

pytestmark = pytest.mark.e2e
NOTICES = """
window.notices = [];
window.Notification = class extends EventTarget {
  static permission = "granted";
  static requestPermission() { return Promise.resolve("granted"); }
  constructor(title, options) {
    super();
    window.notices.push({ title, ...options, it: this });
    document.documentElement.dataset.notices = window.notices.length; }
  close() {}
};
"""


def start(page: Page, text: str, model: str = "echo") -> str:
    page.goto("/c/new")
    send(page, text, model=model)
    page.wait_for_url("**/c/*-*")
    return page.url.rpartition("/")[2]


def test_a_reply_that_ends_in_another_chat_puts_a_dot_on_its_row_and_sends_a_notice(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    page.add_init_script(NOTICES)
    page.goto("/settings/notifications")
    switch = page.get_by_role("switch", name="A reply in another chat")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    assert violations(page) == []
    talk = Talk()
    upstream.script("long", talk.script)
    conversation = start(page, "Take your time", "long")
    expect(last_reply(page).locator("[data-reply-body]")).not_to_be_empty()
    expect(page).to_have_title(re.compile("^○ "))
    page.goto("/c/new")
    mine = page.locator(f'li.row[data-conversation-id="{conversation}"]')
    expect(mine.locator("[data-running]")).to_be_visible()
    talk.end()
    expect(mine.locator("[data-unread]")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-notices", "1")
    notice = page.evaluate("({title: notices[0].title, tag: notices[0].tag})")
    assert notice == {"title": "A reply is ready", "tag": conversation}
    page.evaluate("notices[0].it.dispatchEvent(new Event('click'))")
    page.wait_for_url(f"**/c/{conversation}")
    expect(mine.locator("[data-unread]")).to_have_count(0)


def test_a_reply_that_is_watched_sends_no_notice(signed_in: Page) -> None:
    page = signed_in
    page.add_init_script(f"{NOTICES}; localStorage.setItem('lc:notices', '1');")
    start(page, "Hello")
    wait_until_done(page)
    page.wait_for_timeout(1_600)  # longer than the time another tab has to say it was read
    assert page.evaluate("window.notices.length") == 0
    assert not page.title().startswith(("○", "●"))


def test_other_tabs_follow_titles_pins_new_chats_and_deletions(
    signed_in: Page,
    context: BrowserContext,
) -> None:
    page = signed_in
    other = context.new_page()
    open_listening(other, "/c/new")
    conversation = start(page, "Hello")
    wait_until_done(page)
    theirs = other.locator(f'li.row[data-conversation-id="{conversation}"]')
    expect(theirs).to_be_visible()
    open_listening(other, page.url)
    token = "document.cookie.match(/csrftoken=([^;]+)/)[1]"
    post = (
        "([path, fields]) => fetch(path, {method: 'POST', body: new URLSearchParams(fields),"
        " headers: {'HX-Request': 'true', 'X-CSRFToken': " + token + "}})"
    )
    page.evaluate(post, [f"/c/{conversation}/rename", {"title": "Renamed here"}])
    expect(theirs).to_contain_text("Renamed here")
    expect(other.locator("[data-title]")).to_have_text("Renamed here")
    expect(other).to_have_title("Renamed here · LibreChat")
    page.evaluate(post, [f"/c/{conversation}/pin", {}])
    pinned = other.locator('[data-group="pinned"]')
    expect(pinned.locator(f'[data-conversation-id="{conversation}"]').first).to_be_visible()
    page.evaluate(post, [f"/c/{conversation}/delete", {}])
    expect(theirs).to_have_count(0)


def test_a_message_sent_in_another_tab_is_answered_in_this_one(
    signed_in: Page,
    context: BrowserContext,
) -> None:
    page = signed_in
    start(page, "Hello")
    wait_until_done(page)
    other = context.new_page()
    open_listening(other, page.url)
    send(page, "Once more, slowly", model="slow")
    expect(other.locator('article[data-role="user"]')).to_have_count(2)
    wait_until_done(page)
    wait_until_done(other)
    assert last_reply(page).inner_text() == last_reply(other).inner_text()


def test_what_changed_without_a_connection_is_there_when_it_is_back(
    signed_in: Page,
    context: BrowserContext,
    product: Product,
) -> None:
    page = signed_in
    conversation = start(page, "Hello")
    wait_until_done(page)
    title = page.locator(f'li.row[data-conversation-id="{conversation}"] [data-row-title]')
    expect(title).not_to_be_empty()
    second = context.browser.new_context(  # type: ignore[union-attr] # there is one
        base_url=product.url,
        storage_state=context.storage_state(),
    )
    elsewhere = second.new_page()
    context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    elsewhere.goto(f"/c/{conversation}/options")
    elsewhere.get_by_label("Title").fill("Named elsewhere")
    elsewhere.get_by_role("button", name="Rename").click()
    elsewhere.wait_for_url(f"**/c/{conversation}")
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(title).to_have_text("Named elsewhere")
    second.close()


def test_what_is_sent_without_a_network_is_kept_and_goes_out_later(
    signed_in: Page,
    context: BrowserContext,
) -> None:
    page = signed_in
    start(page, "Hello")
    wait_until_done(page)
    context.set_offline(True)
    send(page, "Said in a tunnel")
    expect(page.locator("lc-toasts")).to_contain_text("You are offline. Your text is kept")
    box = page.get_by_label("Message", exact=True)
    expect(box).to_have_value("Said in a tunnel")
    expect(page.locator("article[data-optimistic]")).to_have_count(0)
    context.set_offline(False)
    page.reload()
    expect(box).to_have_value("Said in a tunnel")
    box.press("Enter")
    expect(page.locator('article[data-role="user"]')).to_have_count(2)
    wait_until_done(page)
    page.reload()
    expect(box).to_have_value("")


def test_a_half_written_message_waits_in_its_own_chat(
    signed_in: Page,
    context: BrowserContext,
) -> None:
    page = signed_in
    box = page.get_by_label("Message", exact=True)
    first = start(page, "Hello")
    wait_until_done(page)
    box.press_sequentially("Half a thought")
    choose_model(page, "slow")
    page.goto("/c/new")
    expect(box).to_have_value("")
    box.press_sequentially("For a chat to come")
    page.goto(f"/c/{first}")
    expect(box).to_have_value("Half a thought")
    expect(page.locator("[data-picker-label]")).to_have_text("slow")
    second = context.new_page()
    second.goto("/c/new")
    expect(second.get_by_label("Message", exact=True)).to_have_value("For a chat to come")
    second.get_by_label("Message", exact=True).press("Enter")
    second.wait_for_url("**/c/*-*")
    page.goto("/c/new")
    expect(box).to_have_value("")


def test_two_tabs_of_one_chat_share_the_half_written_message(
    signed_in: Page,
    context: BrowserContext,
) -> None:
    page = signed_in
    second = context.new_page()
    second.goto("/c/new")
    box = page.get_by_label("Message", exact=True)
    box.press_sequentially("Seen twice")
    expect(second.get_by_label("Message", exact=True)).to_have_value("Seen twice")
    box.press("Enter")
    page.wait_for_url("**/c/*-*")
    expect(second.get_by_label("Message", exact=True)).to_have_value("")
