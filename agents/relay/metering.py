"""Paying for the relay's calls: promised before, counted at once, booked a moment later.

A call that had to write its hold and its settlement before it may answer could not keep up, so a
key holds credits for several calls at once, as many as it lately used: its allowance. Each call
draws from it in memory; what the calls came to is written in batches, first to the journal, then
to the database. A key that calls seldom has allowances of one call.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from agents.engine.offload import offload
from agents.llm.wire.neutral import Usage
from agents.relay.allowances import Allowance, Wanted, allowance_grow, allowance_open, covers
from agents.relay.journal import Journal, Segment
from agents.relay.problems import RelayError
from agents.relay.record import Record
from agents.relay.storing import store
from billing.pricing.cost import TokenUsage, cost_parts_together, held_cost

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 0.5
LEAST_MORE = 1_024  # output tokens promised on top, at least
MOST_CALLS = 2_048  # of one allowance
MOST_WAITING = 50_000  # calls that are not in the database yet; more are not let in
BATCH = 2_000  # of one transaction: a busy server's calls between two writes
COUNTS = tuple(one.name for one in fields(Usage) if one.name != "is_estimated")


@dataclass(slots=True)
class Draw:
    """One call's part of an allowance."""

    allowance: Allowance
    record: Record
    prompt_tokens: int
    output_tokens: int
    segment: Segment


