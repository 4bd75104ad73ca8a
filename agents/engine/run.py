"""The loop of a run: fit the history, call the model, answer its tool calls, repeat."""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial

from agents.engine.budget import allowance, fit
from agents.engine.dispatch import answer_calls
from agents.engine.events import RunEvent, ToolFinished
from agents.engine.metering import Meter, Priced, metered
from agents.engine.offload import offload
from agents.engine.spec import RunSpec
from agents.engine.turn import Turn
from agents.llm import tokens
from agents.llm.wire import neutral
from billing.services.charging import Call

MAX_STEPS = 25
MAX_SECONDS = 20 * 60
MAX_CHARACTERS = 2_000_000

CUT = neutral.Failed("cut", "The provider closed the connection before the answer ended.")
TOO_LONG = neutral.Failed("limit", "The answer was stopped at the limit for one answer.")
TOO_MANY_STEPS = neutral.Failed("limit", f"The model was stopped after {MAX_STEPS} steps.")


async def run(spec: RunSpec, meter: Meter) -> AsyncGenerator[RunEvent, None]:
    """Yield the events of a run; the last is ``Finished`` or ``Failed``.

    Whatever ends it, ``meter`` then holds what was used and paid.

    Raises:
        InputTooLongError: the newest message does not fit the model.
        InsufficientBalanceError: the balance does not cover the call.
        ProviderError: the provider refused or could not be reached.
    """
    deadline = time.monotonic() + MAX_SECONDS
    messages = spec.messages
    for step in range(MAX_STEPS):
        turn = Turn()
        async with aclosing(_call(spec, messages, step, meter)) as events:
            async for event in events:
                turn.see(event)
                if turn.ending is None:
                    yield event
                    if turn.characters > MAX_CHARACTERS or time.monotonic() > deadline:
                        turn.ending = TOO_LONG
                        break
        if not turn.calls or not isinstance(turn.ending, neutral.Finished):
            yield turn.ending or CUT
            return
        results = await answer_calls(turn.calls)
        for result in results:
            yield result
        messages = (*messages, turn.message(), _told(results))
    yield TOO_MANY_STEPS


async def _call(
    spec: RunSpec,
    messages: Sequence[neutral.Message],
    step: int,
    meter: Meter,
) -> AsyncGenerator[neutral.Event, None]:
    """Yield the events of one call of the model."""
    request, priced = await offload(_prepared, spec, messages, step)
    async with aclosing(metered(priced, meter, partial(spec.provider.stream, request))) as events:
        async for event in events:
            yield event


def _prepared(
    spec: RunSpec,
    messages: Sequence[neutral.Message],
    step: int,
) -> tuple[neutral.ChatRequest, Priced]:
    """Return the request that fits the window, and what to hold for it."""

    def count(*counted: neutral.Message) -> int:
        return tokens.count_messages(counted, (), spec.model)

    asked = spec.parameters.get("max_tokens")
    max_tokens = asked if isinstance(asked, int) else None
    system = (neutral.Message("system", (neutral.TextPart(spec.system),)),) if spec.system else ()
    free = allowance(
        spec.context_window,
        is_explicit=spec.is_window_explicit,
        max_tokens=max_tokens,
        max_output=spec.max_output,
    )
    fitted = (*system, *fit(messages, allowed=free - count(*system), count=count))
    call = Call(
        user=spec.user,
        key=f"{spec.key}:{step}",
        model=spec.model,
        endpoint=spec.endpoint,
        context=spec.context,
        conversation_id=spec.conversation_id,
        message_id=spec.message_id,
        endpoint_rates=spec.endpoint_rates,
    )
    request = neutral.ChatRequest(spec.model, fitted, parameters=spec.parameters)
    return request, Priced(call, count(*fitted), max_tokens or spec.max_output)


def _told(results: Sequence[ToolFinished]) -> neutral.Message:
    """Return the results as the message the model reads them in."""
    parts = tuple(
        neutral.ToolResultPart(
            result.call_id,
            (neutral.TextPart(result.output),),
            is_error=result.is_error,
        )
        for result in results
    )
    return neutral.Message("tool", parts)
