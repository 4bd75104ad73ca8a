from typing import Any

import pytest

from accounts.models import User
from conversations.models import Conversation, Project, State, Tag
from conversations.services import bulk, changes
from conversations.services.changes import Change
from librechat.kernel.errors import InvalidInputError
from tests.factories.threads import bookmark, conversation_make, turn_make

CaptureCommits = Any


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Change]:
    """What open pages are told."""
    heard: list[Change] = []
    monkeypatch.setattr(changes, "_listeners", [heard.append])
    return heard


def ids_of(*conversations: Conversation) -> list[str]:
    return [one.conversation_id for one in conversations]


def make(owner: User, count: int) -> list[Conversation]:
    return [conversation_make(owner, title=f"Chat {n}") for n in range(count)]


def test_chats_are_put_away_and_brought_back(
    owner: User,
    told: list[Change],
    django_capture_on_commit_callbacks: CaptureCommits,
) -> None:
    chats = make(owner, 3)
    ids = ids_of(*chats)
    with django_capture_on_commit_callbacks(execute=True):
        assert bulk.conversations_archive(user=owner, ids=ids[:2]) == ids[:2]
    archived = Conversation.objects.filter(is_archived=True)
    assert set(archived.values_list("conversation_id", flat=True)) == set(ids[:2])
    assert all(row.archived_at for row in archived)
    assert [(one.conversation_id, one.kind) for one in told] == [
        (ids[0], "remove"),
        (ids[1], "remove"),
    ]
    with django_capture_on_commit_callbacks(execute=True):
        assert bulk.conversations_unarchive(user=owner, ids=ids) == ids[:2]
    assert not archived.all().exists()
    assert [one.kind for one in told[2:]] == ["upsert", "upsert"]


def test_an_act_names_only_what_it_changed(owner: User) -> None:
    away = conversation_make(owner, is_archived=True)
    shown = conversation_make(owner)
    ids = ids_of(away, shown)
    assert bulk.conversations_archive(user=owner, ids=ids) == ids_of(shown)
    assert bulk.conversations_archive(user=owner, ids=ids) == []


def test_chats_are_deleted_into_the_bin_and_restored(owner: User) -> None:
    chats = make(owner, 2)
    ids = ids_of(*chats)
    assert bulk.conversations_delete(user=owner, ids=ids) == ids
    assert not Conversation.objects.visible_to(owner).exists()
    assert bulk.conversations_restore(user=owner, ids=ids) == ids
    assert Conversation.objects.visible_to(owner).count() == 2
    assert bulk.conversations_restore(user=owner, ids=ids) == []


def test_what_runs_in_deleted_chats_is_stopped(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: CaptureCommits,
) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(bulk, "generation_stop_soon", stopped.append)
    conversation = conversation_make(owner)
    question, _answer = turn_make(conversation)
    running = conversation.generations.create(
        user=owner,
        state=State.RUNNING,
        user_message_id=question.message_id,
        response_message_id="answer",
    )
    with django_capture_on_commit_callbacks(execute=True):
        bulk.conversations_delete(user=owner, ids=ids_of(conversation))
    assert stopped == [running.id]


def test_other_peoples_chats_are_left_alone(owner: User, stranger: User) -> None:
    theirs = conversation_make(stranger)
    project = Project.objects.create(user=owner, name="Mine")
    ids = ids_of(theirs)
    assert bulk.conversations_archive(user=owner, ids=ids) == []
    assert bulk.conversations_delete(user=owner, ids=ids) == []
    assert bulk.conversations_move(user=owner, ids=ids, project=project) == {}
    assert bulk.conversations_tag(user=owner, ids=ids, tag="Mine") == []
    theirs.refresh_from_db()
    assert (theirs.is_archived, theirs.deleted_at, theirs.project) == (False, None, None)
    assert not theirs.tags.exists()


def test_a_move_says_where_the_chats_were(owner: User) -> None:
    old = Project.objects.create(user=owner, name="Old")
    new = Project.objects.create(user=owner, name="New")
    free, inside, there = make(owner, 3)
    Conversation.objects.filter(pk=inside.pk).update(project=old)
    Conversation.objects.filter(pk=there.pk).update(project=new)
    before = bulk.conversations_move(user=owner, ids=ids_of(free, inside, there), project=new)
    assert before == {"": ids_of(free), old.pk: ids_of(inside)}
    assert new.conversations.count() == 3
    assert bulk.conversations_move(user=owner, ids=ids_of(free), project=None) == {
        new.pk: ids_of(free),
    }


def test_a_bookmark_is_put_on_chats_and_taken_off_again(owner: User) -> None:
    with_it, without = make(owner, 2)
    bookmark(with_it, "Later")
    ids = ids_of(with_it, without)
    assert bulk.conversations_tag(user=owner, ids=ids, tag="Later") == ids_of(without)
    assert Tag.objects.get().conversations.count() == 2
    assert bulk.conversations_untag(user=owner, ids=ids_of(without), tag="Later") == ids_of(without)
    assert bulk.conversations_untag(user=owner, ids=ids, tag="Nothing") == []
    assert Tag.objects.get().conversations.get() == with_it


def test_a_chat_with_all_the_bookmarks_it_can_have_refuses_for_all(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "MAX_TAGS_OF_ONE", 1)
    full, free = make(owner, 2)
    bookmark(full, "One")
    with pytest.raises(InvalidInputError, match="at most 1 bookmarks"):
        bulk.conversations_tag(user=owner, ids=ids_of(full, free), tag="Two")
    assert not free.tags.exists()
    assert not Tag.objects.filter(tag="Two").exists()


def test_more_chats_than_the_limit_change_nothing(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "MAX_IDS", 2)
    chats = make(owner, 3)
    with pytest.raises(InvalidInputError, match="3 chats are too many at once"):
        bulk.conversations_delete(user=owner, ids=ids_of(*chats))
    assert Conversation.objects.visible_to(owner).count() == 3


def test_many_chats_cost_as_many_queries_as_few(
    owner: User,
    django_assert_max_num_queries: Any,
) -> None:
    ids = ids_of(*make(owner, 60))
    with django_assert_max_num_queries(6):
        bulk.conversations_archive(user=owner, ids=ids)
    with django_assert_max_num_queries(6):
        bulk.conversations_unarchive(user=owner, ids=ids)
