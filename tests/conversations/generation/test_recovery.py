"""What is left when a runner dies."""

import asyncio
from datetime import timedelta

import pytest

from accounts.models import User
from agents.engine.offload import offload
from agents.llm.wire import neutral
from agents.llm.wire import parts as wire_parts
from billing.models import Hold
from billing.services import charging
from conversations.errors import LogUnavailableError
from conversations.eventlog.events import Created, Ended, PartGrew, PartOpened
from conversations.eventlog.log import EventLog
from conversations.eventlog.memory_log import MemoryLog
from conversations.generation import dispatch
from conversations.generation.answer import Answer
from conversations.generation.endings import STOPPED
from conversations.generation.finish import Outcome, generation_finish
from conversations.generation.lease import claim, renew
from conversations.generation.recovery import generation_interrupt, recover_expired
from conversations.generation.start import EditedContent, continuation_of
from conversations.models import Generation, Message, State
from librechat.kernel import clock
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import answer_of, begin, events_of, fresh, request
from tests.factories.chats import Gate, answer_events

OPENED = PartOpened(0, "text", "step_1", 1)


async def dead(user: User, **fields: object) -> Generation:
    """Return a generation that was claimed by a process that is no more."""
    dispatch.bind_loop(None)
    generation = await begin(user, **fields)  # type: ignore[arg-type]
    claimed = await offload(claim, generation.id)
    assert claimed is not None
    past = clock.now() - timedelta(seconds=1)
    await Generation.objects.filter(id=generation.id).aupdate(lease_expires_at=past)
    return await Generation.objects.select_related("conversation", "user").aget(id=generation.id)


async def test_the_log_is_folded_into_the_message_and_the_reader_told(
    owner: User,
    loop_runs: EventLog,
) -> None:
    generation = await dead(owner)
    await loop_runs.append_many(
        generation.id,
        [Created({}, generation.response_message_id), OPENED, PartGrew(0, "One, two")],
    )
    reading = asyncio.create_task(events_of(loop_runs, generation))
    assert await recover_expired() == 1
    answer = await answer_of(generation)
    assert answer.content == [{"type": "text", "text": "One, two"}]
    assert (answer.unfinished, answer.finish_reason) == (True, "interrupted")
    assert answer.token_count > 0
    stored = await fresh(generation)
    assert (stored.state, stored.fence) == (State.INTERRUPTED, 2)
    assert (await reading)[-1] == Ended("interrupted", {"type": "server_restart"})
    assert await recover_expired() == 0


async def test_without_the_log_the_last_checkpoint_stays(owner: User, loop_runs: EventLog) -> None:
    generation = await dead(owner)
    saved = [{"type": "text", "text": "Saved"}]
    await Message.objects.filter(message_id=generation.response_message_id).aupdate(content=saved)
    assert await recover_expired() == 1
    assert (await answer_of(generation)).content == saved
    assert await events_of(loop_runs, generation) == [
        Ended("interrupted", {"type": "server_restart"}),
    ]


async def test_an_answer_that_never_began_says_why(owner: User, loop_runs: EventLog) -> None:
    generation = await dead(owner)
    await recover_expired()
    assert (await answer_of(generation)).content == [
        {"type": "error", "error": "The server was restarted before the answer began."},
    ]


async def test_a_generation_that_was_never_claimed_is_ended_after_a_lease(
    owner: User,
    loop_runs: EventLog,
) -> None:
    dispatch.bind_loop(None)
    generation = await begin(owner)
    assert await recover_expired() == 0
    long_ago = clock.now() - timedelta(minutes=1)
    await Generation.objects.filter(id=generation.id).aupdate(created_at=long_ago)
    assert await recover_expired() == 1
    assert (await fresh(generation)).state == State.INTERRUPTED


async def test_a_live_lease_is_left_alone(owner: User, loop_runs: EventLog) -> None:
    generation = await dead(owner)
    ahead = clock.now() + timedelta(seconds=5)
    await Generation.objects.filter(id=generation.id).aupdate(lease_expires_at=ahead)
    assert await recover_expired() == 0


