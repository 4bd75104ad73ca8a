"""Holds of calls whose caller may go away while they are opened."""

import asyncio
from contextlib import suppress

from agents.engine.offload import offload
from billing.models import Hold
from billing.services import charging
from librechat.kernel.errors import AppError


async def hold_opened(call: charging.Call, *, prompt_tokens: int, output_tokens: int) -> Hold:
    """Open a hold; one whose caller went away meanwhile is released: nobody would settle it.

    Raises:
        BudgetExceededError, InsufficientBalanceError, NoPriceError: see ``hold_open``.
    """
    opening = asyncio.ensure_future(
        offload(
            charging.hold_open,
            call=call,
            prompt_tokens=prompt_tokens,
            output_tokens=output_tokens,
        )
    )
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        with suppress(AppError):  # it was refused: there is nothing to give back
            await offload(charging.hold_release, hold=await opening)
        raise
