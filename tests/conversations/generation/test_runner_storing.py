"""One answer and the database: checkpoints, lost generations, and what recovery finds."""

import asyncio
from typing import Any

import pytest
from django.db import OperationalError

from accounts.models import User
from agents.engine.offload import offload
from agents.llm.wire import neutral
from conversations.eventlog.events import Ended
from conversations.eventlog.log import EventLog
from conversations.generation import dispatch, finish, runner, supervise
from conversations.models import Conversation, Generation, Message
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import (
    answer_of,
    begin,
    events_of,
    finished,
    fresh,
    until,
)
from tests.factories.chats import Gate, answer_events


async def test_a_checkpoint_saves_what_is_there_while_it_streams(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    settings: Any,
) -> None:
    settings.GENERATION_CHECKPOINT_SECONDS = 0.02
    gate = Gate()
    endpoint.model.say(neutral.TextDelta("So far"), gate, *answer_events(" and on."))
    generation = await begin(owner)
    await gate.reached.wait()
    answer = await answer_of(generation)
    async with asyncio.timeout(60):
        while not answer.content:
            await asyncio.sleep(0.01)
            answer = await answer_of(generation)
    assert answer.content == [{"type": "text", "text": "So far"}]
    assert (answer.unfinished, answer.sender) == (True, "Test Model")
    assert (await fresh(generation)).lease_expires_at is not None
    gate.opened.set()
    assert (await finished(loop_runs, generation)).content == [
        {"type": "text", "text": "So far and on."},
    ]


async def test_a_failing_checkpoint_is_tried_again(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.GENERATION_CHECKPOINT_SECONDS = 0.01
    gate, tries = Gate(), list[int]()

    def failing(*_: object) -> bool:
        tries.append(1)
        if len(tries) > 2:
            gate.opened.set()
        raise OperationalError("away")

    monkeypatch.setattr(supervise, "renew", failing)
    endpoint.model.say(neutral.TextDelta("Still"), gate, *answer_events(" here."))
    answer = await finished(loop_runs, await begin(owner))
    assert answer.content == [{"type": "text", "text": "Still here."}]


async def test_a_runner_that_lost_its_generation_writes_nothing_more(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    settings: Any,
) -> None:
    settings.GENERATION_CHECKPOINT_SECONDS = 0.02
    gate = Gate()
    endpoint.model.say(neutral.TextDelta("Late words"), gate)
    generation = await begin(owner)
    await gate.reached.wait()
    await Generation.objects.filter(id=generation.id).aupdate(fence=7, state="interrupted")
    await Message.objects.filter(message_id=generation.response_message_id).aupdate(content=[])
    events = await events_of(loop_runs, generation)
    assert events[-1] == Ended("interrupted", {"type": "lease_lost"})
    assert (await answer_of(generation)).content == []
    assert (await fresh(generation)).fence == 7
    assert endpoint.model.closed == 1


async def test_an_answer_is_stored_when_the_database_comes_back(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runner, "STORE_DELAYS", (0, 0))
    stored, tries = finish.generation_finish, list[int]()

    def away_at_first(**fields: Any) -> bool:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("away")
        return stored(**fields)

    monkeypatch.setattr(runner, "generation_finish", away_at_first)
    generation = await begin(owner)
    answer = await finished(loop_runs, generation)
    assert answer.content == [{"type": "text", "text": "Hello."}]
    assert len(tries) == 3


async def test_an_answer_that_cannot_be_stored_is_left_to_recovery(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(runner, "STORE_DELAYS", ())

    def away(**_: Any) -> bool:
        raise OperationalError("away")

    monkeypatch.setattr(runner, "generation_finish", away)
    generation = await begin(owner)
    await until(lambda: "A run broke off." in caplog.messages)
    assert not dispatch.is_running(generation.id)
    assert (await fresh(generation)).state == "running"


async def test_a_generation_somebody_else_has_is_left_alone(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner)
    await finished(loop_runs, generation)
    await runner.run(generation.id)
    assert len(endpoint.model.requests) == 1


async def test_a_deleted_account_ends_its_runs_and_nothing_comes_back(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(neutral.TextDelta("Late"), gate, *answer_events(" words."))
    generation = await begin(owner)
    await gate.reached.wait()
    await offload(owner.delete)
    gate.opened.set()
    events = await events_of(loop_runs, generation)
    assert isinstance(events[-1], Ended)
    assert await Message.objects.acount() == 0
    assert await Conversation.objects.acount() == 0