@dataclass(slots=True)
class _Purse:
    """The allowances of one key and model, one after another."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    current: Allowance | None = None
    calls: int = 1  # of the next allowance


class Meter:
    """Allowances, the journal and the writer behind them; one for a process."""

    def __init__(self, folder: Path) -> None:
        self._journal = Journal(folder)
        self._purses: dict[tuple[str, str], _Purse] = {}
        self._closed: list[tuple[Record, Segment | None, bytes]] = []
        self._retired: list[Allowance] = []
        self._writer: asyncio.Task[None] | None = None
        self._flushing = asyncio.Lock()  # what two would take at once, both would cross off

    async def draw(self, wanted: Wanted, record: Record, *, before: Draw | None = None) -> Draw:
        """Promise a call's credits; ``before``: what it had drawn for a target that failed.

        Raises:
            RelayError: they are not there, a budget is used up, or the records cannot keep up.
        """
        if len(self._closed) > MOST_WAITING:
            raise RelayError("stopping", "The relay cannot write down what it does fast enough.")
        self._start()
        purse = self._purse((wanted.facts.id, wanted.target.id))
        allowance = purse.current
        if allowance is None or not covers(allowance, wanted):
            allowance = await self._fresh(purse, wanted)
        drawn = self._drawn(allowance, wanted, record, before.segment if before else None)
        if before is not None:
            before.allowance.running -= 1
            self._retire_if_done(before.allowance)
        return drawn

    async def extend(self, draw: Draw) -> None:
        """Promise more for a call whose answer outgrows what it drew.

        Raises:
            RelayError: there is no more; what was answered so far is charged.
        """
        more = max(draw.output_tokens, LEAST_MORE)
        await allowance_grow(draw.allowance, more)
        draw.output_tokens += more

    def close(
        self,
        draw: Draw,
        usage: Usage | None,
        *,
        requests: Sequence[Usage] = (),
        content: bytes = b"",
    ) -> None:
        """Count what a call came to; None: nothing came of it, and it costs nothing.

        requests: of the usage, those of a continued turn that ended before its last one.
        """
        record, allowance = draw.record, draw.allowance
        allowance.running -= 1
        if usage is not None:
            usage, counted = _bookable(usage, draw)
            record.count(usage)
            asked = requests_of(usage, requests) if requests else [counted]
            parts = cost_parts_together(asked, allowance.rates)
            record.prompt_credits, record.credits = parts.prompt, parts.total
            allowance.settlement.add(counted, parts)
        self._journal.closed(draw.segment, record)
        self._closed.append((record, draw.segment, content))
        self._retire_if_done(allowance)

    def note(self, record: Record, *, content: bytes = b"") -> None:
        """Write down a call for which nothing was promised: refused, or answered before."""
        self._start()
        self._closed.append((record, self._journal.noted(record), content))

    async def flush(self) -> None:
        """Write down what has ended by now; one at a time."""
        async with self._flushing:
            await self._flush()

    async def stop(self) -> None:
        """Write everything down and end."""
        if self._writer is not None:
            self._writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._writer
            self._writer = None
        for purse in self._purses.values():
            self._retire(purse)
        await self.flush()
        self._journal.close()

    def _start(self) -> None:
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_forever(), name="relay-records")

    def _purse(self, name: tuple[str, str]) -> _Purse:
        purse = self._purses.get(name)
        if purse is None:
            purse = self._purses[name] = _Purse()
        return purse

    def _drawn(
        self, allowance: Allowance, wanted: Wanted, record: Record, segment: Segment | None
    ) -> Draw:
        if allowance.hold.is_recorded:
            record.allowance = allowance.hold.key
        # Should the server die now, the prompt is what the provider has certainly counted.
        record.input_tokens = wanted.prompt_tokens
        record.credits = held_cost(wanted.prompt_tokens, 0, allowance.rates)
        record.prompt_credits = record.credits
        try:
            segment = self._journal.opened(record, segment)
        except OSError as exc:  # nothing was drawn yet, and nothing is lost
            logger.exception("The relay's journal cannot be written.")
            raise RelayError("stopping", "The relay cannot write down what it does.") from exc
        finally:
            record.input_tokens = record.credits = record.prompt_credits = 0
        allowance.prompt_left -= wanted.prompt_tokens
        allowance.output_left -= wanted.output_tokens
        allowance.calls_left -= 1
        allowance.running += 1
        return Draw(allowance, record, wanted.prompt_tokens, wanted.output_tokens, segment)

    async def _fresh(self, purse: _Purse, wanted: Wanted) -> Allowance:
        async with purse.lock:
            current = purse.current
            if current is not None and covers(current, wanted):
                return current  # somebody else was faster
            now = asyncio.get_running_loop().time()
            is_busy = current is not None and current.retires_at > now
            purse.calls = min(MOST_CALLS, purse.calls * 2) if is_busy else 1
            self._retire(purse)
            try:
                purse.current = await allowance_open(wanted, calls=purse.calls)
            except RelayError:
                if purse.calls == 1:
                    raise
                purse.calls = 1  # there may be room for this one alone
                purse.current = await allowance_open(wanted, calls=1)
            return purse.current

    def _retire(self, purse: _Purse) -> None:
        allowance = purse.current
        purse.current = None
        if allowance is not None:
            allowance.is_retired = True
            self._retire_if_done(allowance)

    def _retire_if_done(self, allowance: Allowance) -> None:
        if allowance.is_retired and not allowance.running:
            self._retired.append(allowance)

    async def _write_forever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            now = asyncio.get_running_loop().time()
            for name, purse in list(self._purses.items()):
                if purse.current is not None and purse.current.retires_at <= now:
                    self._retire(purse)
                elif purse.current is None and not purse.lock.locked():
                    del self._purses[name]
            try:
                await self.flush()
            except Exception:
                # Everything is in the journal: the next round writes it.
                logger.exception("The relay's records could not be written; trying again.")

    async def _flush(self) -> None:
        # What ends meanwhile is left to the next round: to write one call costs about what it
        # costs to write a hundred.
        waiting = len(self._closed)
        while waiting or self._retired:
            closed, retired = self._closed[: min(waiting, BATCH)], self._retired[:]
            settlements = [(one.hold, one.settlement) for one in retired]
            rows = [(record, content) for record, _segment, content in closed]
            await offload(store, rows, settlements)
            waiting -= len(closed)
            del self._closed[: len(closed)]
            del self._retired[: len(retired)]
            for _record, segment, _content in closed:
                if segment is not None:
                    self._journal.flushed(segment)


def _bookable(usage: Usage, draw: Draw) -> tuple[Usage, TokenUsage]:
    """Return a count, and as billing takes it.

    What was promised counts where the provider's is none that anybody could use.
    """
    try:
        return usage, token_usage(usage)
    except ValueError:
        promised = Usage(draw.prompt_tokens, draw.output_tokens, is_estimated=True)
        return promised, token_usage(promised)


def requests_of(usage: Usage, ended: Sequence[Usage]) -> list[TokenUsage]:
    """Return what each request of a call came to, the last one as the rest of all of it.

    Where the requests come to more than the whole, the whole is all that is known.
    """
    rest = {
        name: getattr(usage, name) - sum(getattr(one, name) for one in ended) for name in COUNTS
    }
    counts = [getattr(one, name) for one in ended for name in COUNTS]
    if min(*rest.values(), *counts) < 0:
        return [token_usage(usage)]
    return [token_usage(one) for one in (*ended, Usage(**rest))]


def token_usage(usage: Usage) -> TokenUsage:
    """Return a count as billing takes it."""
    return TokenUsage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        image_tokens=usage.image_tokens,
        audio_tokens=usage.audio_tokens,
        embedding_tokens=usage.embedding_tokens,
        cache_write_long_tokens=usage.cache_write_long_tokens,
        audio_output_tokens=usage.audio_output_tokens,
        is_estimated=usage.is_estimated,
    )
