"""Who reaches what: the owner, and nobody else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from conversations import access
from conversations.errors import GenerationReplacedError
from conversations.models import Conversation, Message, State
from librechat.kernel import clock
from librechat.kernel.errors import NotFoundError
from tests.factories.threads import conversation_make, generation_make, turn_make


def test_the_owner_reaches_everything_and_a_stranger_nothing(owner: User, stranger: User) -> None:
    conversation = conversation_make(owner)
    _, answer = turn_make(conversation)
    generation = generation_make(answer)
    calls: list[Callable[[User], Any]] = [
        lambda user: access.conversation_get(user, conversation.conversation_id),
        lambda user: access.conversation_get(user, conversation.conversation_id, "delete"),
        lambda user: access.message_get(user, conversation.conversation_id, answer.message_id),
        lambda user: access.generation_get(user, generation.id),
        lambda user: access.generation_for_stream(user, conversation.conversation_id),
    ]
    expected = [conversation, conversation, answer, generation, generation]
    assert [call(owner) for call in calls] == expected
    for call in calls:
        with pytest.raises(NotFoundError):
            call(stranger)
    assert list(access.generations_active(owner)) == [generation]
    assert list(access.generations_active(stranger)) == []


@pytest.mark.parametrize("gone", ["deleted_at", "expired_at"])
def test_what_is_deleted_or_expired_is_reached_by_nobody(owner: User, gone: str) -> None:
    conversation = conversation_make(owner)
    _, answer = turn_make(conversation)
    generation = generation_make(answer)
    Conversation.objects.update(**{gone: clock.now() - timedelta(seconds=1)})
    with pytest.raises(NotFoundError):
        access.conversation_get(owner, conversation.conversation_id)
    with pytest.raises(NotFoundError):
        access.message_get(owner, conversation.conversation_id, answer.message_id)
    with pytest.raises(NotFoundError):
        access.generation_get(owner, generation.id)
    assert not Message.objects.visible_to(owner).exists()
    assert not access.generations_active(owner).exists()


def test_a_message_of_another_conversation_is_not_here(owner: User) -> None:
    here, there = conversation_make(owner), conversation_make(owner)
    _, answer = turn_make(there)
    with pytest.raises(NotFoundError):
        access.message_get(owner, here.conversation_id, answer.message_id)


def test_a_right_that_does_not_exist_is_a_mistake(owner: User) -> None:
    with pytest.raises(ValueError, match="no right 'admire'"):
        access.conversation_get(owner, "c", "admire")


def test_a_stream_shows_the_running_else_the_newest_generation(owner: User) -> None:
    conversation = conversation_make(owner)
    now = clock.now().replace(microsecond=0)
    first = generation_make(turn_make(conversation)[1], created_at=now)
    later = now + timedelta(seconds=1)
    second = generation_make(turn_make(conversation)[1], State.DONE, created_at=later)
    assert access.generation_for_stream(owner, conversation.conversation_id) == first
    first.state = State.DONE
    first.save()
    assert access.generation_for_stream(owner, conversation.conversation_id) == second


def test_a_generation_is_named_by_the_milliseconds_of_its_start(owner: User) -> None:
    conversation = conversation_make(owner)
    moment = clock.now().replace(microsecond=345_000)
    generation = generation_make(turn_make(conversation)[1], created_at=moment)
    generation_make(turn_make(conversation)[1], created_at=moment + timedelta(seconds=5))
    milliseconds = clock.milliseconds(moment)
    found = access.generation_for_stream(owner, conversation.conversation_id, milliseconds)
    assert found == generation
    for wrong in (milliseconds + 1, 0, -1, 10**18, -(10**18)):
        with pytest.raises(GenerationReplacedError) as refused:
            access.generation_for_stream(owner, conversation.conversation_id, wrong)
        assert refused.value.data["body"]["code"] == "GENERATION_REPLACED"  # type: ignore[index]


def test_a_conversation_without_generations_has_no_stream(owner: User) -> None:
    conversation = conversation_make(owner)
    with pytest.raises(NotFoundError):
        access.generation_for_stream(owner, conversation.conversation_id, 1)
