"""Batching into the log."""

import asyncio
from collections.abc import Sequence

import pytest
from typing_extensions import override

from conversations.errors import LogTakenError, LogUnavailableError
from conversations.eventlog.events import Ended, Event, PartClosed, PartGrew, PartOpened, Titled
from conversations.eventlog.memory_log import MemoryLog
from conversations.generation import writer
from conversations.generation.writer import LogWriter

END = Ended("done")


class UnsteadyLog(MemoryLog):
    """Fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__()
        self.failures = list(failures)
        self.batches: list[list[Event]] = []

    @override
    async def append_many(self, generation_id: str, events: Sequence[Event]) -> int:
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append(list(events))
        return await super().append_many(generation_id, events)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "RETRY_SECONDS", 0.001)


async def test_the_first_event_goes_out_at_once_and_the_rest_in_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer, "FLUSH_SECONDS", 0.5)  # no machine is so slow with four letters
    log = UnsteadyLog()
    out = LogWriter(log, "g")
    running = asyncio.create_task(out.run())
    out.put([PartGrew(0, "a")])
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert log.batches == [[PartGrew(0, "a")]]
    for letter in "bcd":
        out.put([PartGrew(0, letter)])
        await asyncio.sleep(0)
    out.put([PartClosed(0, 1), PartGrew(1, "x"), PartGrew(2, "y")])
    assert len(log.batches) == 1
    await out.close(END, running=running)
    assert log.batches[1] == [
        PartGrew(0, "bcd"),
        PartClosed(0, 1),
        PartGrew(1, "x"),
        PartGrew(2, "y"),
        END,
    ]
    assert running.done()


async def test_what_comes_before_the_first_text_does_not_hold_it_back() -> None:
    log = UnsteadyLog()
    out = LogWriter(log, "g")
    running = asyncio.create_task(out.run())
    batches: list[list[Event]] = [
        [Titled("Hi")],
        [PartOpened(0, "text", "s", 1)],
        [PartGrew(0, "a")],
    ]
    for batch in batches:
        out.put(batch)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert log.batches == batches
    await out.close(END, running=running)


async def test_text_after_a_pause_goes_out_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "FLUSH_SECONDS", 0.001)
    log = UnsteadyLog()
    out = LogWriter(log, "g")
    running = asyncio.create_task(out.run())
    out.put([PartGrew(0, "a")])
    await asyncio.sleep(0.005)
    out.put([PartGrew(0, "b")])
    await asyncio.sleep(0)
    assert log.batches == [[PartGrew(0, "a")], [PartGrew(0, "b")]]
    await out.close(END, running=running)


async def test_nothing_to_write_writes_nothing() -> None:
    log = UnsteadyLog()
    out = LogWriter(log, "g")
    running = asyncio.create_task(out.run())
    out.put([])
    await asyncio.sleep(0.005)
    assert log.batches == []
    await out.close(END, running=running)
    assert log.batches == [[END]]


async def test_events_wait_in_order_while_the_log_is_away() -> None:
    log = UnsteadyLog(LogUnavailableError("away"), LogUnavailableError("away"))
    out = LogWriter(log, "g")
    running = asyncio.create_task(out.run())
    out.put([PartGrew(0, "a")])
    await asyncio.sleep(0.02)
    out.put([PartGrew(0, "b")])
    await out.close(END, running=running)
    grown = [event for batch in log.batches for event in batch if isinstance(event, PartGrew)]
    assert "".join(event.text for event in grown) == "ab"


async def test_the_end_is_tried_until_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    log = UnsteadyLog(*[LogUnavailableError("away")] * 3)
    out = LogWriter(log, "g")
    running = asyncio.create_task(out.run())
    await out.close(END, running=running)
    assert log.batches == [[END]]
    assert caplog.messages == []


async def test_an_end_that_cannot_be_told_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    log = UnsteadyLog(*[LogUnavailableError("away")] * 20)
    out = LogWriter(log, "g")
    running = asyncio.create_task(out.run())
    await out.close(END, running=running)
    assert caplog.messages == ["The end of an answer could not be announced."]


async def test_a_log_that_was_taken_over_gets_nothing_more() -> None:
    log = UnsteadyLog(LogTakenError("taken"))
    out = LogWriter(log, "g")
    running = asyncio.create_task(out.run())
    out.put([PartGrew(0, "late")])
    await asyncio.sleep(0.005)
    out.put([PartGrew(0, "later")])
    await out.close(END, running=running)
    assert log.batches == []
