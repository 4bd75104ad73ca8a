"""Bytes that are left in their socket for a while."""

import asyncio


class Gathering:
    """Pauses a transport, so that one read then takes all that came meanwhile.

    Only the transport: aiohttp's own pause also stops its parser, which then keeps back a part of
    what comes next, and loses that when the line ends right after it.
    """

    __slots__ = ("_loop", "_timer", "_transport", "ends_at")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.ends_at = 0.0  # of the loop's clock; 0: it has ended
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.ReadTransport | None = None

    def begin(self, transport: asyncio.ReadTransport, seconds: float) -> None:
        """Pause a transport that reads; a timer of its own ends that."""
        transport.pause_reading()
        self._transport = transport
        self.ends_at = self._loop.time() + seconds
        self._timer = self._loop.call_at(self.ends_at, self.end)

    def end(self) -> None:
        """Let it read again, at once."""
        if self._timer is None or self._transport is None:
            return
        self._timer.cancel()
        self._transport.resume_reading()
        self.ends_at, self._timer, self._transport = 0.0, None, None
