"""What was found out lately, so that a busy moment asks for it once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_KNOWN = 10_000


class Memory(Generic[K, V]):
    """Values by key that hold for a while; who asks while one is looked up waits for it.

    A failure is told to all that wait for it and not remembered.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._known: dict[K, tuple[float, V]] = {}
        self._sought: dict[K, asyncio.Future[V]] = {}

    async def get(self, key: K, find: Callable[[], Awaitable[V]]) -> V:
        """Return the value, found now unless it is known."""
        known = self._known.get(key)
        loop = asyncio.get_running_loop()
        if known is not None and known[0] > loop.time():
            return known[1]
        sought = self._sought.get(key)
        if sought is None:
            sought = self._sought[key] = asyncio.ensure_future(find())
            sought.add_done_callback(lambda done: self._found(key, done))
        # Shielded: one client that leaves must not fail the others.
        return await asyncio.shield(sought)

    def _found(self, key: K, done: "asyncio.Future[V]") -> None:
        del self._sought[key]
        if done.cancelled() or done.exception() is not None:
            self._known.pop(key, None)
            return
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        until = asyncio.get_running_loop().time() + self._seconds
        self._known[key] = (until, done.result())
