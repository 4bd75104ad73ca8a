"""Cursors of every list: what they look like outside, and what they forgive."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from conversations.models import Conversation, PromptGroup
from conversations.queries.bin import bin_page
from conversations.queries.keyset import Column, KeysetOrder
from conversations.queries.listing import ListQuery, conversation_page
from conversations.queries.message_pages import MessageQuery, message_page
from conversations.queries.prompt_listing import PromptQuery, prompt_page
from librechat.kernel import pagination
from tests.factories.prompts import prompt_make
from tests.factories.threads import conversation_make, question_make

MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ISO = MOMENT.isoformat()


def cursor(**position: str) -> str:
    return pagination.encode(position)


@pytest.fixture
def chats(owner: User) -> list[Conversation]:
    return [conversation_make(owner, "Same", updated_at=MOMENT) for _ in range(3)]


def test_the_cursor_of_conversations_is_libre_chats(
    owner: User,
    chats: list[Conversation],
) -> None:
    page = conversation_page(owner, ListQuery(limit=1))
    last = page.conversations[0].pk
    assert page.next_cursor == cursor(primary=ISO, secondary=ISO, id=last)
    page = conversation_page(owner, ListQuery(limit=1, sort_by="title"))
    assert page.next_cursor == cursor(primary="Same", secondary=ISO, id=last)


def test_the_other_lists_keep_their_cursors(owner: User, chats: list[Conversation]) -> None:
    questions = [question_make(chats[0], "Q", created_at=MOMENT) for _ in range(2)]
    first = message_page(chats[0], MessageQuery(limit=1, is_descending=False))
    assert first.next_cursor == cursor(by="created_at", at=ISO, id=questions[0].pk)
    Conversation.objects.update(deleted_at=None)
    for chat in chats[:2]:
        chat.deleted_at = datetime.now(UTC)
        chat.save()
    binned = bin_page(owner, limit=1)
    [row] = binned.rows
    assert binned.next_cursor == cursor(at=row.deleted_at.isoformat(), id=row.pk)
    prompt_make(owner, "one")
    prompt_make(owner, "two")
    PromptGroup.objects.update(updated_at=MOMENT)
    prompts = prompt_page(owner, PromptQuery(limit=1))
    assert prompts.after == cursor(uses="0", updated=ISO, id=prompts.groups[0].pk)


@pytest.mark.parametrize(
    "position",
    [
        {},
        {"primary": ISO, "secondary": ISO},
        {"primary": ISO, "id": "x"},
        {"primary": "yesterday", "secondary": ISO, "id": "x"},
        {"primary": "2026-11-20T09:00:00", "secondary": ISO, "id": "x"},
        {"primary": "9999-12-31T23:59:59-23:59", "secondary": ISO, "id": "x"},
        {"primary": ISO, "secondary": "0001-01-01T00:00:00+23:59", "id": "x"},
    ],
)
def test_half_a_cursor_means_the_first_page(
    owner: User,
    chats: list[Conversation],
    position: dict[str, str],
) -> None:
    page = conversation_page(owner, ListQuery(cursor=cursor(**position)))
    assert len(page.conversations) == 3


@pytest.mark.parametrize("number", ["-1", "1.5", "x", "", "²", "1" * 10])
def test_what_is_no_small_number_cannot_be_read(number: str) -> None:
    assert Column("number_of_generations", "number").value(number) is None


@pytest.mark.parametrize("is_descending", [True, False])
def test_every_row_comes_once_whatever_its_neighbours_share(
    owner: User,
    is_descending: bool,
) -> None:
    for number in range(9):
        moment = MOMENT + timedelta(hours=number // 3)
        conversation_make(owner, f"{number // 4}", updated_at=moment)
    order = KeysetOrder(
        (Column("title", "text"), Column("updated_at", key="secondary")),
        is_descending,
    )
    rows = Conversation.objects.filter(user=owner)
    seen: list[str] = []
    place: str | None = ""
    while place is not None:
        page, place = order.page(rows, place, 2)
        seen += [row.pk for row in page]
    expected: Any = order.sorted(rows).values_list("pk", flat=True)
    assert seen == list(expected)
