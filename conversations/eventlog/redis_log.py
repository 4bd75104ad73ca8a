"""The event log of many processes: one Redis Stream per generation."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import redis
from django.utils.translation import gettext as _
from redis import asyncio as redis_asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from conversations.errors import LogTakenError, LogUnavailableError
from conversations.eventlog.codec import decode, encode
from conversations.eventlog.events import Ended, Entry, Event
from conversations.eventlog.redis_reader import Row, SharedReader

FIELD = "e"
ABANDONED_MS = 24 * 60 * 60 * 1_000  # for a log whose runner and recovery both died
TIMEOUT_SECONDS = 5
ONCE = Retry(NoBackoff(), 1)


class RedisLog:
    """Each entry of a stream is one batch of events; its id is the number of the first of them.

    A batch is one command, so it is there as a whole or not at all, and the explicit id makes a
    second writer's batch fail instead of taking numbers twice.
    """

    def __init__(self, url: str, *, prefix: str) -> None:
        self._url = url
        self._prefix = prefix
        # The types of redis-py's commands are unions of its sync and async answers.
        self._client: Any = redis_asyncio.Redis.from_url(
            url,
            protocol=2,
            retry=AsyncRetry(NoBackoff(), 1),
            socket_timeout=TIMEOUT_SECONDS,
        )
        self._reader = SharedReader(url, prefix=prefix)
        self._last: dict[str, int] = {}  # generation id → last number this process wrote

    async def append(self, generation_id: str, event: Event) -> int:
        """Add one event and return its number."""
        return await self.append_many(generation_id, (event,))

    async def append_many(self, generation_id: str, events: Sequence[Event]) -> int:
        """Add events in this order, all or none, and return the last number.

        Raises:
            LogTakenError: another process has written to this log meanwhile.
        """
        key = self._log_key(generation_id)
        with _reached():
            before = self._last.get(generation_id)
            if before is None:
                before = await self._newest(key)
            try:
                await self._client.xadd(key, {FIELD: encode(events)}, id=f"{before + 1}-0")
            except ResponseError as exc:
                self._last.pop(generation_id, None)
                raise LogTakenError(_("Another process writes this log.")) from exc
            if not before:
                await self._client.pexpire(key, ABANDONED_MS)
        self._last[generation_id] = before + len(events)
        return before + len(events)

    async def read(self, generation_id: str, after: int = 0) -> list[Entry]:
        """Return what is there now with a number above ``after``."""
        key, start = self._log_key(generation_id), "-"
        with _reached():
            if after > 0:  # in the middle of a batch, perhaps
                batch = await self._client.xrevrange(key, max=f"{after + 1}-0", count=1)
                start = batch[0][0] if batch else start
            rows = await self._client.xrange(key, min=start)
        return _entries(rows, after)

    async def follow(self, generation_id: str, after: int = 0) -> AsyncGenerator[list[Entry], None]:
        """Yield batches of what is and what comes; ends with ``Ended``, or when events are gone."""
        cursor = max(after, 0)
        async with self._reader.watching(self._log_key(generation_id), f"{cursor}-0") as watch:
            batch = await self.read(generation_id, cursor)
            while not _has_gap(batch, cursor):
                if batch:
                    cursor = batch[-1].seq
                    yield batch
                    if isinstance(batch[-1].event, Ended):
                        return
                batch = _entries(await watch.next(), cursor)
                if _has_gap(batch, cursor):  # this reader was slow; the stream has it all
                    batch = await self.read(generation_id, cursor)

    async def exists(self, generation_id: str) -> bool:
        """Return whether there are events."""
        with _reached():
            return bool(await self._client.exists(self._log_key(generation_id)))

    async def expire(self, generation_id: str, seconds: float) -> None:
        """Forget the events and the stop flag after so long."""
        self._last.pop(generation_id, None)
        milliseconds = round(seconds * 1_000)
        with _reached():
            await self._client.pexpire(self._log_key(generation_id), milliseconds)
            await self._client.pexpire(self._stop_key(generation_id), milliseconds)

    async def request_stop(self, generation_id: str) -> None:
        """Raise the stop flag: a stream of one entry, for the shared reader to see it come."""
        key = self._stop_key(generation_id)
        with _reached():
            await self._client.xadd(key, {FIELD: b"1"}, maxlen=1)
            await self._client.pexpire(key, ABANDONED_MS)

    def stop_soon(self, generation_id: str) -> None:
        """Raise the stop flag from synchronous code in any thread."""
        key = self._stop_key(generation_id)
        client: Any = redis.Redis.from_url(self._url, retry=ONCE, socket_timeout=TIMEOUT_SECONDS)
        with _reached(), client:
            client.xadd(key, {FIELD: b"1"}, maxlen=1)
            client.pexpire(key, ABANDONED_MS)

    async def is_stopped(self, generation_id: str) -> bool:
        """Return whether the stop flag is up."""
        with _reached():
            return bool(await self._client.exists(self._stop_key(generation_id)))

    async def wait_stop(self, generation_id: str) -> None:
        """Return once the stop flag is up."""
        async with self._reader.watching(self._stop_key(generation_id), "0-0") as watch:
            if not await self.is_stopped(generation_id):
                await watch.next()

    async def close(self) -> None:
        """Let the connections go."""
        await self._reader.close()
        await self._client.aclose()

    async def _newest(self, key: str) -> int:
        rows = await self._client.xrevrange(key, count=1)
        return _entries(rows, 0)[-1].seq if rows else 0

    def _log_key(self, generation_id: str) -> str:
        return f"{self._prefix}:log:{generation_id}"

    def _stop_key(self, generation_id: str) -> str:
        return f"{self._prefix}:stop:{generation_id}"


@contextmanager
def _reached() -> Iterator[None]:
    """Say in our words that Redis is away."""
    try:
        yield
    except RedisError as exc:
        raise LogUnavailableError(_("The event log cannot be reached.")) from exc


def _entries(rows: Sequence[Row], after: int) -> list[Entry]:
    """Return the numbered events of these rows above ``after``."""
    found: list[Entry] = []
    for row in rows:
        first = int(row[0].partition(b"-")[0])
        events = enumerate(decode(row[1][FIELD.encode()]), first)
        found += [Entry(seq, event) for seq, event in events if seq > after]
    return found


def _has_gap(batch: Sequence[Entry], cursor: int) -> bool:
    return bool(batch) and batch[0].seq != cursor + 1
