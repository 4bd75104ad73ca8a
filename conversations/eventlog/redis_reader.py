"""One blocking connection that brings every reader of this process what is new."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.utils.translation import gettext as _
from redis import asyncio as redis_asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from conversations.errors import LogUnavailableError
from librechat.kernel.ids import short_id

logger = logging.getLogger(__name__)

Row: TypeAlias = tuple[bytes, dict[bytes, bytes]]

BLOCK_MS = 5_000
RETRY_SECONDS = 0.5
ROWS_PER_READ = 500
MAX_WAITING_ROWS = 1_000  # of one reader; a slower one reads the stream itself
WAKE_KEPT_MS = 60 * 60 * 1_000


@dataclass(slots=True, eq=False)
class Watch:
    """What came for one reader and was not taken yet."""

    rows: list[Row] = field(default_factory=list)
    grown: asyncio.Event = field(default_factory=asyncio.Event)
    is_broken: bool = False

    async def next(self) -> list[Row]:
        """Return new rows; some may be missing before them when the reader was slow.

        Raises:
            LogUnavailableError: Redis is away.
        """
        await self.grown.wait()
        if not self.rows:
            raise LogUnavailableError(_("The event log cannot be reached."))
        if not self.is_broken:
            self.grown.clear()
        rows, self.rows = self.rows, []
        return rows

    def give(self, rows: list[Row]) -> None:
        """Add rows; when too many wait the reader is left a gap to find."""
        if len(self.rows) > MAX_WAITING_ROWS:
            self.rows = []
        self.rows.extend(rows)
        self.grown.set()

    def fail(self) -> None:
        """Let the reader know that nothing more will come."""
        self.is_broken = True
        self.grown.set()


class SharedReader:
    """Blocks on all watched streams at once, with a stream of its own to wake it for new ones."""

    def __init__(self, url: str, *, prefix: str) -> None:
        # The types of redis-py's commands are unions of its sync and async answers.
        self._client: Any = redis_asyncio.Redis.from_url(
            url,
            protocol=2,
            retry=Retry(NoBackoff(), 1),
            socket_timeout=BLOCK_MS / 1000 + 5,
        )
        self._wake_key = f"{prefix}:wake:{short_id(12)}"
        self._cursors: dict[str, str] = {self._wake_key: "0-0"}
        self._watches: dict[str, set[Watch]] = {}
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watching(self, key: str, after: str) -> AsyncIterator[Watch]:
        """Watch a stream; rows up to ``after``, and some below, may come or not."""
        watch = Watch()
        self._watches.setdefault(key, set()).add(watch)
        is_new = key not in self._cursors
        self._cursors.setdefault(key, after)
        try:
            if self._task is None:
                self._task = asyncio.create_task(self._run())
            elif is_new:
                await self._wake()
            yield watch
        finally:
            self._watches[key].discard(watch)
            if not self._watches[key]:
                del self._watches[key], self._cursors[key]

    async def close(self) -> None:
        """Stop reading and let the connection go."""
        task = self._task
        while task is not None and not task.done():
            # Python 3.11's wait_for, which redis-py uses, can swallow a cancellation.
            task.cancel()
            await asyncio.wait({task}, timeout=0.05)
        await self._client.aclose()

    async def _wake(self) -> None:
        try:
            await self._client.xadd(self._wake_key, {"e": b"1"}, maxlen=1)
            await self._client.pexpire(self._wake_key, WAKE_KEPT_MS)
        except RedisError as exc:
            raise LogUnavailableError(_("The event log cannot be reached.")) from exc

    async def _run(self) -> None:
        """Read while anybody watches."""
        try:
            while self._watches:
                try:
                    streams = await self._client.xread(
                        self._cursors,
                        block=BLOCK_MS,
                        count=ROWS_PER_READ,
                    )
                except RedisError:
                    logger.warning("The event log cannot be reached.", exc_info=True)
                    self._fail_all()
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                for key, rows in streams:
                    self._deliver(key.decode(), rows)
        finally:
            self._task = None

    def _deliver(self, key: str, rows: list[Row]) -> None:
        if key in self._cursors:
            self._cursors[key] = rows[-1][0].decode()
        for watch in self._watches.get(key, ()):
            watch.give(rows)

    def _fail_all(self) -> None:
        for watches in self._watches.values():
            for watch in watches:
                watch.fail()
