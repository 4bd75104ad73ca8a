"""Scenarios 23 and 30: messages that wait, messages that steer, quotes."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import (
    choose_model,
    last_reply,
    open_listening,
    send,
    until,
    wait_until_done,
)
from tests.e2e.product import Product
from tests.e2e.talk import Talk
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e


def begin(page: Page, upstream: FakeProvider) -> Talk:
    """Start an answer that takes its time; return what ends it."""
    talk = Talk()
    upstream.script("echo", talk.script)
    send(page, "First", model="echo")
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text("Word 1")
    return talk


def questions(page: Page) -> list[str]:
    return page.locator('article[data-role="user"] .bubble').all_text_contents()


def test_a_message_waits_is_edited_moved_removed_and_sent_by_itself(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    talk = begin(page, upstream)
    area = page.get_by_label("Message", exact=True)
    expect(area).to_have_attribute("placeholder", "Queue a follow-up")
    for text in ("Second", "Third", "Fourth"):
        send(page, text)
        expect(area).to_have_value("")
    items = page.locator("[data-queued-id]")
    expect(items).to_have_count(3)
    expect(items.locator(".queue-text")).to_have_text(["Second", "Third", "Fourth"])
    items.nth(2).get_by_role("button", name="Move up").click()
    expect(items.locator(".queue-text")).to_have_text(["Second", "Fourth", "Third"])
    items.nth(1).get_by_role("button", name="Remove from the queue").click()
    expect(items).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(items.locator(".queue-text")).to_have_text(["Second", "Fourth", "Third"])
    items.nth(1).get_by_role("button", name="Remove from the queue").click()
    expect(items.locator(".queue-text")).to_have_text(["Second", "Third"])
    items.nth(0).get_by_role("link", name="Edit waiting message").click()
    edited = page.get_by_role("textbox", name="Edit waiting message")
    edited.fill("Second, but better")
    edited.press("Enter")
    expect(items.first.locator(".queue-text")).to_have_text("Second, but better")
    page.reload()
    expect(items.locator(".queue-text")).to_have_text(["Second, but better", "Third"])
    upstream.script("echo", says("The second answer."), says("The third answer."))
    talk.end()
    expect(page.locator("article[data-role=user] .bubble")).to_have_text(
        ["First", "Second, but better", "Third"],
    )
    wait_until_done(page)
    expect(page.locator("[data-queue]")).to_be_hidden()
    expect(area).to_have_attribute("placeholder", "Message echo")
    page.reload()
    assert questions(page) == ["First", "Second, but better", "Third"]


def test_another_tab_sees_what_waits_and_the_answer_that_begins(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    begin(page, upstream)
    page.wait_for_url("**/c/*-*")
    other = page.context.new_page()
    open_listening(other, page.url)
    expect(other.locator("article[data-role=assistant]")).to_have_count(1)
    send(page, "Second")
    expect(other.locator(".queue-text")).to_have_text(["Second"])
    upstream.script("echo", says("The second answer."))
    other.get_by_role("button", name="Send now").click()
    for tab in (page, other):
        expect(tab.locator("article[data-role=user] .bubble")).to_have_text(["First", "Second"])
        expect(last_reply(tab)).to_contain_text("The second answer.")
        expect(tab.locator("[data-queue]")).to_be_hidden()


def test_a_steering_message_takes_the_running_answer_s_place(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    begin(page, upstream)
    upstream.script("echo", says("Steered."))
    area = page.get_by_label("Message", exact=True)
    area.fill("Rather this")
    area.press("Control+Enter")
    expect(page.locator("article[data-role=user] .bubble")).to_have_text(["First", "Rather this"])
    expect(last_reply(page)).to_contain_text("Steered.")
    wait_until_done(page)
    first = page.locator("article[data-role=assistant]").first
    expect(first).to_have_attribute("data-state", "stopped")
    expect(first).to_contain_text("Word 1")


def test_a_setting_lets_enter_steer_and_ctrl_enter_queue(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    page.goto("/settings/chat")
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    page.goto("/c/new")
    begin(page, upstream)
    area = page.get_by_label("Message", exact=True)
    area.fill("Later")
    area.press("Control+Enter")
    expect(page.locator(".queue-text")).to_have_text(["Later"])
    upstream.script("echo", says("Steered."), says("And later."))
    area.fill("Rather this")
    area.press("Enter")
    turns = page.locator("article[data-role=user] .bubble")
    expect(turns).to_have_text(["First", "Rather this", "Later"])
    expect(last_reply(page)).to_contain_text("And later.")


def test_stopping_holds_the_queue_until_i_send_it(signed_in: Page, upstream: FakeProvider) -> None:
    page = signed_in
    begin(page, upstream)
    send(page, "Second")
    expect(page.locator("[data-queued-id]")).to_have_count(1)
    page.locator("[data-stop]").click()
    wait_until_done(page, "stopped")
    expect(page.locator(".queue-note")).to_contain_text("nothing is sent by itself")
    assert questions(page) == ["First"]
    upstream.script("echo", says("The second answer."))
    page.get_by_role("button", name="Send now").click()
    expect(last_reply(page)).to_contain_text("The second answer.")


def test_a_message_that_waits_is_sent_while_no_page_is_open(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    talk = begin(page, upstream)
    send(page, "Second")
    expect(page.locator("[data-queued-id]")).to_have_count(1)
    address = page.url
    page.goto("about:blank")
    upstream.script("echo", says("The second answer."))
    talk.end()
    until(page, lambda: any("Second" in str(request.body) for request in upstream.requests))
    page.goto(address)
    expect(last_reply(page)).to_contain_text("The second answer.")
    assert questions(page) == ["First", "Second"]


def test_without_script_a_message_waits_as_well(
    browser: Browser,
    product: Product,
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    begin(signed_in, upstream)
    signed_in.wait_for_url("**/c/*-*")
    address, state = signed_in.url, signed_in.context.storage_state()
    signed_in.close()
    plain = browser.new_context(
        base_url=product.url,
        java_script_enabled=False,
        storage_state=state,
    )
    page = plain.new_page()
    page.goto(address)
    page.locator('textarea[name="text"]').fill("Second")
    page.locator("[data-send]").click()
    expect(page.locator(".queue-text")).to_have_text(["Second"])
    page.get_by_role("button", name="Remove from the queue").click()
    expect(page.locator("[data-queued-id]")).to_have_count(0)
    page.locator("[data-stop]").click()
    plain.close()


def select_in_reply(page: Page) -> None:
    page.evaluate(
        """() => {
          const nodes = document.querySelectorAll("article[data-role=assistant] .prose p");
          const range = document.createRange();
          range.selectNodeContents(nodes[nodes.length - 1]);
          const selection = document.getSelection();
          selection.removeAllRanges();
          selection.addRange(range);
        }""",
    )


def test_i_quote_a_passage_and_my_next_message_carries_it(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", says("Ninety-seven is prime."))
    send(page, "Name a prime.", model="echo")
    wait_until_done(page)
    select_in_reply(page)
    page.get_by_role("button", name="Quote", exact=True).click()
    chip = page.locator(".quote-chip")
    expect(chip).to_contain_text("Ninety-seven is prime.")
    page.reload()
    expect(chip).to_have_count(1)
    page.get_by_role("button", name="Remove quote").click()
    expect(chip).to_have_count(0)
    select_in_reply(page)
    page.get_by_role("button", name="Quote", exact=True).click()
    upstream.script("echo", says("Because nothing divides it."))
    send(page, "Why?")
    expect(chip).to_have_count(0)
    expect(last_reply(page)).to_contain_text("Because nothing divides it.")
    quote = page.locator('article[data-role="user"] blockquote.quote')
    expect(quote).to_have_text(["Ninety-seven is prime."])
    sent = [request for request in upstream.requests if "Why?" in str(request.body)]
    assert "> Ninety-seven is prime." in str(sent[0].body)
    page.reload()
    expect(quote).to_have_text(["Ninety-seven is prime."])
    expect(chip).to_have_count(0)
    mine = page.locator('article[data-role="user"]').last
    mine.hover()
    mine.locator('[data-action="edit"]').click()
    mine.locator("textarea").fill("Why is that?")
    upstream.script("echo", says("As before."))
    mine.get_by_role("button", name="Save and rerun").click()
    expect(last_reply(page)).to_contain_text("As before.")
    expect(quote).to_have_text(["Ninety-seven is prime."])


def test_two_models_answer_side_by_side_and_i_go_on_with_one(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", says("Echo's answer."))
    upstream.script("slow", says("The slow answer."))
    choose_model(page, "echo")
    page.locator("[data-picker-open]").click()
    page.get_by_role("button", name="+ model").click()
    page.locator("[data-picker-search]").fill("slow")
    page.locator('[data-picker] [data-model="slow"]').first.click()
    expect(page.locator(".added-chip")).to_contain_text("+ slow")
    send(page, "Compare")
    columns = page.locator("[data-compare] > article")
    expect(columns).to_have_count(2)
    for text in ("Echo's answer.", "The slow answer."):
        expect(columns.filter(has_text=text)).to_have_attribute("data-state", "done")
    expect(page.locator("[data-stop]")).to_be_hidden()
    expect(columns.first).to_contain_text("Echo's answer.")
    expect(page.get_by_role("button", name="Continue with this")).to_have_count(2)
    page.wait_for_url("**/c/*-*")
    page.reload()
    expect(columns).to_have_count(2)
    expect(columns.first).to_contain_text("Echo's answer.")
    first, second = columns.first.bounding_box(), columns.last.bounding_box()
    assert first
    assert second
    assert abs(first["y"] - second["y"]) < 2
    assert second["x"] > first["x"] + 200
    chosen = columns.filter(has_text="The slow answer.")
    chosen.get_by_role("button", name="Continue with this").click()
    expect(page.locator("[data-compare]")).to_have_count(0)
    expect(last_reply(page)).to_contain_text("The slow answer.")
    expect(last_reply(page).locator(".siblings")).to_contain_text("2 / 2")
    upstream.script("echo", says("Going on."))
    send(page, "Go on", model="echo")
    expect(last_reply(page)).to_contain_text("Going on.")
    page.reload()
    expect(page.locator('article[data-role="assistant"]')).to_have_count(2)
    expect(page.locator('article[data-role="assistant"]').first).to_contain_text("The slow answer.")