async def test_a_slow_run_of_this_very_process_is_left_alone(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    gate = Gate()
    endpoint.model.say(neutral.TextDelta("Slow"), gate, *answer_events(" but sure."))
    generation = await begin(owner)
    await gate.reached.wait()
    past = clock.now() - timedelta(seconds=1)
    await Generation.objects.filter(id=generation.id).aupdate(lease_expires_at=past)
    assert await recover_expired() == 0
    gate.opened.set()
    assert (await events_of(loop_runs, generation))[-1] == Ended("done")


async def test_two_processes_end_a_generation_once(owner: User, loop_runs: EventLog) -> None:
    generation = await dead(owner)
    counts = await asyncio.gather(recover_expired(), recover_expired())
    assert sorted(counts) == [0, 1]
    assert (await fresh(generation)).fence == 2


async def test_the_old_runners_writes_are_refused(owner: User, loop_runs: EventLog) -> None:
    generation = await dead(owner)
    await recover_expired()
    late = [{"type": "text", "text": "late"}]
    assert await offload(renew, generation, late, "Ghost") is False
    outcome = Outcome(STOPPED, late, "Ghost", Answer(generation).meter, 1.0)
    assert await offload(generation_finish, generation=generation, outcome=outcome) is False
    answer = await answer_of(generation)
    assert (answer.content[0]["type"], answer.sender) == ("error", "")
    assert (await fresh(generation)).state == State.INTERRUPTED


async def test_a_lease_is_renewed_without_touching_an_unchanged_answer(
    owner: User,
    loop_runs: EventLog,
) -> None:
    generation = await dead(owner)
    assert await offload(renew, generation, None, "Ghost") is True
    renewed = await fresh(generation)
    assert renewed.lease_expires_at is not None
    assert renewed.lease_expires_at > clock.now()
    assert (await answer_of(generation)).revision == 0


async def test_a_log_that_is_away_costs_only_what_was_not_checkpointed(
    owner: User,
    loop_runs: EventLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generation = await dead(owner)

    async def away(*_: object) -> None:
        raise LogUnavailableError("away")

    monkeypatch.setattr(MemoryLog, "read", away)
    assert await recover_expired() == 1
    assert (await fresh(generation)).state == State.INTERRUPTED


async def test_an_end_that_cannot_be_told_is_stored_all_the_same(
    owner: User,
    loop_runs: EventLog,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    generation = await dead(owner)

    async def away(*_: object) -> None:
        raise LogUnavailableError("away")

    monkeypatch.setattr(MemoryLog, "append", away)
    assert await recover_expired() == 1
    assert (await fresh(generation)).state == State.INTERRUPTED
    assert "An end was not announced." in caplog.messages


async def test_a_log_that_ended_is_not_ended_twice(owner: User, loop_runs: EventLog) -> None:
    generation = await dead(owner)
    await loop_runs.append_many(generation.id, [OPENED, PartGrew(0, "All."), Ended("done")])
    await recover_expired()
    assert (await events_of(loop_runs, generation))[-1] == Ended("done")
    assert len(await loop_runs.read(generation.id)) == 3


async def test_the_hold_of_a_dead_call_is_settled_by_what_was_written(
    owner: User,
    loop_runs: EventLog,
) -> None:
    generation = await dead(owner)
    await loop_runs.append_many(generation.id, [OPENED, PartGrew(0, "Some words.")])
    for key, context in ((f"{generation.id}:0", "message"), (f"{generation.id}:title:0", "title")):
        call = charging.Call(user=owner, key=key, model="gpt-4o", context=context)
        await offload(charging.hold_open, call=call, prompt_tokens=9, output_tokens=100)
    await recover_expired()
    states = {hold.key: hold.state async for hold in Hold.objects.all()}
    assert states == {f"{generation.id}:0": "settled", f"{generation.id}:title:0": "released"}


async def test_the_hold_of_a_call_that_said_nothing_is_released(
    owner: User,
    loop_runs: EventLog,
) -> None:
    generation = await dead(owner)
    call = charging.Call(user=owner, key=f"{generation.id}:0", model="gpt-4o")
    await offload(charging.hold_open, call=call, prompt_tokens=9, output_tokens=100)
    await recover_expired()
    assert [hold.state async for hold in Hold.objects.all()] == ["released"]


async def test_an_interrupted_answer_is_continued_where_it_stopped(
    owner: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    generation = await dead(owner)
    await loop_runs.append_many(generation.id, [OPENED, PartGrew(0, "One, two ")])
    await recover_expired()
    half = await answer_of(generation)
    edit = continuation_of(half)
    assert edit == EditedContent(0, "text", "One, two ")
    dispatch.bind_loop(asyncio.get_running_loop())
    endpoint.model.say(*answer_events("three."))
    again = await begin(
        owner,
        "",
        conversation_id=generation.conversation.conversation_id,
        is_regenerate=True,
        override_parent_message_id=generation.user_message_id,
        response_message_id=half.message_id,
        edited_content=edit,
    )
    await events_of(loop_runs, again)
    whole = await answer_of(again)
    assert whole.content == [{"type": "text", "text": "One, two three."}]
    assert whole.parent_message_id == half.parent_message_id
    [asked] = endpoint.model.requests
    assert asked.messages[-1] == wire_parts.Message("assistant", (wire_parts.TextPart("One, two"),))


async def test_a_dead_continuation_keeps_what_it_began_with(
    owner: User,
    loop_runs: EventLog,
) -> None:
    first = await dead(owner)
    await loop_runs.append_many(first.id, [OPENED, PartGrew(0, "One")])
    await recover_expired()
    second = await dead(
        owner,
        conversation_id=first.conversation.conversation_id,
        is_regenerate=True,
        response_message_id=first.response_message_id,
        edited_content=EditedContent(0, "text", "One"),
    )
    await loop_runs.append_many(second.id, [OPENED, PartGrew(0, ", two")])
    await recover_expired()
    assert (await answer_of(second)).content == [{"type": "text", "text": "One, two"}]


def test_a_generation_that_is_gone_is_not_recovered(owner: User) -> None:
    assert request().endpoint == "Scripted"
    ghost = Generation(user=owner, state=State.RUNNING)
    assert generation_interrupt(generation=ghost, streamed=None) is False
