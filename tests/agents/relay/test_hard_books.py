"""The books when things go wrong: words no database takes, a full disk, processes that race.

On PostgreSQL, too: it refuses what SQLite stores.
"""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from agents.models import RelayCall
from agents.relay.journal import Journal, abandoned
from agents.relay.record import Record
from agents.relay.storing import replay
from billing.models import Hold
from tests.agents.relay.conftest import Door
from tests.fakes.provider import FakeProvider, says


def record(name: str, **fields: object) -> Record:
    return Record(id=name * 24, started_at=1_700_000_000.0, route="/chat/completions", **fields)  # type: ignore[arg-type]  # the fields of a test


def die(journal: Journal) -> None:
    """Let go of a segment, as the system does for a dead process."""
    segment = journal._current
    assert segment is not None
    segment.memory.close()
    os.close(segment.descriptor)


async def test_a_word_that_no_database_takes_stops_nobodys_books(
    door: Door, provider: FakeProvider
) -> None:
    provider.script("claude-sonnet-4-5", says("Hello."))
    noted = {"team\x00": "a\x00b", "plain": "x"}
    answer = await door.chat("claude-sonnet-4-5", metadata=noted)
    assert answer.status_code == 200
    await door.settle()
    assert (await RelayCall.objects.aget()).tags == {"team": "ab", "plain": "x"}


@pytest.mark.django_db(transaction=True)
def test_a_call_that_cannot_be_stored_as_it_is_holds_no_other_one_up(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    odd: dict[str, Any] = {"tags": {"a": "\x00"}, "session": "s" * 200, "fallback_from": "f" * 300}
    for name in "abc":
        one = record(name, credits=7, **(odd if name == "b" else {}))
        journal.closed(journal.opened(one), one)
    die(journal)
    assert replay(tmp_path) == 3
    assert sorted(RelayCall.objects.values_list("id", "credits")) == [
        (name * 24, 7) for name in "abc"
    ]
    assert list(tmp_path.iterdir()) == []


async def test_a_call_that_cannot_be_written_down_is_not_made(
    door: Door, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _offset: int, _length: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    answer = await door.chat()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "overloaded")
    assert not provider.requests
    assert not any((Path(settings.DATA_DIR) / "relay").iterdir())
    monkeypatch.undo()
    assert (await door.chat()).status_code == 200
    await door.settle()
    told = RelayCall.objects.order_by("started_at").values_list("status", "http_status")
    assert [one async for one in told] == [("refused", 503), ("ok", 200)]
    assert not await Hold.objects.filter(state="open").aexists()


def test_what_another_process_stored_meanwhile_is_passed_over(tmp_path: Path) -> None:
    for name in "ab":
        one = record(name)
        folder = Journal(tmp_path)
        folder.closed(folder.opened(one), one)
        die(folder)
    here = abandoned(tmp_path)
    path, _ended, _lost = next(here)
    for other in set(tmp_path.iterdir()) - {path}:
        other.unlink()  # as another process does that starts at the same time
    assert list(here) == []
