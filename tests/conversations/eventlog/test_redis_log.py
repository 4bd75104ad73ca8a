"""The log of many processes."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
import redis
from django.test import override_settings

from conversations.errors import LogTakenError, LogUnavailableError
from conversations.eventlog import redis_reader
from conversations.eventlog.log import EventLog
from conversations.eventlog.redis_log import RedisLog
from conversations.eventlog.subscribe import event_log
from librechat.kernel.ids import short_id
from tests.conversations.eventlog.logs import (
    END,
    ONE,
    THREE,
    TWO,
    LogContract,
    next_of,
    numbered,
    rest_of,
)

URL = os.environ.get("TEST_REDIS_URI", "redis://127.0.0.1:6379/9")
NOBODY = "redis://127.0.0.1:1/0"


def make_log(prefix: str, url: str = URL) -> RedisLog:
    return RedisLog(url, prefix=prefix)


@pytest.fixture
def prefix() -> str:
    return f"test-{short_id(8)}"


@pytest.fixture
async def log(prefix: str) -> AsyncIterator[EventLog]:
    client = redis.Redis.from_url(URL)
    try:
        client.ping()
    except redis.ConnectionError:
        if os.environ.get("REQUIRE") == "all":
            raise
        pytest.skip("no Redis here")
    log = make_log(prefix)
    yield log
    await log.close()
    for key in client.scan_iter(f"{prefix}:*"):
        client.delete(key)
    client.close()


@pytest.mark.services
class TestRedisLog(LogContract):
    async def test_another_process_reads_and_stops(self, log: EventLog, prefix: str) -> None:
        other = make_log(prefix)
        reading = asyncio.create_task(rest_of(other.follow("g")))
        stopping = asyncio.create_task(log.wait_stop("g"))
        await log.append("g", ONE)
        await other.request_stop("g")
        async with asyncio.timeout(60):
            await stopping
        await log.append("g", END)
        assert await reading == numbered(ONE, END)
        await other.close()

    async def test_a_second_writer_fails_and_writes_nothing(
        self,
        log: EventLog,
        prefix: str,
    ) -> None:
        await log.append("g", ONE)
        other = make_log(prefix)
        assert await other.append("g", END) == 2
        with pytest.raises(LogTakenError):
            await log.append_many("g", [TWO, THREE])
        assert await log.read("g") == numbered(ONE, END)
        await other.close()

    async def test_a_reader_behind_a_gap_ends_early(self, log: EventLog, prefix: str) -> None:
        await log.append_many("g", [ONE, TWO])
        batches = log.follow("g")
        assert await next_of(batches) == numbered(ONE, TWO)
        client = redis.Redis.from_url(URL)
        client.delete(f"{prefix}:log:g")
        client.xadd(f"{prefix}:log:g", {"e": b'[{"type":"ended","state":"done"}]'}, id="9-0")
        client.close()
        assert await rest_of(batches) == []

    async def test_a_slow_reader_catches_up_from_the_stream(
        self,
        log: EventLog,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(redis_reader, "MAX_WAITING_ROWS", 3)
        await log.append("g", ONE)
        slow = log.follow("g")
        assert await next_of(slow) == numbered(ONE)
        for _ in range(20):
            await log.append("g", TWO)
            await asyncio.sleep(0.001)
        await log.append("g", END)
        assert [entry.seq for entry in await rest_of(slow)] == list(range(2, 23))

    async def test_the_shared_reader_rests_when_nobody_watches(self, log: EventLog) -> None:
        assert isinstance(log, RedisLog)
        await log.append_many("g", [ONE, END])
        assert await rest_of(log.follow("g")) == numbered(ONE, END)
        assert log._reader._watches == {}
        await log.append_many("h", [ONE, END])
        assert await rest_of(log.follow("h")) == numbered(ONE, END)


@pytest.mark.services
async def test_readers_are_told_when_the_store_goes_away(
    log: EventLog,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis_reader, "RETRY_SECONDS", 0.01)
    assert isinstance(log, RedisLog)
    await log.append("g", ONE)
    batches = log.follow("g")
    assert await next_of(batches) == numbered(ONE)

    async def gone(*_: object, **__: object) -> None:
        raise redis.ConnectionError("gone")

    monkeypatch.setattr(log._reader._client, "xread", gone)
    await log.append("g", TWO)  # ends a read that is under way
    with pytest.raises(LogUnavailableError):
        await rest_of(batches)
    async with asyncio.timeout(60):
        while log._reader._task is not None:  # noqa: ASYNC110 - it ends by itself
            await asyncio.sleep(0.005)


async def test_a_store_that_goes_away_while_a_reader_comes_is_said_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = make_log("away", NOBODY)
    monkeypatch.setattr(log._reader, "_task", asyncio.create_task(asyncio.sleep(0)))
    with pytest.raises(LogUnavailableError):
        await anext(log.follow("g"))
    assert log._reader._watches == {}
    await log.close()


async def test_a_store_that_is_away_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_reader, "RETRY_SECONDS", 0.01)
    log = make_log("away", NOBODY)
    with pytest.raises(LogUnavailableError):
        await log.append("g", ONE)
    with pytest.raises(LogUnavailableError):
        await anext(log.follow("g"))
    with pytest.raises(LogUnavailableError):
        await log.wait_stop("g")
    with pytest.raises(LogUnavailableError):
        log.stop_soon("g")
    await log.close()


async def test_with_redis_configured_the_process_uses_it() -> None:
    with override_settings(REDIS_URI=NOBODY):
        log = event_log()
    assert isinstance(log, RedisLog)
    await log.close()
