"""Scenarios 28, 29, 45, 46, 47 and 48: keeping chats in order."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import last_reply, send, wait_until_done
from tests.e2e.product import Product
from tests.e2e.test_quality import violations
from tests.fakes.provider import FakeProvider, says

pytestmark = pytest.mark.e2e
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SEED = """
from datetime import timedelta
from accounts.models import User
from conversations.models import Conversation
from librechat.kernel import clock
user = User.objects.get(email="{email}")
now = clock.now()
Conversation.objects.bulk_create(
    Conversation(
        user=user,
        title=f"Chat {{n:04}}",
        endpoint="Fake",
        model="echo",
        created_at=now - timedelta(hours=n * {hours}),
        updated_at=now - timedelta(hours=n * {hours}),
    )
    for n in range({count})
)
"""
Seed = Callable[[int, int], None]


@pytest.fixture
def seed(product: Product, email: str) -> Seed:
    """Give the person chats, each some hours older than the one before."""

    def make(count: int, hours: int) -> None:
        code = SEED.format(email=email, count=count, hours=hours)
        made = product.manage("shell", "-c", code)
        assert made.returncode == 0, made.stderr

    return make


def row_of(page: Page, title: str) -> Locator:
    return page.locator("li.row").filter(has=page.get_by_text(title, exact=True))


def choose(page: Page, title: str, item: str) -> None:
    """Open a row's menu and choose from it."""
    row_of(page, title).locator("[data-row-menu]").focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name=item, exact=True).click()


def group(page: Page, name: str) -> Locator:
    return page.locator(f'[data-group="{name}"]')


def open_list(page: Page) -> None:
    if page.viewport_size and page.viewport_size["width"] < 860:
        page.get_by_role("button", name="Open sidebar").tap()


@pytest.mark.parametrize(
    "context_arguments",
    [{}, PHONE],
    ids=["desktop", "phone"],
)
def test_the_whole_menu_of_a_chat(
    signed_in: Page,
    seed: Seed,
    context_arguments: dict[str, Any],
) -> None:
    page = signed_in
    seed(3, 30)
    page.goto("/c/new")
    open_list(page)
    choose(page, "Chat 0001", "Rename")
    page.get_by_label("New title").fill("Garden plan")
    page.keyboard.press("Enter")
    expect(row_of(page, "Garden plan")).to_have_count(1)

    choose(page, "Chat 0002", "Pin")
    expect(group(page, "pinned").locator("li")).to_have_count(1)
    expect(row_of(page, "Chat 0002")).to_have_count(1)
    page.reload()
    open_list(page)
    expect(group(page, "pinned").locator("li")).to_contain_text("Chat 0002")
    choose(page, "Chat 0002", "Unpin")
    expect(group(page, "pinned")).to_have_count(0)
    # Before six in the morning Chat 0001 is two days old too.
    expect(group(page, "week").locator("li", has_text="Chat 0002")).to_have_count(1)

    choose(page, "Garden plan", "Move to project…")
    dialog = page.get_by_role("dialog", name="Move to a project")
    dialog.get_by_label("Or a new project").fill("Allotment")
    assert violations(page) == []
    dialog.get_by_role("button", name="Move").click()
    expect(page.get_by_text("The chat is in the project Allotment.")).to_be_visible()
    open_list(page)

    choose(page, "Garden plan", "Archive")
    expect(row_of(page, "Garden plan")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row_of(page, "Garden plan")).to_have_count(1)
    open_list(page)  # a tap beside the drawer closes it
    choose(page, "Garden plan", "Delete")
    expect(row_of(page, "Garden plan")).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(row_of(page, "Garden plan")).to_have_count(1)
    assert page.evaluate(OVERFLOW) <= 0


def test_deleting_the_open_chat_offers_undo_on_the_next_page(signed_in: Page) -> None:
    page = signed_in
    send(page, "Keep this", model="echo")
    page.wait_for_url("**/c/*-*")
    wait_until_done(page)
    address = page.url
    page.locator(".head-title").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.wait_for_url("**/c/new")
    expect(page.locator("li.row")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("li.row")).to_have_count(1)
    page.goto(address)
    expect(last_reply(page)).to_be_visible()


def test_thirty_chats_are_chosen_with_shift_archived_and_brought_back(
    signed_in: Page,
    seed: Seed,
) -> None:
    page = signed_in
    seed(40, 1)
    page.goto("/c/new")
    page.locator("[data-rows-more]").scroll_into_view_if_needed()
    expect(page.locator("li.row")).to_have_count(40)
    page.get_by_role("button", name="Select chats").click()
    page.get_by_role("checkbox", name="Select Chat 0000").check()
    page.get_by_role("checkbox", name="Select Chat 0029").click(modifiers=["Shift"])
    bar = page.get_by_role("group", name="Selected chats")
    expect(bar).to_contain_text("30")
    assert violations(page) == []
    bar.get_by_role("button", name="Archive").click()
    expect(page.locator("li.row")).to_have_count(10)
    expect(page.get_by_text("Chats archived: 30")).to_be_visible()
    expect(bar).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(row_of(page, "Chat 0029")).to_have_count(1)
    expect(page.locator("li.row").first).to_contain_text("Chat 0000")

    page.get_by_role("button", name="Select chats").click()
    expect(bar).to_be_visible()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    expect(page.get_by_role("checkbox")).to_have_count(0)


