"""What lies in the bin, by the page."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import User
from conversations.models import DeletedItem
from conversations.queries.bin import bin_page
from conversations.services.conversations import conversation_delete
from conversations.services.messages import message_delete
from tests.factories.threads import conversation_make, turn_make

MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_conversations_and_other_things_are_one_list_newest_first(
    owner: User,
    stranger: User,
    clock_at: Callable[[datetime], None],
    django_assert_num_queries: Any,
) -> None:
    clock_at(MOMENT)
    kept = conversation_make(owner)
    conversation_delete(conversation=conversation_make(stranger, "Theirs"))
    made = [conversation_make(owner, f"Chat {number}") for number in range(3)]
    for number, chat in enumerate(made):
        clock_at(MOMENT + timedelta(hours=2 * number))
        conversation_delete(conversation=chat)
        clock_at(MOMENT + timedelta(hours=2 * number + 1))
        answer = turn_make(kept)[1]
        message_delete(message=answer)
    expected = [
        ("message", "Ninety-seven."),
        ("conversation", "Chat 2"),
        ("message", "Ninety-seven."),
        ("conversation", "Chat 1"),
        ("message", "Ninety-seven."),
        ("conversation", "Chat 0"),
    ]
    seen, cursor = [], ""
    for size in (4, 2):
        with django_assert_num_queries(2):
            page = bin_page(owner, cursor=cursor, limit=4)
        assert len(page.rows) == size
        seen += page.rows
        cursor = page.next_cursor or ""
    assert cursor == ""
    assert [(row.kind, row.title) for row in seen] == expected
    assert seen[1].ref == made[2].conversation_id
    assert seen[0].ref == DeletedItem.objects.all()[0].id
    assert seen[0].gone_at == MOMENT + timedelta(days=30, hours=5)


def test_things_of_one_moment_are_neither_lost_nor_doubled(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(MOMENT)
    kept = conversation_make(owner)
    for _ in range(3):
        conversation_delete(conversation=conversation_make(owner))
        message_delete(message=turn_make(kept)[1])
    refs: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = bin_page(owner, cursor=cursor, limit=1)
        refs += [row.ref for row in page.rows]
        cursor = page.next_cursor
    assert len(refs) == len(set(refs)) == 6


def test_what_cannot_come_back_is_not_listed(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(MOMENT)
    chat = conversation_make(owner, "Old")
    message_delete(message=turn_make(chat)[1])
    conversation_make(owner, "Expired", deleted_at=MOMENT, expired_at=MOMENT)
    assert [row.kind for row in bin_page(owner).rows] == ["message"]
    conversation_delete(conversation=chat)
    assert [row.title for row in bin_page(owner).rows] == ["Old"]  # its message waits with it
    clock_at(MOMENT + timedelta(days=30))
    assert bin_page(owner).rows == []


def test_a_cursor_that_cannot_be_read_means_the_first_page(owner: User) -> None:
    conversation_delete(conversation=conversation_make(owner))
    for cursor in ("nonsense", "eyJhdCI6Im5vIn0=", "eyJhdCI6IjIwMjYtMDEtMDFUMDA6MDA6MDAifQ=="):
        assert len(bin_page(owner, cursor=cursor).rows) == 1
