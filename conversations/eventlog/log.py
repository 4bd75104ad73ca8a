"""The protocol of the event log: append, read from a cursor, follow, stop."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from conversations.eventlog.events import Entry, Event


class EventLog(Protocol):
    """Numbered events per generation, from 1 without gaps; one writer, any number of readers.

    Also the place of each generation's stop flag, since whoever stops may be another process.
    Every method may raise LogUnavailableError when the store cannot be reached.
    """

    async def append(self, generation_id: str, event: Event) -> int:
        """Add one event and return its number."""
        ...

    async def append_many(self, generation_id: str, events: Sequence[Event]) -> int:
        """Add events in this order, all or none, and return the last number."""
        ...

    async def read(self, generation_id: str, after: int = 0) -> list[Entry]:
        """Return what is there now with a number above ``after``."""
        ...

    def follow(self, generation_id: str, after: int = 0) -> AsyncGenerator[list[Entry], None]:
        """Yield batches of what is and what comes after ``after``; ends with ``Ended``.

        Waits for a log that has not begun. Ends early if events a reader has not seen are gone.
        """
        ...

    async def exists(self, generation_id: str) -> bool:
        """Return whether there are events."""
        ...

    async def expire(self, generation_id: str, seconds: float) -> None:
        """Forget the events and the stop flag after so long."""
        ...

    async def request_stop(self, generation_id: str) -> None:
        """Raise the stop flag."""
        ...

    def stop_soon(self, generation_id: str) -> None:
        """Raise the stop flag from synchronous code in any thread."""
        ...

    async def is_stopped(self, generation_id: str) -> bool:
        """Return whether the stop flag is up."""
        ...

    async def wait_stop(self, generation_id: str) -> None:
        """Return once the stop flag is up."""
        ...

    async def close(self) -> None:
        """Let go of connections and timers."""
        ...
