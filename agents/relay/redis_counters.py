"""What keys use of their minute and their places, counted in Redis for all processes."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from agents.relay.problems import RelayError
from librechat.kernel.ids import new_object_id

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 2.0
LEASE_SECONDS = 60  # the places of a process that died come back after so long
UNCOUNTED = (
    "The server cannot count what this key uses at the moment. Nothing was charged; try again soon."
)
# The clock is Redis's own: the processes' clocks may differ. A bucket is forgotten once it is full.
BUCKET = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local capacity, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
local level = tonumber(redis.call('HGET', KEYS[1], 'level') or capacity)
local at = tonumber(redis.call('HGET', KEYS[1], 'at') or now)
level = math.min(capacity, level + (now - at) * capacity / 60)
local function keep(left)
  level = math.min(capacity, left)
  redis.call('HSET', KEYS[1], 'level', level, 'at', now)
  redis.call('EXPIRE', KEYS[1], math.ceil((capacity - level) * 60 / capacity) + 1)
end
"""
# KEYS: bucket. ARGV: capacity, wanted. Returns what is left, or minus the seconds to wait.
TAKE = f"""{BUCKET}
local need = math.min(wanted, capacity)
if level < need then return tostring((level - need) * 60 / capacity) end
keep(level - wanted)
return tostring(math.max(level, 0))
"""
COUNT = f"{BUCKET} keep(level - wanted)"
# KEYS: places. ARGV: the most there are, a place, seconds of its lease.
ENTER = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""


class RedisCounters:
    """The counts of all processes.

    Each running call holds a place by a lease, which its process renews. While Redis is away no
    call of a key that has limits begins; what runs goes on.
    """

    def __init__(self, address: str, *, prefix: str, lease_seconds: int = LEASE_SECONDS) -> None:
        # The types of redis-py's commands are unions of its sync and async answers.
        self._redis: Any = Redis.from_url(
            address,
            retry=Retry(NoBackoff(), 1),
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
        )
        self._prefix = f"{prefix}:relay"
        self._lease_seconds = lease_seconds
        self._take = self._redis.register_script(TAKE)
        self._count = self._redis.register_script(COUNT)
        self._enter = self._redis.register_script(ENTER)
        self._held: dict[str, list[str]] = {}  # name → places of this process
        self._renewer: asyncio.Task[None] | None = None
        self._is_away = False

    async def take(self, name: str, capacity: int, wanted: float) -> tuple[float, float]:
        """Return the seconds to wait (0: taken) and what is left.

        Raises:
            RelayError: Redis is away; nothing was taken.
        """
        with self._counting():
            answer = await self._take(keys=[f"{self._prefix}:{name}"], args=[capacity, wanted])
        left = float(answer)
        return (-left, 0.0) if left < 0 else (0.0, left)

    async def count(self, name: str, capacity: int, used: float) -> None:
        """Take what was used already, whatever is left; less than 0 gives back."""
        try:
            await self._count(keys=[f"{self._prefix}:{name}"], args=[capacity, used])
        except RedisError:
            logger.warning("Tokens of a key could not be counted.", exc_info=True)

    async def enter(self, name: str, most: int) -> bool:
        """Return whether there is a place; it is taken then.

        Raises:
            RelayError: Redis is away.
        """
        place = new_object_id()
        args: list[int | str] = [most, place, self._lease_seconds]
        with self._counting():
            if not await self._enter(keys=[self._places(name)], args=args):
                return False
        self._held.setdefault(name, []).append(place)
        if self._renewer is None or self._renewer.done():
            self._renewer = asyncio.create_task(self._renew_forever(), name="relay-places")
        return True

    async def leave(self, name: str) -> None:
        """Give a place back; while Redis is away, the end of its lease does."""
        places = self._held.get(name)
        if not places:
            return
        place = places.pop()
        if not places:
            del self._held[name]
        if not self._held and self._renewer is not None:
            self._renewer.cancel()
            self._renewer = None
        try:
            await self._redis.zrem(self._places(name), place)
        except RedisError:
            logger.warning("A place of a key could not be given back.", exc_info=True)

    async def close(self) -> None:
        """Let go of what it holds, and of the connections."""
        for name in [name for name, places in self._held.items() for _place in places]:
            await self.leave(name)
        await self._redis.aclose()

    @contextmanager
    def _counting(self) -> Iterator[None]:
        """Refuse what cannot be counted; the log is told once that Redis is away.

        Raises:
            RelayError: Redis is away.
        """
        try:
            yield
        except RedisError as exc:
            if not self._is_away:
                self._is_away = True
                logger.exception("The use of keys cannot be counted: those with limits wait.")
            raise RelayError("stopping", UNCOUNTED, seconds=1) from exc
        if self._is_away:
            self._is_away = False
            logger.warning("Redis is back: keys with limits are served again.")

    def _places(self, name: str) -> str:
        return f"{self._prefix}:running:{name}"

    async def _renew_forever(self) -> None:
        while self._held:
            await asyncio.sleep(self._lease_seconds / 3)
            try:
                await self._renew()
            except RedisError:
                logger.warning("The places of running calls could not be renewed.", exc_info=True)

    async def _renew(self) -> None:
        seconds, micros = await self._redis.time()
        until = seconds + micros / 1_000_000 + self._lease_seconds
        async with self._redis.pipeline(transaction=False) as several:
            for name, places in self._held.items():
                # Only what is there: a place that is given back meanwhile stays given back.
                several.zadd(self._places(name), dict.fromkeys(places, until), xx=True)
                several.expire(self._places(name), self._lease_seconds)
            await several.execute()
