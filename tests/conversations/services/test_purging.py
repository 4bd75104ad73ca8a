"""What is purged is gone from every table."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.models import User
from conversations.eventlog.memory_log import MemoryLog
from conversations.models import (
    Conversation,
    DeletedItem,
    Message,
    QueuedTurn,
    SearchDocument,
    SharedLink,
)
from conversations.services.bin import bin_purge, bin_put
from conversations.services.conversations import conversation_delete
from conversations.services.messages import message_delete, message_edit
from conversations.services.purging import (
    bin_empty,
    conversation_purge_now,
    conversations_purge,
)
from librechat.kernel.errors import NotFoundError
from tests.factories.threads import bookmark, conversation_make, generation_make, turn_make

MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)
CANARY = "canary-5b1d0e"


def everything_in(user: User) -> Conversation:
    """Return a conversation that has the canary wherever a conversation can have it."""
    conversation = conversation_make(
        user,
        CANARY,
        parameters={"promptPrefix": CANARY},
        files=[CANARY],
    )
    question, answer = turn_make(conversation)
    message_edit(message=question, text=f"{CANARY} first")
    message_edit(message=question, text=f"{CANARY} second")
    Message.objects.filter(id=answer.id).update(
        content=[{"type": "text", "text": CANARY}],
        attachments=[{"filename": CANARY}],
        quotes=[CANARY],
    )
    generation_make(answer, "done", request={"label": CANARY}, error={"message": CANARY})
    message_delete(message=turn_make(conversation)[1])
    DeletedItem.objects.update(title=CANARY)
    SearchDocument.objects.filter(conversation=conversation).delete()
    SearchDocument.objects.create(user=user, conversation=conversation, body=CANARY)
    SearchDocument.objects.create(
        user=user,
        conversation=conversation,
        message=question,
        body=CANARY,
    )
    SharedLink.objects.create(
        user=user,
        conversation=conversation,
        title=CANARY,
        snapshot=[{"text": CANARY}],
    )
    QueuedTurn.objects.create(user=user, conversation=conversation, text=CANARY)
    return conversation


def tables_with(text: str) -> set[str]:
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if any(text in str(row) for row in cursor.fetchall()):
                found.add(table)
    return found


def test_nothing_of_a_purged_conversation_is_left_in_any_table(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(MOMENT)
    conversation = everything_in(owner)
    kept = bookmark(conversation_make(owner, "Kept"), "Saved")
    turn_make(kept)
    bookmark(conversation, "Saved")
    conversation_delete(conversation=conversation)
    places = {
        "conversations_conversation",
        "conversations_message",
        "conversations_messageversion",
        "conversations_generation",
        "conversations_deleteditem",
        "conversations_searchdocument",
        "conversations_sharedlink",
        "conversations_queuedturn",
    }
    assert tables_with(CANARY) >= places
    clock_at(MOMENT + timedelta(days=30) - timedelta(seconds=1))
    assert conversations_purge() == 0
    assert tables_with(CANARY) >= places
    clock_at(MOMENT + timedelta(days=30))
    assert conversations_purge() == 1
    assert tables_with(CANARY) == set()
    assert tables_with(conversation.id) == set()
    assert tables_with(conversation.conversation_id) == set()
    assert list(Conversation.objects.all()) == [kept]
    assert Message.objects.count() == 2
    assert [tag.tag for tag in kept.tags.all()] == ["Saved"]


def test_the_days_are_a_setting(
    owner: User,
    clock_at: Callable[[datetime], None],
    settings: Settings,
) -> None:
    settings.TRASH_DAYS = 2
    clock_at(MOMENT)
    conversation_make(owner, deleted_at=MOMENT - timedelta(days=2))
    recent = conversation_make(owner, deleted_at=MOMENT - timedelta(days=2, seconds=-1))
    assert conversations_purge() == 1
    assert list(Conversation.objects.all()) == [recent]


def test_what_expired_is_removed_for_good_and_what_runs_in_it_stopped(
    owner: User,
    clock_at: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(MemoryLog, "stop_soon", lambda _, generation: stopped.append(generation))
    clock_at(MOMENT)
    expired = conversation_make(owner, expired_at=MOMENT)
    running = generation_make(turn_make(expired)[1])
    alive = conversation_make(owner, expired_at=MOMENT + timedelta(seconds=1))
    assert conversations_purge() == 1
    assert stopped == [running.id]
    assert list(Conversation.objects.all()) == [alive]
    assert Message.objects.count() == 0
    assert conversations_purge() == 0


def test_one_deleted_conversation_is_removed_at_its_owners_wish(
    owner: User,
    stranger: User,
) -> None:
    conversation = everything_in(owner)
    with pytest.raises(NotFoundError):  # it is not deleted
        conversation_purge_now(user=owner, conversation_id=conversation.conversation_id)
    conversation_delete(conversation=conversation)
    with pytest.raises(NotFoundError):
        conversation_purge_now(user=stranger, conversation_id=conversation.conversation_id)
    assert Message.objects.count() == 3
    conversation_purge_now(user=owner, conversation_id=conversation.conversation_id)
    assert tables_with(CANARY) == set()


def test_emptying_the_bin_removes_what_one_person_deleted(owner: User, stranger: User) -> None:
    conversation_delete(conversation=everything_in(owner))
    conversation_delete(conversation=conversation_make(owner))
    kept = conversation_make(owner)
    message_delete(message=turn_make(kept)[1])
    theirs = conversation_make(stranger)
    conversation_delete(conversation=theirs)
    bin_put(user=stranger, kind="tag", source_id="x", title="Theirs", content={})
    assert bin_empty(user=owner) == 3
    assert tables_with(CANARY) == set()
    assert set(Conversation.objects.all()) == {kept, theirs}
    assert [item.title for item in DeletedItem.objects.all()] == ["Theirs"]
    assert bin_empty(user=owner) == 0


def test_old_items_leave_the_bin_by_themselves(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(MOMENT)
    bin_put(user=owner, kind="tag", source_id="1", title="Old", content={})
    clock_at(MOMENT + timedelta(days=1))
    bin_put(user=owner, kind="tag", source_id="2", title="Younger", content={})
    clock_at(MOMENT + timedelta(days=30))
    assert bin_purge() == 1
    assert [item.title for item in DeletedItem.objects.all()] == ["Younger"]
    assert bin_purge() == 0
