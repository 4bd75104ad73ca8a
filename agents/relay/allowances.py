"""Credits held for some calls of one key and model."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field

from agents.engine.holding import hold_opened
from agents.engine.offload import offload
from agents.relay.keys import KeyFacts
from agents.relay.problems import RelayError
from agents.relay.storing import Settlement
from agents.relay.targets import Target
from billing.errors import BudgetExceededError, InsufficientBalanceError, NoPriceError
from billing.models import Hold
from billing.pricing.cost import Rates
from billing.services import charging
from billing.services.holds import hold_rates
from librechat.kernel.ids import new_object_id

RETIRE_SECONDS = 2.0  # an allowance is settled when it is this old, however much is left of it


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that is about to be made, and how large it may get."""

    facts: KeyFacts
    target: Target
    prompt_tokens: int
    output_tokens: int


@dataclass(slots=True)
class Allowance:
    """Credits held for some calls of one key and model, and what its calls have come to.

    wanted_more: output tokens that calls wait for which outgrow what they drew.
    """

    hold: Hold
    rates: Rates
    prompt_left: int
    output_left: int
    calls_left: int
    retires_at: float
    running: int = 0
    is_retired: bool = False
    wanted_more: int = 0
    growing: asyncio.Lock = field(default_factory=asyncio.Lock)
    settlement: Settlement = field(default_factory=Settlement)


async def allowance_open(wanted: Wanted, *, calls: int) -> Allowance:
    """Hold what so many calls of one kind may take.

    Raises:
        RelayError: it is not there, or a budget has no room for it.
    """
    facts, target = wanted.facts, wanted.target
    call = charging.Call(
        user=facts.user,
        key=f"relay:{new_object_id()}",
        model=target.model,
        endpoint=target.endpoint,
        context="relay",
        api_key_id=facts.id,
        endpoint_rates=target.rates,
        team_id=facts.team_id,
        calls=calls,
    )
    prompt, output = wanted.prompt_tokens * calls, wanted.output_tokens * calls
    hold = await paid(hold_opened(call, prompt_tokens=prompt, output_tokens=output))
    return Allowance(
        hold=hold,
        rates=hold_rates(hold),
        prompt_left=prompt,
        # A balance that covers less than was asked for still lets the call begin.
        output_left=max(hold.output_tokens, output),
        calls_left=calls,
        retires_at=asyncio.get_running_loop().time() + RETIRE_SECONDS,
    )


def covers(allowance: Allowance, wanted: Wanted) -> bool:
    """Return whether there is room for another call."""
    return (
        allowance.calls_left > 0
        and allowance.prompt_left >= wanted.prompt_tokens
        and allowance.output_left >= wanted.output_tokens
        and allowance.retires_at > asyncio.get_running_loop().time()
    )


async def allowance_grow(allowance: Allowance, more: int) -> None:
    """Promise more output tokens to one of its calls.

    One write serves all calls that wait for it: those of a busy key outgrow their part together.

    Raises:
        RelayError: there is no more; what is left may be less than asked for.
    """
    allowance.wanted_more += more
    try:
        async with allowance.growing:
            if allowance.output_left < more:
                hold = allowance.hold
                before = hold.output_tokens
                total = before + allowance.wanted_more - allowance.output_left
                await paid(offload(charging.hold_extend, hold=hold, output_tokens=total))
                allowance.output_left += hold.output_tokens - before
            allowance.output_left = max(0, allowance.output_left - more)
    finally:
        allowance.wanted_more -= more


async def paid(work: Awaitable[Hold]) -> Hold:
    """Wait for a piece of billing's work.

    Raises:
        RelayError: the credits are not there, a budget is used up, or the model has no price.
    """
    try:
        return await work
    except (BudgetExceededError, InsufficientBalanceError, NoPriceError) as exc:
        raise RelayError("out_of_funds", exc.message) from exc
