"""The event log of a single process: lists, and wake-ups on the loop they live on."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from conversations.eventlog.events import Ended, Entry, Event


@dataclass(slots=True, eq=False)
class _Stream:
    """One generation's events and who waits for more."""

    entries: list[Entry] = field(default_factory=list)
    grown: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    users: int = 0

    def wake(self) -> None:
        """Wake those who wait now; who comes later waits for the next event."""
        self.grown.set()
        self.grown = asyncio.Event()


class MemoryLog:
    """Events in lists; readers and writers share one event loop.

    A reader takes what is there at its own pace, so a slow one costs nothing but its cursor.
    """

    def __init__(self) -> None:
        self._streams: dict[str, _Stream] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    async def append(self, generation_id: str, event: Event) -> int:
        """Add one event and return its number."""
        return await self.append_many(generation_id, (event,))

    async def append_many(self, generation_id: str, events: Sequence[Event]) -> int:
        """Add events in this order and return the last number."""
        stream = self._stream(generation_id)
        entries = stream.entries
        for event in events:
            entries.append(Entry(len(entries) + 1, event))
        stream.wake()
        return len(entries)

    async def read(self, generation_id: str, after: int = 0) -> list[Entry]:
        """Return what is there now with a number above ``after``."""
        stream = self._streams.get(generation_id)
        return stream.entries[max(after, 0) :] if stream else []

    async def follow(self, generation_id: str, after: int = 0) -> AsyncGenerator[list[Entry], None]:
        """Yield batches of what is and what comes; ends with ``Ended``."""
        stream = self._stream(generation_id)
        stream.users += 1
        cursor = max(after, 0)
        try:
            while not _is_over(stream, cursor):
                batch = stream.entries[cursor:]
                if batch:
                    cursor = batch[-1].seq
                    yield batch
                else:
                    await stream.grown.wait()
        finally:
            self._leave(generation_id, stream)

    async def exists(self, generation_id: str) -> bool:
        """Return whether there are events."""
        stream = self._streams.get(generation_id)
        return stream is not None and bool(stream.entries)

    async def expire(self, generation_id: str, seconds: float) -> None:
        """Forget the events and the stop flag after so long."""
        loop = asyncio.get_running_loop()
        earlier = self._timers.pop(generation_id, None)
        if earlier is not None:
            earlier.cancel()
        self._timers[generation_id] = loop.call_later(seconds, self._forget, generation_id)

    async def request_stop(self, generation_id: str) -> None:
        """Raise the stop flag."""
        self._stream(generation_id).stopped.set()

    def stop_soon(self, generation_id: str) -> None:
        """Raise the stop flag from synchronous code in any thread.

        Without a loop nothing runs in this process, so there is nothing to stop.
        """
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._raise_flag, generation_id)

    async def is_stopped(self, generation_id: str) -> bool:
        """Return whether the stop flag is up."""
        stream = self._streams.get(generation_id)
        return stream is not None and stream.stopped.is_set()

    async def wait_stop(self, generation_id: str) -> None:
        """Return once the stop flag is up."""
        stream = self._stream(generation_id)
        stream.users += 1
        try:
            await stream.stopped.wait()
        finally:
            self._leave(generation_id, stream)

    async def close(self) -> None:
        """Cancel the timers and forget everything."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._streams.clear()

    def _stream(self, generation_id: str) -> _Stream:
        self._loop = asyncio.get_running_loop()
        return self._streams.setdefault(generation_id, _Stream())

    def _raise_flag(self, generation_id: str) -> None:
        stream = self._streams.get(generation_id)
        if stream is not None:
            stream.stopped.set()

    def _leave(self, generation_id: str, stream: _Stream) -> None:
        stream.users -= 1
        is_unused = not stream.users and not stream.entries and not stream.stopped.is_set()
        if is_unused and self._streams.get(generation_id) is stream:
            del self._streams[generation_id]

    def _forget(self, generation_id: str) -> None:
        self._timers.pop(generation_id, None)
        stream = self._streams.pop(generation_id, None)
        if stream is not None:
            stream.wake()


def _is_over(stream: _Stream, cursor: int) -> bool:
    """Return whether a reader at ``cursor`` has seen the last event there will be."""
    entries = stream.entries
    return bool(entries) and cursor >= len(entries) and isinstance(entries[-1].event, Ended)
