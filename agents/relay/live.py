"""The calls that run now: signs of life, and an end for those that must end."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from weakref import WeakSet

from agents.engine.offload import offload
from agents.relay.exchange import WRITE_SECONDS, Exchange
from agents.relay.keys import KeyFacts, still_open
from agents.relay.neighbours import Sharing, Sighting, end_elsewhere, others
from agents.relay.problems import RelayError
from agents.relay.record import Record
from librechat.kernel import metrics

logger = logging.getLogger(__name__)

TICK_SECONDS = 2.0
WATCHED_AFTER_SECONDS = 0.2
HEAD_SECONDS = 10.0  # so long the head of a stream waits for the model's first event
QUIET_SECONDS = 15.0  # after this long without a byte the client gets a sign of life

_of_process: WeakSet["Calls"] = WeakSet()
# Counted when somebody asks: up and down with every call costs more than a scrape does.
metrics.relay_running.set_function(lambda: sum(len(calls) for calls in list(_of_process)))


@dataclass(slots=True)
class Live:
    """One running call. ``reason``: why it was ended before its time."""

    exchange: Exchange
    facts: KeyFacts
    record: Record
    task: asyncio.Task[object]
    written_at: float
    is_writing: bool = False  # since ``written_at``: the client's buffers may be full
    alive: Callable[[], bytes] | None = None  # makes a sign of life, when one is legal
    # Sends the answer's head before there is an answer, for a model that thinks long.
    head: Callable[[], Awaitable[None]] | None = None
    reason: RelayError | None = None
    is_gone: bool = False
    events: int = 0
    watch: asyncio.Task[None] | None = None  # sees the client go
    watch_timer: asyncio.TimerHandle | None = None
    sign: asyncio.Task[None] | None = None  # of life, being written

    def watch_client(self) -> None:
        """End the call when its client closes the line, unless it is over in a moment anyway."""
        loop = asyncio.get_running_loop()
        self.watch_timer = loop.call_later(WATCHED_AFTER_SECONDS, self._watch)

    def unwatch_client(self) -> None:
        """Stop looking, for the call has ended."""
        if self.watch_timer is not None:
            self.watch_timer.cancel()
        for task in (self.watch, self.sign):
            if task is not None:
                task.cancel()

    async def look_after(self, now: float) -> None:
        """Give a quiet call its head or a sign of life; end it when its client takes nothing."""
        if self.is_writing:
            if now - self.written_at > WRITE_SECONDS and not self.is_gone:
                self.leave()
        elif self.head is not None and not self.exchange.has_begun:
            if now - self.exchange.started > HEAD_SECONDS:
                await self.head()
        elif self.alive is not None and now - self.written_at > QUIET_SECONDS:
            sign = self.alive()
            if sign:
                self.written_at, self.is_writing = now, True
                self.sign = asyncio.create_task(self._show(sign))  # nobody waits for this client

    async def _show(self, sign: bytes) -> None:
        if not self.exchange.has_ended:
            await self.exchange.write_watched(sign)
        self.is_writing = False

    def _watch(self) -> None:
        self.watch = asyncio.create_task(self.exchange.gone())
        self.watch.add_done_callback(self._client_gone)

    def _client_gone(self, watch: asyncio.Task[None]) -> None:
        # Servers tell of a line's end after a whole answer, too: its books are not broken off.
        if not watch.cancelled() and not self.exchange.has_ended and not self.task.done():
            self.leave()

    def end(self, reason: RelayError) -> None:
        """End it; the client is told why."""
        self.reason = self.reason or reason
        self.task.cancel()

    def leave(self) -> None:
        """End it because its client has gone."""
        self.is_gone = True
        self.task.cancel()


class Calls:
    """All of them that one loop serves."""

    def __init__(self) -> None:
        _of_process.add(self)
        self._running: dict[str, Live] = {}
        self._nobody = asyncio.Event()
        self._nobody.set()
        self._ticker: asyncio.Task[None] | None = None
        self.sharing = Sharing(lambda: [_seen(live) for live in self if _is_told(live)], self.end)

    def __iter__(self) -> Iterator[Live]:
        return iter(list(self._running.values()))

    def __len__(self) -> int:
        return len(self._running)

    def begin(self, live: Live) -> None:
        """Know a call from now on, until ``ended``."""
        if self._ticker is None or self._ticker.done():
            self._ticker = asyncio.create_task(self._tick_forever(), name="relay-calls")
        self._running[live.exchange.id] = live
        self._nobody.clear()
        self.sharing.start()

    def ended(self, live: Live) -> None:
        """Know a call no more."""
        live.unwatch_client()
        del self._running[live.exchange.id]
        if not self._running:
            self._nobody.set()

    def end(self, call_id: str, reason: RelayError) -> bool:
        """End one call; return whether it ran here."""
        live = self._running.get(call_id)
        if live is not None:
            live.end(reason)
        return live is not None

    async def stop(self, seconds: float) -> None:
        """Let calls end by themselves for a while, then end them."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._nobody.wait()
        tasks = [live.task for live in self]
        for live in self:
            live.end(RelayError("stopping", "The server is restarting. Try again in a moment."))
        if tasks:
            await asyncio.wait(tasks, timeout=5)
        if self._ticker is not None:
            self._ticker.cancel()
            self._ticker = None
        await self.sharing.stop()

    async def _tick_forever(self) -> None:
        while self._running:
            await asyncio.sleep(TICK_SECONDS)
            try:
                await self._tick()
            except Exception:
                logger.exception("The relay's running calls could not be looked after.")
        self._ticker = None

    async def _tick(self) -> None:
        now = asyncio.get_running_loop().time()
        for live in self:
            await live.look_after(now)
        keys = {live.facts.id for live in self}
        if keys:
            alive = await offload(still_open, keys)
            for live in self:
                if live.facts.id not in alive:
                    live.end(RelayError("no_key", "The key of this call was ended."))


def running_here() -> list[Live]:
    """Return the calls of this process, oldest first; from any thread."""
    found = [live for calls in list(_of_process) for live in calls]
    return sorted(found, key=lambda live: live.exchange.id)


def call_end_soon(call_id: str, reason: RelayError) -> Live | None:
    """End a call from any thread; None when none of this name runs in this process."""
    live = next((one for one in running_here() if one.exchange.id == call_id), None)
    if live is None or live.task.get_loop().is_closed():
        return None
    live.task.get_loop().call_soon_threadsafe(live.end, reason)
    return live


def running_everywhere() -> tuple[list[Sighting], int]:
    """Return the calls of all processes that can be known of, oldest first; and their count."""
    here = [_seen(live) for live in running_here() if _is_told(live)]
    there, total = others({calls.sharing.process for calls in list(_of_process)})
    return sorted([*here, *there], key=lambda call: call.id), len(here) + total


def call_end_anywhere(call: Sighting, reason: RelayError) -> bool:
    """End a call, from any thread; return whether its process heard of it."""
    if call.process:
        return end_elsewhere(call, reason)
    return call_end_soon(call.id, reason) is not None


def _is_told(live: Live) -> bool:
    return bool(live.record.alias)  # before that nobody knows what it wants


def _seen(live: Live) -> Sighting:
    record = live.record
    return Sighting(
        id=live.exchange.id,
        user_id=live.facts.user.pk,
        user=str(live.facts.user),
        key_id=live.facts.id,
        alias=record.alias,
        endpoint=record.endpoint,
        model=record.model,
        started_at=record.started_at,
        tokens=live.events,
    )
