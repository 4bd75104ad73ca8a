"""Rename, archive, pin, delete, restore."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from conversations.errors import LogUnavailableError
from conversations.eventlog.memory_log import MemoryLog
from conversations.models import Conversation, Message
from conversations.services import changes
from conversations.services.changes import Change
from conversations.services.conversations import (
    conversation_archive,
    conversation_delete,
    conversation_leaf_set,
    conversation_pin,
    conversation_rename,
    conversation_restore,
    conversation_seen,
    conversations_archive_all,
    conversations_delete_all,
)
from librechat.kernel.errors import InvalidInputError, NotFoundError
from tests.factories.threads import conversation_make, generation_make, turn_make

MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Change]:
    heard: list[Change] = []
    monkeypatch.setattr(changes, "_listeners", [heard.append])
    return heard


def stored(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(id=conversation.id)


def test_a_title_is_trimmed_and_moves_the_conversation_up(
    owner: User,
    told: list[Change],
    clock_at: Callable[[datetime], None],
    django_capture_on_commit_callbacks: Any,
) -> None:
    conversation = conversation_make(owner)
    clock_at(MOMENT)
    with django_capture_on_commit_callbacks(execute=True):
        conversation_rename(conversation=conversation, title="  A \n better  name ")
    assert stored(conversation).title == "A better name"
    assert stored(conversation).updated_at == MOMENT
    assert told == [Change(owner.id, conversation.conversation_id, "upsert")]


@pytest.mark.parametrize("title", ["", "   ", "a\x00b", "x" * 1_025])
def test_a_title_that_is_none_is_refused(owner: User, title: str) -> None:
    conversation = conversation_make(owner, "Before")
    with pytest.raises(InvalidInputError):
        conversation_rename(conversation=conversation, title=title)
    assert stored(conversation).title == "Before"


def test_archiving_keeps_the_place_in_time_and_stamps_once(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    conversation = conversation_make(owner)
    before = conversation.updated_at
    clock_at(MOMENT)
    conversation_archive(conversation=conversation, is_archived=True)
    clock_at(MOMENT + timedelta(days=1))
    conversation_archive(conversation=conversation, is_archived=True)
    archived = stored(conversation)
    assert (archived.is_archived, archived.archived_at, archived.updated_at) == (
        True,
        MOMENT,
        before,
    )
    conversation_archive(conversation=conversation, is_archived=False)
    assert (stored(conversation).is_archived, stored(conversation).archived_at) == (False, None)


def test_archiving_all_takes_only_ones_own_listed_conversations(
    owner: User,
    stranger: User,
    told: list[Change],
    django_capture_on_commit_callbacks: Any,
) -> None:
    mine = conversation_make(owner)
    conversation_make(owner, is_archived=True)
    temporary = conversation_make(owner, is_temporary=True)
    theirs = conversation_make(stranger)
    with django_capture_on_commit_callbacks(execute=True):
        assert conversations_archive_all(user=owner) == 1
    assert stored(mine).is_archived
    assert not stored(temporary).is_archived
    assert not stored(theirs).is_archived
    assert [change.conversation_id for change in told] == [mine.conversation_id]


def test_pinning_and_unpinning(owner: User) -> None:
    conversation = conversation_make(owner)
    conversation_pin(conversation=conversation, is_pinned=True)
    assert stored(conversation).is_pinned
    conversation_pin(conversation=conversation, is_pinned=False)
    assert not stored(conversation).is_pinned


def test_the_unread_mark_is_taken_away_once(
    owner: User,
    told: list[Change],
    django_capture_on_commit_callbacks: Any,
) -> None:
    conversation = conversation_make(owner, is_unread=True)
    with django_capture_on_commit_callbacks(execute=True):
        conversation_seen(conversation=conversation)
        conversation_seen(conversation=conversation)
    assert not stored(conversation).is_unread
    assert len(told) == 1


def test_the_branch_looked_at_is_remembered(owner: User) -> None:
    conversation = conversation_make(owner)
    _, answer = turn_make(conversation)
    _, foreign = turn_make(conversation_make(owner))
    conversation_leaf_set(conversation=conversation, message_id=answer.message_id)
    assert stored(conversation).leaf_message_id == answer.message_id
    with pytest.raises(NotFoundError):
        conversation_leaf_set(conversation=conversation, message_id=foreign.message_id)
    assert stored(conversation).leaf_message_id == answer.message_id


def test_a_deleted_conversation_is_gone_and_comes_back(
    owner: User,
    told: list[Change],
    django_capture_on_commit_callbacks: Any,
) -> None:
    conversation = conversation_make(owner)
    turn_make(conversation)
    with django_capture_on_commit_callbacks(execute=True):
        deleted = conversation_delete(conversation=conversation)
    assert deleted.conversation_ids == [conversation.conversation_id]
    assert (deleted.conversations, deleted.messages) == (1, 2)
    assert not Conversation.objects.visible_to(owner).exists()
    assert not Message.objects.visible_to(owner).exists()
    with django_capture_on_commit_callbacks(execute=True):
        conversation_restore(user=owner, conversation_id=conversation.conversation_id)
    assert Message.objects.visible_to(owner).count() == 2
    assert [change.kind for change in told] == ["remove", "upsert"]


def test_only_its_owner_restores_and_only_for_thirty_days(
    owner: User,
    stranger: User,
    clock_at: Callable[[datetime], None],
) -> None:
    conversation = conversation_make(owner)
    clock_at(MOMENT)
    with pytest.raises(NotFoundError):
        conversation_restore(user=owner, conversation_id=conversation.conversation_id)
    conversation_delete(conversation=conversation)
    with pytest.raises(NotFoundError):
        conversation_restore(user=stranger, conversation_id=conversation.conversation_id)
    clock_at(MOMENT + timedelta(days=30))
    with pytest.raises(NotFoundError):
        conversation_restore(user=owner, conversation_id=conversation.conversation_id)
    assert stored(conversation).deleted_at == MOMENT
    clock_at(MOMENT + timedelta(days=29, hours=23))
    conversation_restore(user=owner, conversation_id=conversation.conversation_id)
    assert stored(conversation).deleted_at is None


def test_deleting_all_leaves_other_people_alone(owner: User, stranger: User) -> None:
    conversation_make(owner)
    conversation_make(owner, is_temporary=True)
    theirs = conversation_make(stranger)
    assert conversations_delete_all(user=owner).conversations == 2
    assert stored(theirs).deleted_at is None


def test_deleting_stops_what_runs(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(MemoryLog, "stop_soon", lambda _, generation: stopped.append(generation))
    conversation = conversation_make(owner)
    running = generation_make(turn_make(conversation)[1])
    generation_make(turn_make(conversation)[1], "done")
    with django_capture_on_commit_callbacks(execute=True):
        conversation_delete(conversation=conversation)
    assert stopped == [running.id]


def test_a_run_that_cannot_be_stopped_does_not_fail_the_deletion(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def away(*_: object) -> None:
        raise LogUnavailableError("away")

    monkeypatch.setattr(MemoryLog, "stop_soon", away)
    conversation = conversation_make(owner)
    generation_make(turn_make(conversation)[1])
    with django_capture_on_commit_callbacks(execute=True):
        conversation_delete(conversation=conversation)
    assert stored(conversation).deleted_at is not None
    assert "A run could not be stopped." in caplog.messages


def test_a_failing_listener_fails_nobody(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[Change] = []

    def broken(_: Change) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(changes, "_listeners", [])
    for listener in (broken, heard.append, heard.append):
        changes.subscribe(listener)
    changes.subscribe(broken)
    changes.announce_removal(owner.id, "c")
    assert Change(owner.id, "c", "remove") in heard
    assert caplog.messages == ["A listener failed."]
