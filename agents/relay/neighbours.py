"""Running calls of all processes: each tells the others of its own through Redis.

Without Redis nobody tells anything, and every process knows its own calls only.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Container, Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from agents.engine.offload import offload
from agents.relay.problems import RelayError
from librechat.kernel.ids import new_object_id

logger = logging.getLogger(__name__)

SHARE_SECONDS = 1.0
STALE_SECONDS = 10  # what a process told longer ago counts no more: it hangs, or is dead
FORGET_SECONDS = 60
TIMEOUT_SECONDS = 1.0
MOST_TOLD = 100  # of one process, oldest first

End = tuple[str, RelayError]  # the id of a call, and why it is ended


@dataclass(frozen=True, slots=True)
class Sighting:
    """A running call as others see it; process: "" for this one.

    user: as people read it. started_at: Unix seconds. tokens: of the answer so far.
    """

    id: str
    user_id: str
    user: str
    key_id: str
    alias: str
    endpoint: str
    model: str
    started_at: float
    tokens: int
    process: str = ""


class Sharing:
    """Tells the other processes of this one's calls, and ends those that they want ended."""

    def __init__(
        self, look: Callable[[], list[Sighting]], end: Callable[[str, RelayError], object]
    ) -> None:
        self.process = new_object_id()
        self._look = look
        self._end = end
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Tell of the calls for as long as there are any."""
        if settings.REDIS_URI and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._share_forever(), name="relay-sharing")

    async def stop(self) -> None:
        """Tell that nothing runs here any more."""
        task, self._task = self._task, None
        if task is not None and not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await self._share([])

    async def _share_forever(self) -> None:
        while True:
            await asyncio.sleep(SHARE_SECONDS)
            calls = self._look()
            await self._share(calls)
            if not calls:
                return

    async def _share(self, calls: list[Sighting]) -> None:
        try:
            for call_id, reason in await offload(_tell, self.process, calls):
                self._end(call_id, reason)
        except RedisError as exc:
            logger.warning("Running calls could not be shared.", extra={"error": str(exc)})


def others(without: Container[str] = ()) -> tuple[list[Sighting], int]:
    """Return the calls of other processes, and how many there are.

    without: names of processes whose calls are known. While Redis is away, there are none.
    """
    if not settings.REDIS_URI:
        return [], 0
    redis: Any = _redis(settings.REDIS_URI)  # it types answers as unions of sync and async ones
    try:
        told: dict[bytes, bytes] = redis.hgetall(_calls())
        now = redis.time()[0]
    except RedisError as exc:
        logger.warning("Calls of other processes are not known.", extra={"error": str(exc)})
        return [], 0
    found: list[Sighting] = []
    total = 0
    for process, text in told.items():
        name, look = process.decode(), json.loads(text)
        if now - look["at"] > FORGET_SECONDS:
            redis.hdel(_calls(), name)
        elif now - look["at"] <= STALE_SECONDS and name not in without:
            found += [Sighting(**{**call, "process": name}) for call in look["calls"]]
            total += look["count"]
    return found, total


def end_elsewhere(call: Sighting, reason: RelayError) -> bool:
    """Ask the process of a call to end it; return whether that could be asked."""
    wish = {"id": call.id, "kind": reason.kind, "message": reason.message, "code": reason.code}
    name = _ends(call.process)
    try:
        with _redis(settings.REDIS_URI).pipeline() as several:
            several.rpush(name, json.dumps(wish))
            several.expire(name, FORGET_SECONDS)
            several.execute()
    except RedisError as exc:
        logger.warning("A call could not be ended.", extra={"call": call.id, "error": str(exc)})
        return False
    return True


def _tell(process: str, calls: Iterable[Sighting]) -> list[End]:
    """Tell of the calls of a process, and return which of them others want ended."""
    redis: Any = _redis(settings.REDIS_URI)
    listed = list(calls)
    told = [asdict(call) for call in listed[:MOST_TOLD]]
    look = {"at": redis.time()[0], "count": len(listed), "calls": told}
    with redis.pipeline() as several:
        if listed:
            several.hset(_calls(), process, json.dumps(look))
        else:
            several.hdel(_calls(), process)
        several.expire(_calls(), FORGET_SECONDS)
        several.lrange(_ends(process), 0, -1)
        several.delete(_ends(process))
        wishes = [json.loads(text) for text in several.execute()[2]]
    return [(wish.pop("id"), RelayError(**wish)) for wish in wishes]


def _calls() -> str:
    return f"{settings.REDIS_KEY_PREFIX}:relay:calls"


def _ends(process: str) -> str:
    return f"{settings.REDIS_KEY_PREFIX}:relay:ends:{process}"


@lru_cache(maxsize=2)
def _redis(address: str) -> Redis:
    return Redis.from_url(
        address,
        retry=Retry(NoBackoff(), 1),
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
    )
