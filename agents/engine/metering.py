"""Holds credits before a model call, settles them on usage, releases them when nothing came."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import cast

from agents.engine.events import Noticed
from agents.engine.holding import hold_opened
from agents.engine.offload import offload
from agents.llm import tokens
from agents.llm.wire import neutral
from billing.models import Hold
from billing.pricing.cost import MAX_TOKENS, TokenUsage
from billing.services import charging
from librechat.kernel import failpoints

logger = logging.getLogger(__name__)

HELD_OUTPUT = 1_024  # output tokens held at first, and again each time they are used up
CHARACTERS_PER_TOKEN = 3  # on the safe side while streaming; the settlement counts


@dataclass(slots=True)
class Meter:
    """What a run has used so far; the runner reads it when the run is over, however it ends."""

    calls: int = 0
    credits: int = 0
    model: str = ""  # of the last call: where a budget wants a cheaper one, not the one asked for
    notices: list[str] = field(default_factory=list)
    usage: neutral.Usage = field(default_factory=neutral.Usage)

    def add(self, usage: neutral.Usage, credits_charged: int) -> None:
        """Add one call."""
        total = self.usage
        self.usage = neutral.Usage(
            total.input_tokens + usage.input_tokens,
            total.output_tokens + usage.output_tokens,
            total.cache_read_tokens + usage.cache_read_tokens,
            total.cache_write_tokens + usage.cache_write_tokens,
            total.reasoning_tokens + usage.reasoning_tokens,
            total.image_tokens + usage.image_tokens,
            total.audio_tokens + usage.audio_tokens,
            cache_write_long_tokens=total.cache_write_long_tokens + usage.cache_write_long_tokens,
            audio_output_tokens=total.audio_output_tokens + usage.audio_output_tokens,
            is_estimated=total.is_estimated or usage.is_estimated,
        )
        self.credits += credits_charged


class Tally:
    """Watches one call's events for what it will cost."""

    def __init__(self) -> None:
        self.reported: neutral.Usage | None = None
        self.is_begun = False
        self.is_finished = False
        self.characters = 0
        self._pieces: list[str] = []

    def see(self, event: neutral.Event) -> None:
        """Take note of one event."""
        match event:
            case neutral.TextDelta(text) | neutral.ThinkingDelta(text):
                self._add(text)
            case neutral.ToolCallDelta(_, arguments):
                self._add(arguments)
            case neutral.UsageReported(usage):
                self.reported = usage
            case neutral.Started():
                self.is_begun = True
            case neutral.Finished():
                self.is_finished = True
            case _:
                pass

    def usage(self, model: str, prompt_tokens: int) -> neutral.Usage:
        """Return the provider's count, or ours, marked so, where it has none or a silly one.

        What was streamed is never counted below what can be seen of it.
        """
        reported = self.reported
        is_whole = self.is_finished and not self._is_missing_something(reported)
        if reported is not None and is_whole and _is_sane(reported):
            return reported
        output = tokens.count("".join(self._pieces), model)
        if reported is None or not _is_sane(reported):
            return neutral.Usage(prompt_tokens, output, is_estimated=True)
        has_prompt = reported.prompt_tokens > 0
        return neutral.Usage(
            input_tokens=reported.input_tokens if has_prompt else prompt_tokens,
            output_tokens=max(reported.output_tokens, output),
            cache_read_tokens=reported.cache_read_tokens,
            cache_write_tokens=reported.cache_write_tokens,
            reasoning_tokens=reported.reasoning_tokens,
            image_tokens=reported.image_tokens,
            audio_tokens=reported.audio_tokens,
            cache_write_long_tokens=reported.cache_write_long_tokens,
            audio_output_tokens=reported.audio_output_tokens,
            is_estimated=True,
        )

    def _is_missing_something(self, reported: neutral.Usage | None) -> bool:
        """Return whether a report says nothing was read, or nothing written where text came."""
        if reported is None or not reported.prompt_tokens:
            return True
        return bool(self.characters) and not reported.output_tokens

    def _add(self, text: str) -> None:
        self.is_begun = True
        self.characters += len(text)
        self._pieces.append(text)


def _is_sane(usage: neutral.Usage) -> bool:
    """Return whether every count is one that can be booked."""
    counts = (
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.reasoning_tokens,
        usage.image_tokens,
        usage.audio_tokens,
        usage.cache_write_long_tokens,
        usage.audio_output_tokens,
    )
    return all(0 <= count <= MAX_TOKENS for count in counts)


@dataclass(frozen=True, slots=True)
class Priced:
    """A call about to be made: who pays, and for how many tokens at least.

    ``max_tokens``: the most the model was allowed to write; None when it was not limited.
    """

    call: charging.Call
    prompt_tokens: int
    max_tokens: int | None = None

    @property
    def held_output(self) -> int:
        """Output tokens to hold at first."""
        return min(self.max_tokens or HELD_OUTPUT, HELD_OUTPUT)


async def metered(
    priced: Priced,
    meter: Meter,
    stream: Callable[[], AsyncIterator[neutral.Event]],
) -> AsyncGenerator[neutral.Event | Noticed, None]:
    """Yield a call's events, paid for: held before, settled after, whatever happens between.

    Raises:
        BudgetExceededError: before the call, or in it when a budget is used up.
        InsufficientBalanceError: before the call, or in it when the hold is used up.
    """
    hold = await hold_opened(
        priced.call, prompt_tokens=priced.prompt_tokens, output_tokens=priced.held_output
    )
    failpoints.hit("after_hold")
    meter.calls += 1
    meter.model = priced.call.model
    tally = Tally()
    try:
        for text in hold.notices:
            meter.notices.append(text)
            yield Noticed(text)
        opened = cast("AsyncGenerator[neutral.Event, None]", stream())  # the protocol says less
        async with aclosing(opened) as events:
            async for event in events:
                if not tally.is_begun:
                    failpoints.hit("after_first_event")
                tally.see(event)
                if tally.characters > hold.output_tokens * CHARACTERS_PER_TOKEN:
                    wanted = hold.output_tokens + HELD_OUTPUT
                    hold = await offload(charging.hold_extend, hold=hold, output_tokens=wanted)
                yield event
    finally:
        await offload(_close, hold, tally, priced, meter)


def _close(hold: Hold, tally: Tally, priced: Priced, meter: Meter) -> None:
    """Settle what was used, or release the hold when the provider gave nothing."""
    failpoints.hit("before_settle")
    if not tally.is_begun:
        charging.hold_release(hold=hold)
        return
    usage = tally.usage(priced.call.model, priced.prompt_tokens)
    paid = charging.hold_settle(
        hold=hold,
        usage=TokenUsage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            reasoning_tokens=usage.reasoning_tokens,
            image_tokens=usage.image_tokens,
            audio_tokens=usage.audio_tokens,
            cache_write_long_tokens=usage.cache_write_long_tokens,
            audio_output_tokens=usage.audio_output_tokens,
            is_estimated=usage.is_estimated,
        ),
        is_incomplete=usage.is_estimated and not tally.is_finished,
    )
    failpoints.hit("after_settle")
    meter.add(usage, paid)
