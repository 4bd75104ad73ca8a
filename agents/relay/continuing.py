"""Turns that the provider breaks off to be asked again: the client hears one answer.

Anthropic's API pauses long turns of its own tools (``pause_turn``). Clients of other dialects have
no word for that, so the relay sends back what was said and hands on what follows, until the turn
ends. Every further request is promised before it is made; all of them are counted together.
"""

import math
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import fields, replace
from typing import Any

from agents.errors import ProviderError
from agents.llm.providers.wire_provider import WireProvider
from agents.llm.wire.fields import count_of
from agents.llm.wire.neutral import (
    Event,
    Failed,
    Finished,
    PausedTurn,
    Started,
    Usage,
    UsageReported,
)
from agents.llm.wire.preparing import Prepared
from agents.relay.calling import Calling
from agents.relay.metering import requests_of
from agents.relay.passing import BROKE_OFF
from agents.relay.targets import Target
from billing.pricing.cost import cost_parts_together, held_cost

MOST_FURTHER = 8  # requests of one answer: a provider without end must not spend without end


async def whole_turn(
    calling: Calling, target: Target, provider: WireProvider, prepared: Prepared
) -> AsyncGenerator[list[Event], None]:
    """Yield the events of one answer, however often the provider breaks it off.

    Raises:
        ProviderError: before any event.
        RelayError: nothing is left to pay for going on.
    """
    turn = Turn(prepared)
    calling.requests = turn.ended
    while turn.is_open:
        if turn.said:
            await _promise(calling, target, turn)
        try:
            async with aclosing(provider.batches(turn.next_request())) as batches:
                async for batch in batches:
                    told = turn.told(batch)
                    if told:
                        yield told
        except ProviderError:
            if turn.said is None:
                raise
            # The client has a part already, and it is charged.
            yield [Failed("cut", BROKE_OFF, is_retryable=True)]
            return


class Turn:
    """One answer, made of as many requests as its provider wants.

    ``is_open``: a request is to be made. ``said`` and ``used``: in the requests so far.
    ``ended``: what each request but the running one came to.
    """

    def __init__(self, prepared: Prepared) -> None:
        self.is_open = True
        self.said: PausedTurn | None = None
        self.used = Usage()
        self.ended: list[Usage] = []
        self._running = Usage()
        self._before = Usage()  # in the requests before the running one
        self._prepared = prepared
        self._left = MOST_FURTHER

    @property
    def repeated_tokens(self) -> int:
        """What the next request says again: the last one and its answer."""
        return self._running.prompt_tokens + self._running.output_tokens

    def next_request(self) -> Prepared:
        """Return what to ask now; the answer's limit is one for all requests."""
        self.is_open = False
        if self.said is None:
            return self._prepared
        self._left -= 1
        self._before = self.used
        self.ended.append(self._running)
        self._running = Usage()
        request = self._prepared.request
        parameters = {**request.parameters, **self._limit()}
        request = replace(request, continued=self.said, parameters=parameters)
        return replace(self._prepared, request=request)

    def told(self, batch: list[Event]) -> list[Event]:
        """Return what the client hears of the events of one batch."""
        is_plain = self.said is None and not any(isinstance(one, UsageReported) for one in batch)
        heard = batch if is_plain else self._heard(batch)
        end = batch[-1] if batch else None
        if not isinstance(end, Finished) or end.paused is None or not self._left:
            return heard
        self.said = self.said.then(end.paused) if self.said else end.paused
        if self._limit().get("max_tokens", 1) < 1:
            return [*heard[:-1], Finished("length")]
        self.is_open = True
        return heard[:-1]

    def _limit(self) -> dict[str, int]:
        """Return how long the rest may get, where there is a limit."""
        limit = count_of(self._prepared.request.parameters.get("max_tokens"))
        return {} if limit is None else {"max_tokens": limit - self.used.output_tokens}

    def _heard(self, batch: list[Event]) -> list[Event]:
        """Return the events with all requests' counts as one, and one beginning."""
        heard: list[Event] = []
        for event in batch:
            match event:
                case UsageReported(usage):
                    self._running = usage
                    self.used = _sum(self._before, usage)
                    heard.append(UsageReported(self.used))
                case Started() if self.said is not None:
                    pass
                case _:
                    heard.append(event)
        return heard


def _sum(one: Usage, other: Usage) -> Usage:
    """Return two counts as one."""
    counts: dict[str, Any] = {  # numbers, and whether they are estimated
        count.name: getattr(one, count.name) + getattr(other, count.name)
        for count in fields(Usage)
        if count.name != "is_estimated"
    }
    return Usage(**counts, is_estimated=one.is_estimated or other.is_estimated)


async def _promise(calling: Calling, target: Target, turn: Turn) -> None:
    """Promise a further request's credits on top of what the call holds.

    More can be held for an answer only, so what goes in counts as so much of an answer as it
    costs. A hold of its own would be another message to budgets that count messages. Whether a
    request is priced as a long one is decided by its own prompt, not by the sum of all.

    Raises:
        RelayError: they are not there.
    """
    draw = calling.draw
    if draw is None:
        return
    wanted = calling.wanted(target)
    rates = draw.allowance.rates
    held = rates.applying_to(draw.prompt_tokens)
    prompt = max(wanted.prompt_tokens, turn.repeated_tokens)
    needed = turn.used.output_tokens + wanted.output_tokens
    if held.completion:
        owed = cost_parts_together(requests_of(turn.used, turn.ended), rates).total
        owed += held_cost(prompt, wanted.output_tokens, rates)
        needed = max(needed, math.ceil((owed - draw.prompt_tokens * held.prompt) / held.completion))
    while draw.output_tokens < needed:
        await calling.meter.extend(draw)
