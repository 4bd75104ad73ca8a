"""The log of one process."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from conversations.eventlog.log import EventLog
from conversations.eventlog.memory_log import MemoryLog
from conversations.eventlog.subscribe import event_log
from tests.conversations.eventlog.logs import END, ONE, TWO, LogContract, next_of, rest_of


@pytest.fixture
async def log() -> AsyncIterator[EventLog]:
    log = MemoryLog()
    yield log
    await log.close()


class TestMemoryLog(LogContract):
    async def test_a_follower_of_a_forgotten_log_waits_for_nothing_it_cannot_get(self) -> None:
        log = MemoryLog()
        await log.append_many("g", [ONE, END])
        batches = log.follow("g")
        assert len(await next_of(batches)) == 2
        await log.expire("g", 60)
        await log.close()
        assert await rest_of(batches) == []

    async def test_waiting_readers_leave_nothing_behind(self) -> None:
        log = MemoryLog()
        reader = asyncio.create_task(rest_of(log.follow("g")))
        stopper = asyncio.create_task(log.wait_stop("g"))
        await asyncio.sleep(0)
        for task in (reader, stopper):
            task.cancel()
        await asyncio.wait({reader, stopper})
        assert log._streams == {}

    async def test_expiring_twice_keeps_one_timer_and_wakes_readers_of_an_open_log(self) -> None:
        log = MemoryLog()
        await log.append("g", ONE)
        batches = log.follow("g", after=1)
        waiting = asyncio.create_task(rest_of(batches))
        await log.expire("g", 60)
        await log.expire("g", 0)
        await asyncio.sleep(0.01)
        assert log._timers == {}
        assert not await log.exists("g")
        waiting.cancel()

    async def test_a_leaving_reader_does_not_take_a_later_log_away(self) -> None:
        log = MemoryLog()
        reader = asyncio.create_task(rest_of(log.follow("g")))
        await asyncio.sleep(0)
        await log.expire("g", 0)
        await asyncio.sleep(0.01)
        await log.append("g", TWO)
        reader.cancel()
        await asyncio.wait({reader})
        assert await log.exists("g")

    async def test_a_log_that_never_was_expires_too(self) -> None:
        log = MemoryLog()
        await log.expire("g", 0)
        await asyncio.sleep(0.01)
        assert (log._streams, log._timers) == ({}, {})

    async def test_a_stop_from_a_thread_without_runs_is_nothing(self) -> None:
        log = MemoryLog()
        log.stop_soon("g")
        await log.append("h", ONE)
        log.stop_soon("g")
        await asyncio.sleep(0)
        assert not await log.is_stopped("g")


async def test_without_redis_the_process_has_one_log_in_memory() -> None:
    assert isinstance(event_log(), MemoryLog)
    assert event_log() is event_log()
