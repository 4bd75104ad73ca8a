"""Stopping, deleting and shutting down while an answer is written."""

import asyncio
from typing import Any

import pytest

from accounts.models import User
from agents.engine.offload import offload
from agents.llm.wire import neutral
from conversations.errors import NotAcceptingError
from conversations.eventlog.events import Created, Ended
from conversations.eventlog.log import EventLog
from conversations.generation import cancel, dispatch
from conversations.generation.cancel import generation_stop
from conversations.models import Conversation, Generation, Message, State
from conversations.services.conversations import conversation_delete, conversation_restore
from conversations.services.purging import conversations_purge
from librechat.kernel.errors import NotFoundError
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import (
    answer_of,
    begin,
    conversation_of,
    events_of,
    fresh,
)
from tests.factories.chats import Gate
from tests.factories.threads import conversation_make, generation_make, turn_make


async def test_a_stop_keeps_the_text_and_ends_the_call(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(neutral.Started(), neutral.TextDelta("Once upon"), gate)
    generation = await begin(owner)
    await gate.reached.wait()
    assert await generation_stop(owner, generation=generation) is True
    assert endpoint.model.closed == 1
    answer = await answer_of(generation)
    assert answer.content == [{"type": "text", "text": "Once upon"}]
    assert (answer.unfinished, answer.error, answer.finish_reason) == (True, False, "stopped")
    assert answer.metadata["usage"]["is_estimated"] is True
    assert answer.metadata["usage"]["output"] > 0
    assert (await events_of(loop_runs, generation))[-1] == Ended("stopped")
    assert (await fresh(generation)).state == "stopped"
    assert (await conversation_of(generation)).is_unread is False


async def test_a_stop_before_the_first_token_leaves_an_empty_unfinished_answer(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(gate)
    generation = await begin(owner)
    await gate.reached.wait()
    assert await generation_stop(owner, generation=generation)
    answer = await answer_of(generation)
    assert (answer.content, answer.unfinished) == ([], True)
    events = await events_of(loop_runs, generation)
    assert isinstance(events[0], Created)
    assert events[-1] == Ended("stopped")
    assert answer.metadata["credits"] == 0


async def test_a_stop_that_comes_before_the_run_is_not_missed(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(gate)
    dispatch.bind_loop(None)
    generation = await begin(owner)
    await loop_runs.request_stop(generation.id)
    dispatch.bind_loop(asyncio.get_running_loop())
    dispatch.dispatch(generation.id)
    assert (await events_of(loop_runs, generation))[-1] == Ended("stopped")


async def test_stopping_what_is_over_changes_nothing(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner)
    await events_of(loop_runs, generation)
    assert await generation_stop(owner, generation=generation) is False
    assert (await fresh(generation)).state == "done"


async def test_nobody_stops_another_persons_answer(
    owner: User,
    stranger: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(gate)
    generation = await begin(owner)
    await gate.reached.wait()
    with pytest.raises(NotFoundError):
        await generation_stop(stranger, generation=generation)
    assert not await loop_runs.is_stopped(generation.id)
    assert dispatch.is_running(generation.id)


async def test_a_dead_runner_does_not_hold_up_its_stop(
    owner: User,
    loop_runs: EventLog,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(cancel, "PATIENCE_SECONDS", 0.01)

    def make() -> Generation:
        return generation_make(turn_make(conversation_make(owner))[1])

    generation = await offload(make)
    assert await generation_stop(owner, generation=generation) is True
    assert "A run did not react to its stop." in caplog.messages


async def test_a_log_that_vanishes_ends_the_wait_for_a_stop(
    owner: User,
    loop_runs: EventLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def gone(*_: object) -> Any:
        return
        yield

    monkeypatch.setattr(loop_runs, "follow", gone, raising=False)

    def make() -> Generation:
        return generation_make(turn_make(conversation_make(owner))[1])

    assert await generation_stop(owner, generation=await offload(make)) is True


async def test_words_after_the_stop_are_dropped(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(neutral.TextDelta("Kept"), gate, neutral.TextDelta(" dropped"))
    generation = await begin(owner)
    await gate.reached.wait()
    await generation_stop(owner, generation=generation)
    gate.opened.set()
    await asyncio.sleep(0.02)
    assert (await answer_of(generation)).content == [{"type": "text", "text": "Kept"}]


async def test_deleting_a_conversation_stops_its_run_and_restoring_shows_what_there_was(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(neutral.TextDelta("So far"), gate)
    generation = await begin(owner)
    await gate.reached.wait()
    conversation = await conversation_of(generation)
    conversation.user = owner
    await offload(conversation_delete, conversation=conversation)
    assert (await events_of(loop_runs, generation))[-1] == Ended("stopped")
    assert endpoint.model.closed == 1
    assert not await Conversation.objects.visible_to(owner).aexists()
    await offload(
        conversation_restore,
        user=owner,
        conversation_id=conversation.conversation_id,
    )
    assert await Conversation.objects.visible_to(owner).aexists()
    assert (await answer_of(generation)).content == [{"type": "text", "text": "So far"}]


async def test_purging_a_conversation_under_its_run_brings_nothing_back(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(neutral.TextDelta("So far"), gate)
    generation = await begin(owner)
    await gate.reached.wait()
    await Conversation.objects.aupdate(expired_at=generation.created_at)
    assert await offload(conversations_purge) == 1
    assert isinstance((await events_of(loop_runs, generation))[-1], Ended)
    assert (await Message.objects.acount(), await Generation.objects.acount()) == (0, 0)


async def test_a_shutdown_lets_an_answer_end_within_the_grace(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(
        neutral.TextDelta("Just"), gate, neutral.TextDelta(" made it."), neutral.Finished("stop")
    )
    generation = await begin(owner)
    await gate.reached.wait()
    draining = asyncio.create_task(dispatch.drain(5))
    await asyncio.sleep(0)
    with pytest.raises(NotAcceptingError):
        await begin(owner)
    gate.opened.set()
    await draining
    answer = await answer_of(generation)
    assert answer.content == [{"type": "text", "text": "Just made it."}]
    assert (await fresh(generation)).state == "done"


async def test_a_shutdown_interrupts_what_does_not_end_and_says_so(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(neutral.TextDelta("So far"), gate)
    generation = await begin(owner)
    await gate.reached.wait()
    await dispatch.drain(0.01)
    answer = await answer_of(generation)
    assert answer.content == [{"type": "text", "text": "So far"}]
    assert (answer.unfinished, answer.finish_reason) == (True, "interrupted")
    assert (await fresh(generation)).state == State.INTERRUPTED
    ended = (await events_of(loop_runs, generation))[-1]
    assert ended == Ended("interrupted", {"type": "server_restart"})
    assert not dispatch.is_running(generation.id)


async def test_a_run_dispatched_twice_or_in_a_shutdown_is_not_started(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(gate)
    generation = await begin(owner)
    await gate.reached.wait()
    dispatch.dispatch(generation.id)
    await asyncio.sleep(0.01)
    assert len(endpoint.model.requests) == 1
    await dispatch.drain(0)
    dispatch.dispatch(generation.id)
    await asyncio.sleep(0.01)
    assert not dispatch.is_running(generation.id)
    assert dispatch.bound_loop() is asyncio.get_running_loop()
