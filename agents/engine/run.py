"""The loop of a run: fit the history, call the model, answer its tool calls, repeat."""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from agents.engine.budget import allowance, fit
from agents.engine.cheaper import cheaper_notice, cheaper_spec
from agents.engine.dispatch import answer_calls
from agents.engine.events import Noticed, RunEvent, ToolFinished
from agents.engine.metering import Meter, Priced, metered
from agents.engine.offload import offload
from agents.engine.spec import RunSpec
from agents.engine.turn import Turn
from agents.llm import tokens
from agents.llm.wire import neutral
from agents.llm.wire import parts as wire_parts
from billing.errors import BudgetExceededError
from billing.services.charging import Call

MAX_STEPS = 25
MAX_SECONDS = 20 * 60
MAX_CHARACTERS = 2_000_000

CUT = neutral.Failed("cut", "The provider closed the connection before the answer ended.")
TOO_LONG = neutral.Failed("limit", "The answer was stopped at the limit for one answer.")
TOO_MANY_STEPS = neutral.Failed("limit", f"The model was stopped after {MAX_STEPS} steps.")


@dataclass(slots=True)
class Current:
    """The run as it goes on: from where a budget wants a cheaper model, on that one."""

    spec: RunSpec


async def run(spec: RunSpec, meter: Meter) -> AsyncGenerator[RunEvent, None]:
    """Yield the events of a run; the last is ``Finished`` or ``Failed``.

    Whatever ends it, ``meter`` then holds what was used and paid.

    Raises:
        BudgetExceededError: a budget does not cover the call, nor one of a cheaper model.
        InputTooLongError: the newest message does not fit the model.
        InsufficientBalanceError: the balance does not cover the call.
        ProviderError: the provider refused or could not be reached.
    """
    deadline = time.monotonic() + MAX_SECONDS
    current, messages = Current(spec), spec.messages
    for step in range(MAX_STEPS):
        turn = Turn()
        async with aclosing(_call(current, messages, step, meter)) as events:
            async for event in events:
                if isinstance(event, Noticed):
                    yield event
                    continue
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
    current: Current,
    messages: Sequence[wire_parts.Message],
    step: int,
    meter: Meter,
) -> AsyncGenerator[neutral.Event | Noticed, None]:
    """Yield the events of one call of the model, or of the cheaper one that a budget names."""
    try:
        async with aclosing(_asked(current.spec, messages, step, meter)) as events:
            async for event in events:
                yield event
    except BudgetExceededError as refused:
        other = await offload(cheaper_spec, current.spec, refused)
        if other is None:
            raise
        meter.notices.append(cheaper_notice(current.spec, other, refused))
        yield Noticed(meter.notices[-1])
        current.spec = other
        async with aclosing(_asked(other, messages, step, meter)) as events:
            async for event in events:
                yield event


async def _asked(
    spec: RunSpec,
    messages: Sequence[wire_parts.Message],
    step: int,
    meter: Meter,
) -> AsyncGenerator[neutral.Event | Noticed, None]:
    request, priced = await offload(_prepared, spec, messages, step)
    async with aclosing(metered(priced, meter, partial(spec.provider.stream, request))) as events:
        async for event in events:
            yield event


def _prepared(
    spec: RunSpec,
    messages: Sequence[wire_parts.Message],
    step: int,
) -> tuple[neutral.ChatRequest, Priced]:
    """Return the request that fits the window, and what to hold for it."""

    def count(*counted: wire_parts.Message) -> int:
        return tokens.count_messages(counted, (), spec.model)

    asked = spec.parameters.get("max_tokens")
    max_tokens = asked if isinstance(asked, int) else None
    system = (
        (wire_parts.Message("system", (wire_parts.TextPart(spec.system),)),) if spec.system else ()
    )
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
        agent_id=spec.agent_id,
        api_key_id=spec.api_key_id,
        project_id=spec.project_id,
        endpoint_rates=spec.endpoint_rates,
    )
    request = neutral.ChatRequest(spec.model, fitted, parameters=spec.parameters)
    return request, Priced(call, count(*fitted), max_tokens or spec.max_output)


def _told(results: Sequence[ToolFinished]) -> wire_parts.Message:
    """Return the results as the message the model reads them in."""
    parts = tuple(
        wire_parts.ToolResultPart(
            result.call_id,
            (wire_parts.TextPart(result.output),),
            is_error=result.is_error,
        )
        for result in results
    )
    return wire_parts.Message("tool", parts)