def test_chosen_chats_are_moved_and_bookmarked(signed_in: Page, seed: Seed) -> None:
    page = signed_in
    seed(3, 1)
    page.goto("/c/new")
    page.get_by_role("button", name="Select chats").click()
    page.get_by_role("button", name="Select all loaded").click()
    page.get_by_role("button", name="Bookmark", exact=True).click()
    dialog = page.get_by_role("dialog", name="Bookmark these chats")
    dialog.get_by_label("Bookmark").fill("Later")
    dialog.get_by_role("button", name="Bookmark").click()
    expect(page.get_by_text("Chats bookmarked: 3")).to_be_visible()
    page.goto("/bookmarks")
    expect(page.get_by_role("link", name="Later 3 chats")).to_be_visible()


def test_two_thousand_chats_keep_coming_while_the_list_is_scrolled(
    signed_in: Page,
    seed: Seed,
) -> None:
    page = signed_in
    seed(2_000, 2)
    page.goto("/c/new")
    rows, listed = page.locator("li.row"), page.locator("[data-rows]")
    while page.locator("[data-rows-more]").count():
        loaded = rows.count()
        listed.evaluate("list => { list.scrollTop = list.scrollHeight }")
        before = listed.evaluate("list => list.scrollTop")
        page.wait_for_function(
            "count => document.querySelectorAll('li.row').length > count",
            arg=loaded,
        )
        assert listed.evaluate("list => list.scrollTop") == before
    expect(rows).to_have_count(2_000)
    titles = page.eval_on_selector_all("[data-row-title]", "all => all.map(one => one.textContent)")
    assert titles == [f"Chat {n:04}" for n in range(2_000)]
    headings = page.locator("[data-rows] h2").all_inner_texts()
    assert headings[0] == "Today"
    assert {"Yesterday", "Previous 7 days", "Previous 30 days"} <= set(headings)
    assert len(headings) == len(set(headings))


def test_a_chat_in_a_project_follows_its_instructions(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    page.goto("/projects/new")
    page.get_by_label("Name").fill("Sonnets")
    page.get_by_label("Instructions").fill("Answer in fourteen lines.")
    page.get_by_role("button", name="Make project").click()
    page.get_by_role("link", name="New chat here").click()
    expect(page.locator(".list-filter")).to_contain_text("Sonnets")
    send(page, "The sea", model="echo")
    page.wait_for_url("**/c/*-*")
    wait_until_done(page)
    conversation = page.url.rpartition("/")[2].partition("?")[0]
    asked = [str(request) for request in upstream.requests]
    assert any("Answer in fourteen lines." in request for request in asked)
    page.goto("/projects")
    page.get_by_role("link", name="Sonnets").click()
    expect(page.locator(".library-row")).to_have_count(1)
    page.get_by_role("button", name="Delete project").click()
    expect(page.get_by_text("Project deleted. Its chat is kept.")).to_be_visible()
    page.goto(f"/c/{conversation}")
    expect(page.locator("article")).to_have_count(2)
    page.goto("/bin")
    page.get_by_role("button", name="Restore Sonnets").click()
    expect(page.get_by_text("Sonnets is back.")).to_be_visible()
    page.goto("/projects")
    expect(page.get_by_role("link", name="Sonnets 1 chat")).to_be_visible()


def test_the_list_is_narrowed_to_a_bookmark_and_back(signed_in: Page, seed: Seed) -> None:
    page = signed_in
    seed(4, 1)
    page.goto("/c/new")
    choose(page, "Chat 0002", "Bookmarks…")
    dialog = page.get_by_role("dialog", name="Bookmarks of this chat")
    dialog.get_by_label("Another bookmark").fill("Q&A")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Bookmarks saved")).to_be_visible()
    page.get_by_role("link", name="Filter chats").click()
    page.get_by_role("dialog", name="Filter chats").get_by_role("link", name="Q&A").click()
    expect(page.locator("li.row")).to_have_count(1)
    row_of(page, "Chat 0002").get_by_role("link", name="Chat 0002", exact=True).click()
    expect(page).to_have_url(re.compile(r"/c/.+\?tag=Q%26A"))
    expect(page.locator("li.row")).to_have_count(1)
    page.get_by_role("link", name="Show all chats").click()
    expect(page.locator("li.row")).to_have_count(4)


def test_a_branch_holds_the_visible_path_and_the_first_chat_stays(
    signed_in: Page,
    upstream: FakeProvider,
) -> None:
    page = signed_in
    upstream.script("echo", says("First answer."), says("Second answer."), says("Third answer."))
    send(page, "First question", model="echo")
    page.wait_for_url("**/c/*-*")
    wait_until_done(page)
    last_reply(page).get_by_role("button", name="Regenerate").click()
    expect(last_reply(page)).to_contain_text("Second answer.")
    wait_until_done(page)
    send(page, "Second question")
    expect(page.locator("article")).to_have_count(4)
    wait_until_done(page)
    first = page.url
    reply = page.locator('article[data-role="assistant"]').first
    reply.get_by_role("button", name="Branch into a new chat").click()
    expect(page.get_by_text("Branched into a chat of its own")).to_be_visible()
    assert page.url != first
    expect(page.locator("article")).to_have_count(2)
    expect(last_reply(page)).to_contain_text("Second answer.")
    expect(page.get_by_text("2 / 2")).to_have_count(0)
    page.goto(first)
    expect(page.locator("article")).to_have_count(4)
    page.locator("article").first.get_by_role("link", name="More ways to branch").click()
    expect(page.get_by_role("radio")).to_have_count(3)
    assert violations(page) == []
