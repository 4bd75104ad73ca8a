"""What the stand-in remembers of every request."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PATIENCE_SECONDS = 60


@dataclass
class Recorded:
    """One request; ``is_cancelled`` is set when the client left before the end.

    ``headers`` has lower-case names. ``body`` is the parsed JSON, empty when there was none.
    ``client_port`` tells connections apart.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: dict[str, Any]
    model: str
    client_port: int = 0
    at: float = field(default_factory=time.monotonic)
    is_cancelled: bool = False
    is_done: bool = False

    async def over(self, seconds: float = PATIENCE_SECONDS) -> "Recorded":
        """Return once the stand-in is done with the request; the caller's loop runs on."""
        return await asyncio.to_thread(self.wait, seconds)

    def wait(self, seconds: float = PATIENCE_SECONDS) -> "Recorded":
        """Return once the stand-in is done with the request, whichever way it ended.

        Not for async tests: a blocked loop cannot close its sockets. They await ``over``.
        """
        until = time.monotonic() + seconds
        while not (self.is_done or self.is_cancelled) and time.monotonic() < until:
            time.sleep(0.002)
        return self
