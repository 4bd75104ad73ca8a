"""Follow-ups in their queue."""

from datetime import timedelta

import pytest

from accounts.models import User
from conversations import access
from conversations.errors import (
    EmptyFollowUpError,
    FollowUpTooLongError,
    QueueFullError,
    RequestReusedError,
)
from conversations.models import Conversation, QueuedTurn
from conversations.queries.followups import turns_shown
from conversations.services import queued_turns
from conversations.services.queued_turns import (
    queued_turn_add,
    queued_turn_claim,
    queued_turn_edit,
    queued_turn_first,
    queued_turn_move,
    queued_turn_refuse,
    queued_turn_remove,
    queued_turn_restore,
    queued_turns_purge,
)
from librechat.kernel import clock
from librechat.kernel.errors import AppError, NotFoundError
from tests.factories.threads import conversation_make


@pytest.fixture
def conversation(owner: User) -> Conversation:
    return conversation_make(owner)


def add(conversation: Conversation, text: str, **fields: str) -> QueuedTurn:
    return queued_turn_add(conversation=conversation, text=text, request={}, **fields)


def texts(conversation: Conversation) -> list[str]:
    return [turn.text for turn in turns_shown(conversation)]


def test_messages_wait_in_the_order_they_came(conversation: Conversation) -> None:
    for text in ("One", "Two", "Three"):
        add(conversation, text)
    assert texts(conversation) == ["One", "Two", "Three"]


@pytest.mark.parametrize(
    ("text", "error", "status"),
    [
        ("  \n", EmptyFollowUpError, 400),
        ("x" * 16_001, FollowUpTooLongError, 413),
        ("a\x00b", AppError, 400),
    ],
)
def test_a_message_that_cannot_be_sent_is_not_kept(
    conversation: Conversation,
    text: str,
    error: type[AppError],
    status: int,
) -> None:
    with pytest.raises(error) as refused:
        add(conversation, text)
    assert refused.value.status == status
    assert not QueuedTurn.objects.exists()


def test_so_many_wait_and_no_more(
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queued_turns, "MAX_WAITING", 2)
    add(conversation, "One")
    removed = add(conversation, "Two")
    with pytest.raises(QueueFullError) as refused:
        add(conversation, "Three")
    assert (refused.value.status, refused.value.code) == (429, "QUEUED_TURN_QUEUE_FULL")
    queued_turn_remove(turn=removed)
    add(conversation, "Four")
    with pytest.raises(QueueFullError):
        queued_turn_restore(turn=removed)
    assert texts(conversation) == ["One", "Four"]


def test_the_same_request_id_finds_the_same_message(conversation: Conversation) -> None:
    first = add(conversation, "One", client_request_id="r1")
    assert add(conversation, "One", client_request_id="r1").pk == first.pk
    with pytest.raises(RequestReusedError):
        add(conversation, "Other", client_request_id="r1")
    assert texts(conversation) == ["One"]


def test_a_message_is_moved_to_any_place(conversation: Conversation) -> None:
    turns = [add(conversation, text) for text in ("One", "Two", "Three")]
    queued_turn_move(turn=turns[2], position=0)
    assert texts(conversation) == ["Three", "One", "Two"]
    queued_turn_move(turn=turns[2], position=99)
    assert texts(conversation) == ["One", "Two", "Three"]
    queued_turn_move(turn=turns[1], position=-5)
    assert texts(conversation) == ["Two", "One", "Three"]


def test_a_message_becomes_the_next(conversation: Conversation) -> None:
    add(conversation, "One")
    second = add(conversation, "Two")
    queued_turn_first(turn=second)
    assert texts(conversation) == ["Two", "One"]
    assert QueuedTurn.objects.get(pk=second.pk).request["now"] is True


def test_new_words_let_a_refused_message_wait_again(conversation: Conversation) -> None:
    turn = add(conversation, "One")
    assert queued_turn_claim(turn)
    assert texts(conversation) == []
    queued_turn_refuse(turn, code="forbidden", message="Not for you.")
    [refused] = turns_shown(conversation)
    assert (refused.pk, refused.text) == (turn.pk, "One")
    assert refused.failure == {"type": "forbidden", "message": "Not for you."}
    edited = queued_turn_edit(turn=refused, text="Other")
    assert (edited.text, edited.failure) == ("Other", None)


def test_only_one_claims_a_message(conversation: Conversation) -> None:
    turn = add(conversation, "One")
    assert queued_turn_claim(turn)
    assert not queued_turn_claim(turn)


def test_a_message_that_was_sent_is_not_edited(conversation: Conversation) -> None:
    turn = add(conversation, "One")
    queued_turn_claim(turn)
    for change in (queued_turn_remove, queued_turn_first):
        with pytest.raises(NotFoundError):
            change(turn=turn)
    with pytest.raises(NotFoundError):
        queued_turn_edit(turn=turn, text="Other")


def test_a_removed_message_comes_back_to_its_place(conversation: Conversation) -> None:
    first = add(conversation, "One")
    add(conversation, "Two")
    queued_turn_remove(turn=first)
    assert texts(conversation) == ["Two"]
    queued_turn_restore(turn=access.queued_turn_get(conversation.user, first.pk))
    assert texts(conversation) == ["One", "Two"]


def test_what_was_removed_goes_away_after_a_day(
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queued_turn_remove(turn=add(conversation, "One"))
    add(conversation, "Two")
    assert queued_turns_purge() == 0
    later = clock.now() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert queued_turns_purge() == 1
    assert list(QueuedTurn.objects.values_list("text", flat=True)) == ["Two"]


def test_nobody_else_sees_what_waits(conversation: Conversation, stranger: User) -> None:
    turn = add(conversation, "One")
    assert access.queued_turn_get(conversation.user, turn.pk).pk == turn.pk
    for user, where in ((stranger, ""), (conversation.user, "elsewhere")):
        with pytest.raises(NotFoundError):
            access.queued_turn_get(user, turn.pk, where)
