"""One answer from start to finish."""

import asyncio
from typing import Any

import pytest

from accounts.models import User
from agents.llm.wire import neutral
from conversations.errors import LogUnavailableError
from conversations.eventlog.events import (
    Created,
    Ended,
    Event,
    PartClosed,
    PartGrew,
    PartOpened,
    UsageKnown,
    Waiting,
)
from conversations.eventlog.log import EventLog
from conversations.eventlog.memory_log import MemoryLog
from conversations.generation import runner, supervise
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import (
    answer_of,
    begin,
    conversation_of,
    events_of,
    finished,
    fresh,
)
from tests.factories.chats import Gate, answer_events


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, PartGrew))


async def test_an_answer_streams_into_the_log_and_is_stored_before_the_end_is_told(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(*answer_events("Ninety", "-seven."))
    generation = await begin(owner)
    events = await events_of(loop_runs, generation)
    assert [type(event) for event in events[:3]] == [Created, PartOpened, PartGrew]
    assert text_of(events) == "Ninety-seven."
    assert [type(event) for event in events[-3:]] == [PartClosed, UsageKnown, Ended]
    assert events[-1] == Ended("done")
    answer = await answer_of(generation)
    assert answer.content == [{"type": "text", "text": "Ninety-seven."}]
    assert (answer.unfinished, answer.error, answer.finish_reason) == (False, False, "stop")
    assert answer.sender == "Test Model"
    assert answer.metadata["usage"]["input"] == 9
    assert answer.metadata["usage"]["output"] == 5
    assert answer.metadata["usage"]["is_estimated"] is False
    assert answer.token_count > 0
    stored = await fresh(generation)
    assert (stored.state, stored.error, stored.fence) == ("done", None, 1)
    conversation = await conversation_of(generation)
    assert conversation.leaf_message_id == generation.response_message_id
    assert conversation.is_unread is True
    [question] = [row async for row in conversation.messages.filter(is_created_by_user=True)]
    assert question.token_count > 0


async def test_the_created_event_is_librechats_message(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner, "Hello")
    created = (await events_of(loop_runs, generation))[0]
    assert created == Created(
        {
            "messageId": generation.user_message_id,
            "parentMessageId": "00000000-0000-0000-0000-000000000000",
            "conversationId": (await conversation_of(generation)).conversation_id,
            "sender": "User",
            "text": "Hello",
            "isCreatedByUser": True,
        },
        generation.response_message_id,
    )


async def test_reasoning_comes_before_text_in_a_part_of_its_own(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(
        neutral.Started(),
        neutral.ThinkingDelta("Check 2, 3."),
        neutral.ThinkingSigned("sig"),
        neutral.TextDelta("Yes."),
        neutral.Finished("stop"),
    )
    answer = await finished(loop_runs, await begin(owner))
    thought, text = answer.content
    assert thought.pop("runStepDurationMs") >= 0
    assert thought == {"type": "think", "think": "Check 2, 3."}
    assert text == {"type": "text", "text": "Yes."}


async def test_deltas_within_a_moment_become_one_event(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    words = [f"word{n} " for n in range(1_000)]
    endpoint.model.say(*answer_events(*words))
    events = await events_of(loop_runs, await begin(owner))
    assert text_of(events) == "".join(words)
    assert len(events) < 50


async def test_a_slow_model_is_said_to_be_slow_once(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runner, "SLOW_SECONDS", 0)
    gate = Gate()
    endpoint.model.say(gate, *answer_events("At last."))
    generation = await begin(owner)
    await gate.reached.wait()
    gate.opened.set()
    events = await events_of(loop_runs, generation)
    assert [event for event in events if isinstance(event, Waiting)] == [Waiting("slow")]


async def test_an_answer_goes_on_while_the_log_is_away(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    away = [True]
    append, wait = MemoryLog.append_many, MemoryLog.wait_stop

    async def unsteady(self: MemoryLog, generation_id: str, events: Any) -> int:
        if away[0]:
            raise LogUnavailableError("away")
        return await append(self, generation_id, events)

    async def unsteady_wait(self: MemoryLog, generation_id: str) -> None:
        if away[0]:
            raise LogUnavailableError("away")
        await wait(self, generation_id)

    monkeypatch.setattr("conversations.generation.writer.RETRY_SECONDS", 0.01)
    monkeypatch.setattr(supervise, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(MemoryLog, "append_many", unsteady)
    monkeypatch.setattr(MemoryLog, "wait_stop", unsteady_wait)
    gate = Gate()
    endpoint.model.say(neutral.TextDelta("One"), gate, *answer_events(" two."))
    generation = await begin(owner)
    await gate.reached.wait()
    await asyncio.sleep(0.05)
    away[0] = False
    gate.opened.set()
    events = await events_of(loop_runs, generation)
    assert text_of(events) == "One two."
    assert isinstance(events[0], Created)
