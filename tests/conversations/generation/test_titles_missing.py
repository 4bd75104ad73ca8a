"""New conversations that get no title, or not the model's."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from accounts.models import User
from agents.errors import NoUserKeyError, ProviderUnavailableError
from agents.llm.wire import neutral
from conversations.eventlog.events import Ended
from conversations.eventlog.log import EventLog
from conversations.generation import dispatch
from conversations.generation.cancel import generation_stop
from conversations.generation.titles import title_save
from conversations.models import Conversation, Generation
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.titled import over, title_settings
from tests.conversations.generation.turns import begin, conversation_of, events_of
from tests.factories.chats import Gate, answer_events


async def test_a_failed_answer_gets_no_final_title(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.title = title_settings(timing="final")
    endpoint.model.say(ProviderUnavailableError.by("Scripted"))
    generation = await begin(owner)
    await events_of(loop_runs, generation)
    await over(generation)
    assert (await conversation_of(generation)).title == "New Chat"


async def test_a_stop_cancels_the_title(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.title = title_settings()
    answering, naming = Gate(), Gate()
    endpoint.model.say(neutral.TextDelta("So"), answering)
    endpoint.model.say_as("small-model", naming)
    generation = await begin(owner)
    async with asyncio.timeout(60):
        await asyncio.gather(answering.reached.wait(), naming.reached.wait())
    await generation_stop(owner, generation=generation)
    await over(generation)
    assert (await conversation_of(generation)).title == "New Chat"
    assert endpoint.model.closed == 2


async def test_a_title_that_fails_is_no_reason_to_fail(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    caplog: pytest.LogCaptureFixture,
) -> None:
    endpoint.title = title_settings()
    gate = Gate()
    endpoint.model.say(neutral.TextDelta("Good"), gate, *answer_events(" answer."))
    endpoint.model.say_as("small-model", ProviderUnavailableError.by("Scripted"))
    generation = await begin(owner)
    await gate.reached.wait()
    gate.opened.set()
    assert (await events_of(loop_runs, generation))[-1] == Ended("done")
    await over(generation)
    assert (await conversation_of(generation)).title == "New Chat"
    assert "A title could not be made." in caplog.messages


async def test_an_empty_title_is_none(owner: User, endpoint: Endpoint, loop_runs: EventLog) -> None:
    endpoint.title = title_settings()
    endpoint.model.say(*answer_events("Answer."))
    endpoint.model.say_as("small-model", *answer_events("\n \n"))
    generation = await begin(owner)
    await events_of(loop_runs, generation)
    await over(generation)
    assert (await conversation_of(generation)).title == "New Chat"


@pytest.mark.parametrize("fields", [{"is_temporary": True}, {"text": ""}])
async def test_temporary_and_failed_first_turns_get_no_title(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    fields: dict[str, Any],
) -> None:
    endpoint.title = title_settings()
    generation = await begin(owner, **fields)
    await events_of(loop_runs, generation)
    await over(generation)
    assert (await conversation_of(generation)).title == "New Chat"
    assert len(endpoint.model.requests) <= 1


async def test_later_turns_get_no_title(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    first = await begin(owner)
    await events_of(loop_runs, first)
    endpoint.title = title_settings()
    second = await begin(
        owner,
        conversation_id=(await conversation_of(first)).conversation_id,
        parent_message_id=first.response_message_id,
    )
    await events_of(loop_runs, second)
    await over(second)
    assert len(endpoint.model.requests) == 2


async def test_a_setup_error_after_the_title_began_cancels_it(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.title = title_settings()
    endpoint.model.say(NoUserKeyError.of())
    endpoint.model.say_as("small-model", Gate())
    generation = await begin(owner)
    events = await events_of(loop_runs, generation)
    assert isinstance(events[-1], Ended)
    await dispatch.drain(0)
    assert (await conversation_of(generation)).title == "New Chat"


def test_a_title_a_person_gave_is_not_taken_away(owner: User) -> None:
    conversation = Conversation.objects.create(user=owner, title="Mine")
    generation = Generation(user=owner, conversation=conversation)
    assert title_save(generation=generation, title="Theirs") is False
    conversation.refresh_from_db()
    assert conversation.title == "Mine"


def test_a_deleted_conversation_gets_no_title(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    conversation = Conversation.objects.create(user=owner, deleted_at=owner.created_at)
    generation = Generation(user=owner, conversation=conversation)
    assert title_save(generation=generation, title="Too late") is False
