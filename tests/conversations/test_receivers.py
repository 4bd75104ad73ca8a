"""Answers that are being written when their person is deleted."""

import asyncio
from collections.abc import Iterator

import pytest
from django.db import connection

from accounts.models import User
from accounts.services.closing import accounts_purge, user_delete_later
from accounts.services.people import user_delete
from agents.engine.offload import offload
from agents.llm.wire import neutral
from billing.models import Hold, Transaction
from conversations.eventlog.events import Ended
from conversations.eventlog.log import EventLog
from conversations.generation import dispatch
from conversations.models import Conversation, Generation, Message
from librechat.kernel import clock
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import begin, events_of, until
from tests.factories.chats import Gate, answer_events

CANARY = "canary-5d1e"


@pytest.fixture
def gate(endpoint: Endpoint) -> Iterator[Gate]:
    """Stop a model in the middle of an answer, and let it say more."""
    gate = Gate()
    endpoint.model.say(
        neutral.Started(),
        neutral.TextDelta(f"{CANARY} so far"),
        gate,
        *answer_events(f"{CANARY} and more"),
    )
    yield gate
    gate.opened.set()


def rows() -> dict[str, list[str]]:
    """Return everything the database holds: table → its rows."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {table: _rows_of(table) for table in tables}


def _rows_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        return sorted(str(row) for row in cursor.fetchall())


def places_of(text: str) -> set[str]:
    return {table for table, found in rows().items() if any(text in row for row in found)}


async def answering(owner: User, gate: Gate) -> Generation:
    generation = await begin(owner, CANARY)
    await asyncio.wait_for(gate.reached.wait(), 60)
    return generation


async def let_go(generation: Generation) -> None:
    await until(lambda: not dispatch.is_running(generation.id))


async def test_the_answer_of_a_deleted_person_is_stopped_and_writes_nothing_afterwards(
    owner: User,
    admin: User,
    endpoint: Endpoint,
    gate: Gate,
    loop_runs: EventLog,
) -> None:
    generation = await answering(owner, gate)
    await offload(lambda: user_delete(user=owner, actor=admin))
    after_deletion = await offload(rows)
    assert isinstance((await events_of(loop_runs, generation))[-1], Ended)
    await let_go(generation)
    assert endpoint.model.closed == 1
    assert await offload(rows) == after_deletion
    assert await offload(places_of, CANARY) == set()
    assert await offload(places_of, owner.email) == {"accounts_auditevent"}


async def test_a_runner_that_goes_on_regardless_writes_nothing_either(
    owner: User,
    admin: User,
    gate: Gate,
    loop_runs: EventLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop_runs, "stop_soon", lambda _generation_id: None, raising=False)
    generation = await answering(owner, gate)
    await offload(lambda: user_delete(user=owner, actor=admin))
    after_deletion = await offload(rows)
    gate.opened.set()
    await let_go(generation)
    assert await offload(rows) == after_deletion
    assert await offload(places_of, CANARY) == set()


async def test_an_answer_that_waits_to_begin_never_begins(
    owner: User,
    admin: User,
    endpoint: Endpoint,
    loop_runs: EventLog,
) -> None:
    dispatch.bind_loop(None)
    generation = await begin(owner)
    await offload(lambda: user_delete(user=owner, actor=admin))
    dispatch.bind_loop(asyncio.get_running_loop())
    dispatch.dispatch(generation.id)
    await asyncio.sleep(0)
    await let_go(generation)
    assert endpoint.model.requests == []
    assert not await Generation.objects.aexists()


async def test_the_chore_that_deletes_closed_accounts_stops_their_answers(
    owner: User,
    admin: User,
    endpoint: Endpoint,
    gate: Gate,
    loop_runs: EventLog,
) -> None:
    generation = await answering(owner, gate)
    await offload(lambda: user_delete_later(user=owner, actor=owner))
    await User.objects.filter(pk=owner.pk).aupdate(delete_after=clock.now())
    assert await offload(accounts_purge) == 1
    await let_go(generation)
    assert endpoint.model.closed == 1
    assert not await Message.objects.aexists()
    assert not await Conversation.objects.aexists()


async def test_what_was_used_is_paid_for_before_the_account_goes(
    owner: User,
    admin: User,
    gate: Gate,
    loop_runs: EventLog,
) -> None:
    generation = await answering(owner, gate)
    hold = await Hold.objects.aget()
    written = [{"type": "text", "text": "So far."}]
    answer = Message.objects.filter(message_id=generation.response_message_id)
    await answer.aupdate(content=written)
    await offload(lambda: user_delete(user=owner, actor=admin))
    await let_go(generation)
    paid = Transaction.objects.filter(key=f"call:{hold.key}", user=None, is_estimated=True)
    assert await paid.acount() == 1
    assert not await Hold.objects.aexists()


async def test_other_peoples_answers_go_on(
    owner: User,
    viewer: User,
    admin: User,
    gate: Gate,
    loop_runs: EventLog,
) -> None:
    generation = await answering(owner, gate)
    await offload(lambda: user_delete(user=viewer, actor=admin))
    gate.opened.set()
    assert (await events_of(loop_runs, generation))[-1] == Ended("done")
