"""Forks and duplicates of stored conversations."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from conversations.models import Conversation, Message, Project
from conversations.services import changes
from conversations.services.changes import Change
from conversations.services.demo_content import conversation_seed
from conversations.services.forks import (
    conversation_copy,
    conversation_duplicate,
    conversation_fork,
)
from librechat.kernel.errors import InvalidInputError, NotFoundError
from librechat.kernel.ids import NO_PARENT
from tests.factories.threads import answer_make, bookmark, conversation_make, question_make

MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)
# text → parent's text
Shape = dict[str, str]


@pytest.fixture
def chat(owner: User) -> Conversation:
    """A question with two answers; below the first, a follow-up in two wordings, one answered."""
    conversation = conversation_make(owner, "Primes", parameters={"temperature": 0.3})
    root = question_make(conversation, "root")
    first, _second = answer_make(root, "first"), answer_make(root, "second")
    follow = question_make(conversation, "follow", first)
    question_make(conversation, "reworded", first)
    answer_make(follow, "end")
    Message.objects.filter(is_created_by_user=False).update(text="")
    return conversation


def words(message: Message) -> str:
    return message.text or message.content[0]["text"]


def shape(conversation: Conversation) -> Shape:
    rows = list(conversation.messages.in_order())
    known = {row.message_id: words(row) for row in rows} | {NO_PARENT: ""}
    for row in rows:
        assert row.user_id == conversation.user_id
        before = [one for one in rows if one.message_id == row.parent_message_id]
        assert all(one.created_at < row.created_at for one in before)
    return {words(row): known[row.parent_message_id] for row in rows}


def named(conversation: Conversation, text: str) -> Message:
    [found] = [row for row in conversation.messages.all() if words(row) == text]
    return found


PATH = {"root": "", "first": "root", "follow": "first"}
WHOLE = PATH | {"second": "root", "reworded": "first", "end": "follow"}


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("directPath", PATH),
        ("includeBranches", PATH | {"second": "root", "reworded": "first"}),
        ("targetLevel", PATH | {"second": "root", "reworded": "first"}),
    ],
)
def test_each_option_takes_its_messages_along(
    chat: Conversation,
    option: Any,
    expected: Shape,
) -> None:
    fork = conversation_fork(
        user=chat.user,
        conversation=chat,
        message_id=named(chat, "follow").message_id,
        option=option,
    )
    assert shape(fork) == expected
    assert fork.leaf_message_id == named(fork, "follow").message_id
    assert shape(chat) == WHOLE
    mine = set(chat.messages.values_list("message_id", flat=True))
    assert not mine & set(fork.messages.values_list("message_id", flat=True))


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("directPath", {"follow": "", "end": "follow"}),
        ("targetLevel", {"follow": "", "reworded": "", "end": "follow"}),
    ],
)
def test_a_split_begins_at_the_messages_level(
    chat: Conversation,
    option: Any,
    expected: Shape,
) -> None:
    for latest in ("", named(chat, "end").message_id):
        fork = conversation_fork(
            user=chat.user,
            conversation=chat,
            message_id=named(chat, "follow").message_id,
            option=option,
            splits_at_target=True,
            latest_message_id=latest,
        )
        assert shape(fork) == expected
        assert fork.leaf_message_id == named(fork, "end").message_id


def test_a_message_that_is_not_there_forks_nothing(chat: Conversation, owner: User) -> None:
    foreign = question_make(conversation_make(owner), "elsewhere")
    above = named(chat, "root").message_id
    wrong: list[dict[str, Any]] = [
        {"message_id": foreign.message_id},
        {"message_id": "gone", "splits_at_target": True},
        {
            "message_id": named(chat, "follow").message_id,
            "splits_at_target": True,
            "latest_message_id": above,
        },
    ]
    for asked in wrong:
        with pytest.raises(NotFoundError):
            conversation_fork(user=owner, conversation=chat, **asked)
    assert Conversation.objects.count() == 2
    assert Message.objects.count() == 7


def test_a_fork_keeps_the_options_and_begins_a_life_of_its_own(
    chat: Conversation,
    clock_at: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    told: list[Change] = []
    monkeypatch.setattr(changes, "_listeners", [told.append])
    project = Project.objects.create(user=chat.user, name="Sums")
    expiry = MOMENT + timedelta(days=1)
    Conversation.objects.update(
        project=project,
        files=["f1"],
        is_archived=True,
        archived_at=MOMENT,
        is_pinned=True,
        is_unread=True,
        expired_at=expiry,
        is_temporary=True,
    )
    bookmark(chat, "Saved", "Later")
    chat.refresh_from_db()
    clock_at(MOMENT)
    with django_capture_on_commit_callbacks(execute=True):
        fork = conversation_fork(
            user=chat.user,
            conversation=chat,
            message_id=named(chat, "root").message_id,
        )
    fork.refresh_from_db()
    assert fork.conversation_id != chat.conversation_id
    assert (fork.title, fork.endpoint, fork.model) == ("Primes", "openAI", "gpt-4o")
    assert (fork.parameters, fork.files) == ({"temperature": 0.3}, ["f1"])
    assert fork.project == project
    assert {tag.tag for tag in fork.tags.all()} == {"Saved", "Later"}
    assert (fork.is_archived, fork.archived_at, fork.is_pinned) == (False, None, False)
    assert (fork.is_temporary, fork.expired_at, fork.is_unread) == (True, expiry, False)
    assert (fork.created_at, fork.updated_at) == (MOMENT, MOMENT)
    assert told == [Change(chat.user_id, fork.conversation_id, "upsert")]


def test_everything_of_a_message_is_copied_but_its_identity(chat: Conversation) -> None:
    Message.objects.filter(id=named(chat, "root").id).update(
        feedback={"rating": "thumbsUp"},
        metadata={"usage": {"input": 3}, "credits": 7},
        token_count=9,
        revision=4,
        attachments=[{"filename": "a"}],
    )
    copy = named(conversation_duplicate(conversation=chat), "root")
    original = named(chat, "root")
    before, after = ({**vars(row), "_state": None} for row in (original, copy))
    differing = {column for column in before if before[column] != after[column]}
    identity = {"id", "message_id", "conversation_id"}
    assert differing == identity | {"metadata", "revision"}
    assert copy.user_id == original.user_id
    assert copy.metadata == {"usage": {"input": 3}, "credits": 7, "copied": True}
    assert copy.revision == 0


def test_a_duplicate_is_whole_and_opens_where_the_original_does(chat: Conversation) -> None:
    chat.leaf_message_id = named(chat, "second").message_id
    chat.save()
    copy = conversation_duplicate(conversation=chat)
    assert (shape(copy), copy.title) == (WHOLE, "Primes")
    assert copy.leaf_message_id == named(copy, "second").message_id
    assert conversation_duplicate(conversation=chat, title="  Two \n words ").title == "Two words"
    with pytest.raises(InvalidInputError):
        conversation_duplicate(conversation=chat, title="x" * 1_025)
    assert Conversation.objects.count() == 3


def test_a_child_as_old_as_its_parent_becomes_younger(chat: Conversation) -> None:
    chat.messages.update(created_at=MOMENT)
    copy = conversation_duplicate(conversation=chat)
    assert shape(copy) == WHOLE
    moments = {words(row): row.created_at - MOMENT for row in copy.messages.all()}
    assert moments == {
        "root": timedelta(0),
        "first": timedelta(milliseconds=1),
        "second": timedelta(milliseconds=1),
        "follow": timedelta(milliseconds=2),
        "reworded": timedelta(milliseconds=2),
        "end": timedelta(milliseconds=3),
    }


def test_rows_that_are_not_stored_become_a_conversation(owner: User, viewer: User) -> None:
    def rows() -> Any:
        for number in range(1_200):
            parent = f"m{number - 1}" if number else "left out"
            yield Message(message_id=f"m{number}", parent_message_id=parent, text=str(number))

    copied = conversation_copy(user=viewer, source_fields={"title": "Shared"}, rows=rows())
    conversation = copied.conversation
    assert (conversation.user, conversation.title) == (viewer, "Shared")
    assert conversation.messages.filter(user=viewer).count() == 1_200
    assert conversation.messages.get(text="0").parent_message_id == NO_PARENT
    last = conversation.messages.get(text="1199")
    assert (last.message_id, last.parent_message_id) == (
        copied.message_ids["m1199"],
        copied.message_ids["m1198"],
    )


def test_the_number_of_queries_does_not_grow_with_every_message(
    owner: User,
    django_assert_max_num_queries: Any,
) -> None:
    chat = conversation_seed(user=owner, messages=500)
    with django_assert_max_num_queries(60):
        copy = conversation_duplicate(conversation=chat)
    assert copy.messages.count() == 500
