"""What every event log must do; test_memory_log and test_redis_log run it over theirs."""

import asyncio
from collections.abc import AsyncIterator

from conversations.eventlog.events import Created, Ended, Entry, Event, PartGrew
from conversations.eventlog.log import EventLog

ONE, TWO, THREE = PartGrew(0, "one"), PartGrew(0, " two"), PartGrew(0, " three")
END = Ended("done")


async def next_of(batches: AsyncIterator[list[Entry]]) -> list[Entry]:
    async with asyncio.timeout(60):
        return await anext(batches)


async def rest_of(batches: AsyncIterator[list[Entry]]) -> list[Entry]:
    async with asyncio.timeout(60):
        return [entry async for batch in batches for entry in batch]


def numbered(*events: Event, start: int = 1) -> list[Entry]:
    return [Entry(seq, event) for seq, event in enumerate(events, start)]


class LogContract:
    """Tests over the fixture ``log``."""

    async def test_events_are_numbered_from_one_without_gaps(self, log: EventLog) -> None:
        assert await log.append("g", ONE) == 1
        assert await log.append_many("g", [TWO, THREE]) == 3
        assert await log.read("g") == numbered(ONE, TWO, THREE)

    async def test_reading_starts_behind_the_cursor(self, log: EventLog) -> None:
        await log.append_many("g", [ONE, TWO, THREE])
        assert await log.read("g", 1) == numbered(TWO, THREE, start=2)
        assert await log.read("g", 3) == []
        assert await log.read("other") == []

    async def test_a_follower_gets_what_is_there_then_what_comes_and_ends_with_the_end(
        self,
        log: EventLog,
    ) -> None:
        await log.append("g", ONE)
        batches = log.follow("g")
        assert await next_of(batches) == numbered(ONE)
        waiting = asyncio.create_task(rest_of(batches))
        await asyncio.sleep(0)
        await log.append("g", TWO)
        await log.append("g", END)
        assert await waiting == numbered(TWO, END, start=2)

    async def test_a_follower_may_come_before_the_first_event(self, log: EventLog) -> None:
        waiting = asyncio.create_task(rest_of(log.follow("g")))
        await asyncio.sleep(0)
        assert not await log.exists("g")
        await log.append_many("g", [ONE, END])
        assert await waiting == numbered(ONE, END)
        assert await log.exists("g")

    async def test_many_followers_at_different_cursors_see_the_same_numbers(
        self,
        log: EventLog,
    ) -> None:
        await log.append_many("g", [ONE, TWO])
        early = log.follow("g")
        assert await next_of(early) == numbered(ONE, TWO)
        late = asyncio.create_task(rest_of(log.follow("g", after=1)))
        ahead = asyncio.create_task(rest_of(log.follow("g", after=2)))
        await asyncio.sleep(0.01)
        await log.append("g", THREE)
        await log.append("g", END)
        assert await late == numbered(TWO, THREE, END, start=2)
        assert await ahead == numbered(THREE, END, start=3)
        assert await rest_of(early) == numbered(THREE, END, start=3)

    async def test_a_follower_at_the_end_of_a_finished_log_ends(self, log: EventLog) -> None:
        await log.append_many("g", [ONE, END])
        assert await rest_of(log.follow("g", after=1)) == numbered(END, start=2)

    async def test_a_reader_that_never_reads_does_not_hold_the_writer(self, log: EventLog) -> None:
        await log.append("g", ONE)
        idle = log.follow("g")
        assert await next_of(idle) == numbered(ONE)
        async with asyncio.timeout(60):
            for _ in range(300):
                await log.append("g", TWO)
            await log.append("g", END)
        assert [entry.seq for entry in await rest_of(idle)] == list(range(2, 303))

    async def test_a_second_log_is_followed_while_the_first_is_silent(self, log: EventLog) -> None:
        silent = asyncio.create_task(rest_of(log.follow("silent")))
        await asyncio.sleep(0.01)
        other = asyncio.create_task(rest_of(log.follow("other")))
        await asyncio.sleep(0.01)
        await log.append_many("other", [ONE, END])
        assert await other == numbered(ONE, END)
        await log.append("silent", END)
        assert await silent == numbered(END)

    async def test_generations_do_not_see_each_other(self, log: EventLog) -> None:
        await log.append("a", ONE)
        await log.append("b", TWO)
        assert await log.read("a") == numbered(ONE)
        assert await log.read("b") == numbered(TWO)

    async def test_a_stop_wakes_whoever_waits_for_it(self, log: EventLog) -> None:
        waiting = asyncio.create_task(log.wait_stop("g"))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        assert not await log.is_stopped("g")
        await log.request_stop("g")
        async with asyncio.timeout(60):
            await waiting
        assert await log.is_stopped("g")

    async def test_a_stop_that_came_first_is_not_missed(self, log: EventLog) -> None:
        await log.request_stop("g")
        async with asyncio.timeout(60):
            await log.wait_stop("g")
        assert not await log.exists("g")

    async def test_a_thread_can_stop_a_run(self, log: EventLog) -> None:
        waiting = asyncio.create_task(log.wait_stop("g"))
        await asyncio.sleep(0.01)
        await asyncio.to_thread(log.stop_soon, "g")
        async with asyncio.timeout(60):
            await waiting

    async def test_an_expired_log_is_forgotten_with_its_flag(self, log: EventLog) -> None:
        await log.append_many("g", [ONE, END])
        await log.request_stop("g")
        await log.expire("g", 0.01)
        await asyncio.sleep(0.1)
        assert await log.read("g") == []
        assert not await log.exists("g")
        assert not await log.is_stopped("g")

    async def test_events_come_back_as_they_were(self, log: EventLog) -> None:
        message = {"messageId": "m", "text": "Zürich 🗻"}
        events: list[Event] = [
            Created(message, "r"),
            Ended("failed", {"type": "x"}, is_setup_error=True),
        ]
        await log.append_many("g", events)
        assert [entry.event for entry in await log.read("g")] == events
