"""Batches a generation's events into its log."""

import asyncio
import logging
from collections.abc import Sequence

from conversations.errors import LogTakenError, LogUnavailableError
from conversations.eventlog.events import Event, PartGrew
from conversations.eventlog.log import EventLog

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 0.02  # about one frame of a screen
RETRY_SECONDS = 0.5
LAST_TRIES = 6


class LogWriter:
    """The only writer of one generation's log.

    The first text goes out at once; what comes within 20 ms of a text goes out together, pieces
    of one part joined, so that a fast model costs fifty writes a second and not a thousand.
    While the log's store is away events wait here; the run goes on.
    """

    def __init__(self, log: EventLog, generation_id: str) -> None:
        self._log = log
        self._generation_id = generation_id
        self._waiting: list[Event] = []
        self._has_more = asyncio.Event()
        self._is_closing = False
        self._is_taken = False

    def put(self, events: Sequence[Event]) -> None:
        """Take events in order; returns at once."""
        for event in events:
            self._add(event)
        if self._waiting:
            self._has_more.set()

    async def run(self) -> None:
        """Write until closed."""
        clock = asyncio.get_running_loop().time
        quiet_until = 0.0
        while True:
            await self._has_more.wait()
            quiet = quiet_until - clock()
            if quiet > 0 and not self._is_closing:
                await asyncio.sleep(quiet)
            if self._is_closing:
                return
            self._has_more.clear()
            has_text = any(isinstance(event, PartGrew) for event in self._waiting)
            if not await self._flush():
                self._has_more.set()
                quiet_until = clock() + RETRY_SECONDS
            elif has_text:
                quiet_until = clock() + FLUSH_SECONDS

    async def close(self, last: Event, *, running: asyncio.Task[None]) -> None:
        """Write what is left and the last event; ``running`` is the task of ``run``."""
        self._is_closing = True
        self._has_more.set()
        await running
        self._waiting.append(last)
        for _ in range(LAST_TRIES):
            if await self._flush():
                return
            await asyncio.sleep(RETRY_SECONDS)
        logger.error(
            "The end of an answer could not be announced.",
            extra={"generation": self._generation_id},
        )

    def _add(self, event: Event) -> None:
        last = self._waiting[-1] if self._waiting else None
        if isinstance(event, PartGrew) and isinstance(last, PartGrew) and last.slot == event.slot:
            self._waiting[-1] = PartGrew(event.slot, last.text + event.text)
        else:
            self._waiting.append(event)

    async def _flush(self) -> bool:
        """Write everything that waits; False when the store is away and all still waits."""
        batch, self._waiting = self._waiting, []
        if not batch or self._is_taken:
            return True
        try:
            await self._log.append_many(self._generation_id, batch)
        except LogUnavailableError:
            self._waiting = batch + self._waiting
            return False
        except LogTakenError:
            logger.warning("A log was taken over.", extra={"generation": self._generation_id})
            self._is_taken = True
        return True
