"""How often and how much a key may call: requests and tokens per minute, calls at a time.

Token buckets: a full minute's allowance may be used at once and fills up again evenly. In this
process, or in Redis where several processes share a key's limits.
"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings

from agents.relay.keys import KeyFacts
from agents.relay.limit_headers import Left
from agents.relay.problems import RelayError
from agents.relay.redis_counters import RedisCounters

MINUTE = 60.0
MOST_BUCKETS = 10_000


@dataclass(slots=True)
class Bucket:
    """What is left of a minute's allowance. level may be negative: more was used than reserved."""

    capacity: float
    level: float
    at: float

    def take(self, wanted: float, now: float) -> float:
        """Take and return 0, or return the seconds to wait and take nothing.

        What is larger than the bucket passes when the bucket is full.
        """
        self.level = min(self.capacity, self.level + (now - self.at) * self.capacity / MINUTE)
        self.at = now
        need = min(wanted, self.capacity)
        if self.level < need:
            return (need - self.level) * MINUTE / self.capacity
        self.level -= wanted
        return 0.0

    def count(self, used: float, now: float) -> None:
        """Take what was used already, whatever is left; less than 0 gives back."""
        self.level = min(self.capacity, self.level + (now - self.at) * self.capacity / MINUTE)
        self.level = min(self.capacity, self.level - used)
        self.at = now


@dataclass(slots=True)
class Admission:
    """A call that was let in; ``leave`` ends its place among the parallel ones."""

    facts: KeyFacts
    reserved_tokens: int
    requests: Left = field(default_factory=Left)
    tokens: Left = field(default_factory=Left)

    @property
    def measures(self) -> Mapping[str, Left]:
        """What the answer's headers tell."""
        return {"requests": self.requests, "tokens": self.tokens}


class Counters(Protocol):
    """Where a minute's use is counted."""

    async def take(self, name: str, capacity: int, wanted: float) -> tuple[float, float]:
        """Return the seconds to wait (0: taken) and what is left."""
        ...

    async def count(self, name: str, capacity: int, used: float) -> None:
        """Take what was used already, whatever is left; less than 0 gives back."""
        ...

    async def enter(self, name: str, most: int) -> bool:
        """Return whether there is a place; it is taken then."""
        ...

    async def leave(self, name: str) -> None:
        """Give a place back."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...


class OwnCounters:
    """The counts of this process."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._running: dict[str, int] = {}

    async def take(self, name: str, capacity: int, wanted: float) -> tuple[float, float]:
        """Return the seconds to wait (0: taken) and what is left."""
        now = asyncio.get_running_loop().time()
        bucket = self._bucket(name, capacity, now)
        wait = bucket.take(wanted, now)
        return wait, max(0.0, bucket.level)

    async def count(self, name: str, capacity: int, used: float) -> None:
        """Take what was used already, whatever is left; less than 0 gives back."""
        now = asyncio.get_running_loop().time()
        self._bucket(name, capacity, now).count(used, now)

    def _bucket(self, name: str, capacity: int, now: float) -> Bucket:
        bucket = self._buckets.get(name)
        if bucket is None:
            if len(self._buckets) >= MOST_BUCKETS:
                self._buckets.clear()
            bucket = self._buckets[name] = Bucket(capacity, capacity, now)
        bucket.capacity = capacity  # another limit fills nothing up that was used
        return bucket

    async def enter(self, name: str, most: int) -> bool:
        """Return whether there is a place; it is taken then."""
        running = self._running.get(name, 0)
        if running >= most:
            return False
        self._running[name] = running + 1
        return True

    async def leave(self, name: str) -> None:
        """Give a place back."""
        running = self._running.get(name, 0)
        if running <= 1:
            self._running.pop(name, None)
        else:
            self._running[name] = running - 1

    async def close(self) -> None:
        """Let go of everything."""
        self._buckets.clear()
        self._running.clear()


def make_counters() -> Counters:
    """Return the counters that the settings ask for."""
    if not settings.REDIS_URI:
        return OwnCounters()
    return RedisCounters(settings.REDIS_URI, prefix=settings.REDIS_KEY_PREFIX)


class Limits:
    """The limits of keys."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    async def admit(self, facts: KeyFacts, tokens: int) -> Admission:
        """Let a call in that takes about so many tokens.

        Raises:
            RelayError: too many at a time, or in this minute; or nobody can count.
        """
        admission = Admission(facts, tokens)
        if facts.parallel_requests and not await self._counters.enter(
            facts.counted_as, facts.parallel_requests
        ):
            raise _refusal(
                f"This key has {facts.parallel_requests} calls running already.", seconds=1
            )
        try:
            await self._take(admission)
        except BaseException:
            await self.leave(admission)
            raise
        return admission

    async def leave(self, admission: Admission) -> None:
        """End a call's place among the parallel ones."""
        if admission.facts.parallel_requests:
            await self._counters.leave(admission.facts.counted_as)

    async def correct(self, admission: Admission, tokens: int) -> None:
        """Count the tokens a call took in place of those that were expected."""
        facts = admission.facts
        if facts.tokens_per_minute and tokens != admission.reserved_tokens:
            difference = tokens - admission.reserved_tokens
            name = f"{facts.counted_as}:tokens"
            await self._counters.count(name, facts.tokens_per_minute, difference)

    async def close(self) -> None:
        """End the counting; no call runs any more."""
        await self._counters.close()

    async def _take(self, admission: Admission) -> None:
        facts = admission.facts
        if facts.requests_per_minute:
            admission.requests = await self._taken(facts, "requests", facts.requests_per_minute, 1)
        if facts.tokens_per_minute:
            admission.tokens = await self._taken(
                facts, "tokens", facts.tokens_per_minute, admission.reserved_tokens
            )

    async def _taken(self, facts: KeyFacts, measure: str, limit: int, wanted: int) -> Left:
        wait, left = await self._counters.take(f"{facts.counted_as}:{measure}", limit, wanted)
        if wait:
            message = f"This key's limit of {limit} {measure} per minute is reached."
            raise _refusal(message, seconds=wait, measure=measure, limit=limit)
        return Left(limit, int(left), (limit - left) * MINUTE / limit)


def _refusal(message: str, *, seconds: float, measure: str = "", limit: int = 0) -> RelayError:
    measures = {measure: Left(limit, 0, seconds)} if measure else {}
    told = f"{message} Try again in {math.ceil(seconds)} seconds."
    return RelayError("rate_limited", told, seconds=seconds, measures=measures)
