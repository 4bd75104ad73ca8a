"""The open doors of this process, sockets and event streams: closed when their sign-in is over."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import DatabaseError

from agents.engine.offload import offload
from conversations.queries.presence import Identity, ended_among

logger = logging.getLogger(__name__)

CHECK_SECONDS = 0.75  # with the check itself, a door is closed within a second
PATIENCE_SECONDS = 0.1  # for doors to close before the next check


class Door(Protocol):
    """What the register needs of a door."""

    identity: Identity

    async def end_session(self) -> None:
        """Close: its person is not signed in any more, or kept out."""
        ...


class StreamDoor:
    """An event stream: its body ends when it is told to."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.closed = asyncio.Event()

    async def end_session(self) -> None:
        """Let the body say good-bye and end."""
        self.closed.set()


class OpenDoors:
    """One look at the database every so often covers every door of the process."""

    def __init__(self) -> None:
        self._doors: set[Door] = set()
        self._checking: asyncio.Task[None] | None = None
        self._closing: dict[Door, asyncio.Task[None]] = {}

    def __contains__(self, door: Door) -> bool:
        return door in self._doors

    def __len__(self) -> int:
        return len(self._doors)

    def add(self, door: Door) -> None:
        """Remember a door; the first one starts the checks."""
        self._doors.add(door)
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check(), name="door-checks")

    def remove(self, door: Door) -> None:
        """Forget a door; without any the checks stop."""
        self._doors.discard(door)
        if not self._doors and self._checking is not None:
            self._checking.cancel()
            self._checking = None

    @contextmanager
    def holding(self, door: Door) -> Iterator[None]:
        """Remember a door for as long as it is open."""
        self.add(door)
        try:
            yield
        finally:
            self.remove(door)

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check_once()
            except DatabaseError:
                logger.exception("Open doors could not be checked.")

    async def check_once(self) -> None:
        """Close the doors whose sign-in is over; a slow one holds up neither others nor checks."""
        ended = await offload(ended_among, {door.identity for door in self._doors})
        for door in [one for one in self._doors if one.identity in ended]:
            if door not in self._closing:
                self._closing[door] = asyncio.create_task(self._close(door))
        if self._closing:
            await asyncio.wait(self._closing.values(), timeout=PATIENCE_SECONDS)

    async def _close(self, door: Door) -> None:
        try:
            await door.end_session()
        except Exception:  # whatever a door does, the others are closed
            logger.exception("A door could not be closed.")
        finally:
            del self._closing[door]


open_doors = OpenDoors()
