"""Scenarios 9 to 14, 18 and 24: the first message and its answer."""

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.conftest import last_reply, send, until, wait_until_done
from tests.e2e.talk import Talk
from tests.fakes.provider import Delay, FakeProvider, Script, Text, says

pytestmark = pytest.mark.e2e
ENDLESS = Script(
    steps=tuple(
        step for n in range(900) for step in (Text(f"Paragraph {n} goes on.\n\n"), Delay(0.05))
    ),
)
# Whether the thread has come above a place and stands still there.
ROLLED_OUT = """async (below) => {
  const thread = document.querySelector("[data-thread]");
  const was = thread.scrollTop;
  for (let n = 0; n < 6; n += 1) await new Promise(requestAnimationFrame);
  return was < below && thread.scrollTop === was;
}"""


def test_my_message_and_a_stop_button_show_at_once_and_the_chat_gets_its_address(
    signed_in: Page,
) -> None:
    page = signed_in
    page.evaluate(
        """() => {
          window.frames_waited = null;
          const box = document.querySelector("textarea");
          box.addEventListener("keydown", (event) => {
            if (event.key !== "Enter") return;
            let frames = 0;
            const look = () => {
              frames += 1;
              const bubble = document.querySelector("article[data-role=user]");
              const stop = document.querySelector("[data-stop]:not([hidden])");
              if (bubble && stop) window.frames_waited = frames;
              else requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
          }, { capture: true });
        }""",
    )
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/agents/chat/*", hold)
    send(page, "Tell me something", model="slow")
    # The server has not heard of it yet.
    page.wait_for_function("() => window.frames_waited !== null")
    assert page.evaluate("window.frames_waited") <= 6  # a tenth of a second on an idle machine
    until(page, lambda: len(held) > 0)
    (start,) = held
    start.continue_()
    page.wait_for_url("**/c/*-*")
    conversation = page.url.rpartition("/")[2]
    group = page.locator('[data-group="today"]')
    expect(group.locator(f'[data-conversation-id="{conversation}"]').first).to_be_visible()
    wait_until_done(page)


def test_words_appear_while_the_reply_runs_and_my_place_stays_when_i_scroll_up(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", says(*[f"Paragraph {n} of the first answer.\n\n" for n in range(60)]))
    send(page, "First", model="echo")
    wait_until_done(page)
    talk = Talk()
    upstream.script("slow", talk.script)
    send(page, "Second", model="slow")
    tail = last_reply(page).locator("[data-reply-body]")
    expect(tail).to_contain_text("Word 1")
    thread = page.locator("[data-thread]")
    lowest = thread.evaluate("node => node.scrollTop")
    thread.hover()
    page.mouse.wheel(0, -900)
    page.wait_for_function(ROLLED_OUT, arg=lowest - 500)
    before = thread.evaluate("node => node.scrollTop")
    said = len(tail.inner_text())
    until(page, lambda: len(tail.inner_text()) > said + 50)
    assert abs(thread.evaluate("node => node.scrollTop") - before) <= 2
    talk.end()
    newest = page.get_by_role("button", name="Go to the newest message")
    newest.click()
    expect(newest).to_be_hidden()


def test_stop_keeps_the_text_and_offers_to_continue_and_to_regenerate(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("long", ENDLESS)
    send(page, "Never end", model="long")
    expect(last_reply(page).locator("[data-reply-body]")).not_to_be_empty()
    page.get_by_label("Message", exact=True).press("Escape")
    wait_until_done(page, "stopped")
    reply = last_reply(page)
    text = reply.locator("[data-reply-body]").inner_text()
    assert text.strip() != ""
    expect(reply.get_by_role("button", name="Continue")).to_be_visible()
    expect(reply.get_by_role("button", name="Regenerate")).to_be_visible()
    page.reload()
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text(text.split()[0])


def test_a_reload_in_mid_reply_goes_on_and_a_second_tab_shows_the_same(
    signed_in: Page,
    context: BrowserContext,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    talk = Talk()
    upstream.script("slow", talk.script)
    send(page, "Go on", model="slow")
    page.wait_for_url("**/c/*-*")
    expect(last_reply(page).locator("[data-reply-body]")).not_to_be_empty()
    page.reload()
    second = context.new_page()
    second.goto(page.url)
    talk.end()
    wait_until_done(page)
    wait_until_done(second)
    body = "[data-reply-body]"
    first_text = last_reply(page).locator(body).inner_text()
    assert first_text == last_reply(second).locator(body).inner_text()
    page.reload()
    assert first_text == last_reply(page).locator(body).inner_text()


def test_after_a_lost_network_the_reply_completes_with_no_missing_words(
    signed_in: Page,
    context: BrowserContext,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    talk = Talk()
    upstream.script("slow", talk.script)
    send(page, "Go on", model="slow")
    page.wait_for_url("**/c/*-*")
    expect(last_reply(page).locator("[data-reply-body]")).not_to_be_empty()
    context.set_offline(offline=True)
    expect(page.get_by_text("Reconnecting…")).to_be_visible()
    page.wait_for_timeout(800)  # words are said meanwhile
    context.set_offline(offline=False)
    expect(page.get_by_text("Reconnecting…")).to_be_hidden()
    talk.end()
    wait_until_done(page)
    shown = last_reply(page).locator("[data-reply-body]").inner_text()
    page.reload()
    assert shown == last_reply(page).locator("[data-reply-body]").inner_text()


def test_code_table_equation_list_and_image_render_without_layout_shift(signed_in: Page) -> None:
    page = signed_in
    page.evaluate(
        """() => {
          window.shift = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) {
              // What a reader has seen of the reply, and where it went; the box moving down for
              // the first message and what comes into view below are not meant.
              const inReply = entry.sources.some(({ node, previousRect }) =>
                previousRect.width > 0 &&
                (node?.closest ? node : node?.parentElement)?.closest("[data-reply-body]"));
              if (inReply && !entry.hadRecentInput) window.shift += entry.value;
            }
          }).observe({ type: "layout-shift", buffered: true });
        }""",
    )
    send(page, "Show everything", model="markdown")
    wait_until_done(page)
    body = last_reply(page).locator("[data-reply-body]")
    expect(body.locator("figure.code code").first).to_be_visible()
    expect(body.locator("table").first).to_be_visible()
    expect(body.locator("math").first).to_be_visible()
    expect(body.locator("li").first).to_be_visible()
    expect(body.locator("button.image-gate").first).to_be_visible()
    assert page.evaluate("window.shift") < 0.02
    blocks = "nodes => nodes.map(node => node.outerHTML)"
    streamed = body.locator(":scope > [data-block]").evaluate_all(blocks)
    page.reload()
    assert streamed == body.locator(":scope > [data-block]").evaluate_all(blocks)


def test_thinking_shows_one_line_and_then_how_long_it_took(signed_in: Page) -> None:
    page = signed_in
    send(page, "Think first", model="thinking")
    wait_until_done(page)
    step = last_reply(page).locator("details[data-step]").first
    expect(step.locator("summary")).to_contain_text("Thought for")
    expect(step).not_to_have_attribute("open", "")
    step.locator("summary").click()
    expect(step.locator("[data-step-text]")).to_be_visible()


@pytest.mark.parametrize("model", ["error-401", "error-429", "error-500"])
def test_a_failing_provider_says_why_keeps_my_text_and_can_be_tried_again(
    signed_in: Page,
    upstream: FakeProvider,
    model: str,
) -> None:
    page = signed_in
    send(page, "Please answer", model=model)
    expect(last_reply(page).locator("[data-error]")).to_be_visible(timeout=40_000)
    expect(page.locator('article[data-role="user"]').last).to_contain_text("Please answer")
    upstream.script(model, Script(steps=(Text("Back again."),)))
    last_reply(page).get_by_role("button", name="Try again").click()
    expect(last_reply(page).locator("[data-reply-body]")).to_contain_text("Back again.")
