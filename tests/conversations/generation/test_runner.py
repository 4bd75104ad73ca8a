"""One answer from start to finish, and every way it can end."""

import asyncio
import logging
from typing import Any

import pytest
from django.db import OperationalError

from accounts.models import User
from agents.engine.offload import offload
from agents.errors import NoUserKeyError, ProviderAuthError, ProviderUnavailableError
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
from conversations.generation import dispatch, finish, runner, supervise
from conversations.models import Conversation, Generation, Message
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import (
    answer_of,
    begin,
    conversation_of,
    events_of,
    finished,
    fresh,
    until,
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


async def test_a_refused_call_is_told_as_part_of_a_normal_end(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    failure = ProviderAuthError.by("Scripted", upstream_status=401)
    endpoint.model.say(failure)
    generation = await begin(owner)
    ended = (await events_of(loop_runs, generation))[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.is_setup_error) == ("failed", False)
    assert ended.error["type"] == "provider_auth"
    answer = await answer_of(generation)
    assert answer.content == [
        {
            "type": "error",
            "error": f"An error occurred while processing the request: 401 {failure.message}",
        },
    ]
    assert (answer.error, answer.unfinished) == (False, False)
    assert answer.metadata["error"]["type"] == "provider_auth"
    assert (await fresh(generation)).state == "failed"


async def test_a_failure_in_mid_answer_keeps_the_text(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(
        neutral.TextDelta("So far"),
        neutral.Failed("overloaded_error", "Too busy."),
    )
    generation = await begin(owner)
    answer = await finished(loop_runs, generation)
    assert answer.content == [
        {"type": "text", "text": "So far"},
        {
            "type": "error",
            "error": "An error occurred while processing the request: Too busy.",
        },
    ]
    assert answer.metadata["usage"]["is_estimated"] is True


async def test_a_cut_stream_is_interrupted_and_can_be_continued(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(neutral.TextDelta("One, two"), neutral.Failed("cut", "Cut off."))
    generation = await begin(owner)
    events = await events_of(loop_runs, generation)
    assert events[-1] == Ended("interrupted", {"type": "cut", "message": "Cut off."})
    answer = await answer_of(generation)
    assert answer.content == [{"type": "text", "text": "One, two"}]
    assert (answer.unfinished, answer.finish_reason) == (True, "cut")


async def test_a_stream_cut_before_the_first_word_says_so(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.model.say(neutral.Started())
    answer = await finished(loop_runs, await begin(owner))
    assert answer.content == [
        {"type": "error", "error": "The provider closed the connection before the answer ended."},
    ]
    assert (answer.unfinished, answer.finish_reason) == (True, "cut")


async def test_a_missing_key_is_a_setup_error_and_calls_nobody(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    endpoint.refusal = NoUserKeyError.of()
    generation = await begin(owner)
    events = await events_of(loop_runs, generation)
    assert events[-1] == Ended("failed", {"type": "no_user_key"}, is_setup_error=True)
    answer = await answer_of(generation)
    assert answer.content == [{"type": "error", "error": '{"type":"no_user_key"}'}]
    assert answer.error is True
    assert endpoint.model.requests == []


async def test_an_empty_text_starts_and_fails_in_the_stream(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await begin(owner, "")
    events = await events_of(loop_runs, generation)
    assert events[-1] == Ended("failed", {"type": "empty_messages"}, is_setup_error=True)
    assert endpoint.model.requests == []


async def test_a_defect_is_logged_with_an_id_and_shown_without_details(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
    caplog: pytest.LogCaptureFixture,
) -> None:
    endpoint.model.say(neutral.TextDelta("Half"), RuntimeError("secret detail"))
    generation = await begin(owner)
    ended = (await events_of(loop_runs, generation))[-1]
    assert isinstance(ended, Ended)
    assert ended.error["type"] == "internal"
    answer = await answer_of(generation)
    assert answer.content[0] == {"type": "text", "text": "Half"}
    assert ended.error["id"] in answer.content[1]["error"]
    assert "secret detail" not in str(answer.content)
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert record.error_id == ended.error["id"]  # type: ignore[attr-defined]


async def test_a_provider_that_is_down_says_it_in_our_words(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    failure = ProviderUnavailableError.by("Scripted")
    endpoint.model.say(failure)
    answer = await finished(loop_runs, await begin(owner))
    assert answer.content[0]["error"].endswith(failure.message)


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
    async with asyncio.timeout(5):
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
