"""Until when the next bytes of an answer must have come."""

import asyncio
import math
from typing import Self

import aiohttp


class Alarm:
    """Fails a read that takes too long, with one timer for all reads of an answer.

    ``asyncio.timeout`` makes a timer for each: of a slow stream's token that is a third.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, content: aiohttp.StreamReader) -> None:
        self._loop = loop
        self._content = content
        self._due = math.inf  # nobody reads
        self._rings_at = math.inf
        self._timer: asyncio.Handle | None = None

    def at(self, due: float) -> Self:
        """Return a block in which a read fails with TimeoutError at that time of the loop."""
        self._due = due
        if due < self._rings_at:
            self._set(due)
        return self

    def __enter__(self) -> None:
        """Begin to read."""

    def __exit__(self, *_exc: object) -> None:
        """End the read; the timer stays for those that follow."""
        self._due = math.inf

    def drop(self) -> None:
        """Let go of the timer."""
        if self._timer is not None:
            self._timer.cancel()

    def _set(self, rings_at: float) -> None:
        self.drop()
        self._rings_at = rings_at
        self._timer = self._loop.call_at(rings_at, self._ring)

    def _ring(self) -> None:
        self._timer, self._rings_at = None, math.inf
        if self._due <= self._loop.time():
            self._content.set_exception(TimeoutError())
        elif self._due < math.inf:
            self._set(self._due)  # a later read waits
