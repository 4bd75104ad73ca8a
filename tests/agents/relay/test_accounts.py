"""Holds, journal and settlement: every call is paid once, whatever happens to the process."""

import asyncio
import os
from pathlib import Path

import pytest
from django.db.models import Sum

from accounts.models import User
from agents.engine.offload import offload
from agents.models import CallStatus, RelayCall
from agents.relay.journal import Journal, Segment, abandoned
from agents.relay.record import Record
from agents.relay.storing import replay
from billing.models import Hold, Transaction
from billing.services.charging import Call, hold_open
from tests.agents.relay.conftest import Door
from tests.fakes.provider import FakeProvider, says


def record(name: str, **fields: object) -> Record:
    return Record(id=name * 24, started_at=1_700_000_000.0, route="/chat/completions", **fields)  # type: ignore[arg-type]  # the fields of a test


async def test_many_calls_at_once_are_each_written_and_booked_once(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("alpha", *[says("Hello.")] * 40)
    answers = await asyncio.gather(*[door.chat() for _call in range(40)])
    assert {answer.status_code for answer in answers} == {200}
    await door.settle()
    assert await RelayCall.objects.filter(status="ok").acount() == 40
    booked = await Transaction.objects.filter(context="relay").aaggregate(calls=Sum("calls"))
    charged = await Hold.objects.aaggregate(credits=Sum("charged_credits"))
    recorded = await RelayCall.objects.aaggregate(credits=Sum("credits"))
    assert booked["calls"] == 40
    assert charged["credits"] == recorded["credits"] > 0
    assert not await Hold.objects.filter(state="open").aexists()
    assert await Hold.objects.acount() < 40  # several calls share one


async def test_calls_are_written_down_once_when_several_want_it_at_once(
    door: Door, provider: FakeProvider, tmp_path: Path
) -> None:
    provider.script("alpha", *[says("Hello.")] * 10)
    await asyncio.gather(*[door.chat() for _call in range(10)])
    meter = door.service.meter
    await asyncio.gather(*[meter.flush() for _asked in range(5)])
    await door.settle()
    assert await RelayCall.objects.filter(status="ok").acount() == 10
    assert list((tmp_path / "relay").iterdir()) == []  # each was crossed off once


async def test_a_failed_call_gives_its_hold_back(door: Door) -> None:
    answer = await door.chat("claude-sonnet-4-5", messages="nonsense")
    assert answer.status_code == 400
    await door.settle()
    assert {hold.state async for hold in Hold.objects.all()} <= {"released"}


async def test_nothing_is_left_in_the_journal_when_all_is_stored(
    door: Door, provider: FakeProvider, tmp_path: Path
) -> None:
    provider.script("alpha", says("Hello."))
    await door.chat()
    assert list((tmp_path / "relay").iterdir()) != []
    await door.settle()
    assert list((tmp_path / "relay").iterdir()) == []


def test_a_segment_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.opened(record("a"))
    assert list(abandoned(tmp_path)) == []
    journal.close()


def test_a_dead_processs_calls_are_read_back_and_half_lines_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    first = journal.opened(record("a"))
    journal.closed(first, record("a", status="ok", output_tokens=5))
    journal.opened(record("b"))
    path = first.path
    with path.open("ab") as file:
        file.write(b'{"open":{"id":"cc')
    die(first)
    [(found, ended, lost)] = list(abandoned(tmp_path))
    assert found == path
    assert [(one.id[0], one.output_tokens) for one in ended] == [("a", 5)]
    assert [one.id[0] for one in lost] == ["b"]


@pytest.mark.django_db(transaction=True)
async def test_what_a_dead_process_held_is_settled_by_its_calls(
    owner: User, tmp_path: Path
) -> None:
    call = Call(user=owner, key="relay:dead", model="gpt-4o", context="relay", calls=4)
    await offload(hold_open, call=call, prompt_tokens=400, output_tokens=400)
    journal = Journal(tmp_path)
    whole = record("a", user_id=owner.pk, allowance="relay:dead")
    segment = journal.opened(whole)
    whole.status, whole.credits, whole.prompt_credits = CallStatus.OK, 90, 30
    whole.input_tokens, whole.output_tokens = 10, 6
    journal.closed(segment, whole)
    lost = record("b", user_id=owner.pk, allowance="relay:dead", credits=25, prompt_credits=25)
    lost.input_tokens = 10
    journal.opened(lost)
    die(segment)
    assert await offload(replay, tmp_path) == 2
    assert await offload(replay, tmp_path) == 0
    hold = await Hold.objects.aget(key="relay:dead")
    assert (hold.state, hold.charged_credits) == ("settled", 115)
    stored = {call.pk[0]: call.status async for call in RelayCall.objects.all()}
    assert stored == {"a": "ok", "b": "lost"}
    booked = await Transaction.objects.aget(key="call:relay:dead")
    assert booked.calls == 2


@pytest.mark.django_db(transaction=True)
async def test_every_class_of_tokens_outlives_a_crash(owner: User, tmp_path: Path) -> None:
    classes = {"image": 1, "audio": 2, "embedding": 3, "cache_write_long": 4, "audio_output": 5}
    counts = {f"{name}_tokens": tokens for name, tokens in classes.items()}
    call = Call(user=owner, key="relay:dead", model="gpt-4o", context="relay")
    await offload(hold_open, call=call, prompt_tokens=100, output_tokens=100)
    whole = {"input_tokens": 9, "output_tokens": 9, "cache_write_tokens": 9, "credits": 7}
    journal = Journal(tmp_path)
    made = record("a", allowance="relay:dead", status="ok", **whole, **counts)
    segment = journal.opened(made)
    journal.closed(segment, made)
    die(segment)
    assert await offload(replay, tmp_path) == 1
    stored = await RelayCall.objects.aget()
    assert {name: getattr(stored, name) for name in counts} == counts
    assert (await Transaction.objects.aget(key="call:relay:dead")).tokens == classes


@pytest.mark.django_db(transaction=True)
async def test_a_call_that_was_stored_before_the_crash_is_not_stored_again(
    owner: User, tmp_path: Path
) -> None:
    await RelayCall.objects.acreate(id="a" * 24, route="/chat/completions", status="ok", credits=7)
    journal = Journal(tmp_path)
    segment = journal.opened(record("a"))
    journal.closed(segment, record("a", status="ok", credits=7))
    die(segment)
    await offload(replay, tmp_path)
    assert await RelayCall.objects.acount() == 1


def die(segment: Segment) -> None:
    """Let go of a segment, as the system does for a dead process."""
    segment.memory.close()
    os.close(segment.descriptor)
