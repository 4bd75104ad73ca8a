"""The open sockets of this process: how many a person has, and who is still signed in."""

import asyncio
import logging
from collections import Counter
from typing import Protocol

from django.db import DatabaseError

from agents.engine.offload import offload
from conversations.queries.presence import Identity, ended_among

logger = logging.getLogger(__name__)

MAX_PER_USER = 30
CHECK_SECONDS = 1.0


class Socket(Protocol):
    """What the register needs of a socket."""

    identity: Identity

    async def end_session(self) -> None:
        """Close: the person is not signed in any more."""
        ...


class OpenSockets:
    """One look at the database per second covers every socket of the process."""

    def __init__(self) -> None:
        self._sockets: set[Socket] = set()
        self._counts: Counter[str] = Counter()
        self._checking: asyncio.Task[None] | None = None

    def has_room(self, user_id: str) -> bool:
        """Return whether a person may open one more."""
        return self._counts[user_id] < MAX_PER_USER

    def is_watched_by(self, user_id: str) -> bool:
        """Return whether a person has a page open."""
        return self._counts[user_id] > 0

    def add(self, socket: Socket) -> None:
        """Remember a socket; the first one starts the checks."""
        self._sockets.add(socket)
        self._counts[socket.identity.user_id] += 1
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check(), name="socket-checks")

    def remove(self, socket: Socket) -> None:
        """Forget a socket; without any the checks stop."""
        if socket not in self._sockets:
            return
        self._sockets.discard(socket)
        self._counts -= Counter([socket.identity.user_id])
        if not self._sockets and self._checking is not None:
            self._checking.cancel()
            self._checking = None

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.check_once()
            except DatabaseError:
                logger.exception("Open sockets could not be checked.")

    async def check_once(self) -> None:
        """Close the sockets whose person has signed out."""
        ended = await offload(ended_among, {socket.identity for socket in self._sockets})
        for socket in [one for one in self._sockets if one.identity in ended]:
            await socket.end_session()


open_sockets = OpenSockets()
