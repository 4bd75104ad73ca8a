"""The loop of a run, and what it costs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

import pytest
from typing_extensions import override

from accounts.models import User
from agents.engine import metering
from agents.engine import run as run_module
from agents.engine.events import RunEvent, ToolFinished
from agents.engine.metering import Meter
from agents.engine.run import MAX_STEPS, TOO_LONG, TOO_MANY_STEPS, run
from agents.engine.spec import RunSpec
from agents.errors import InputTooLongError, ProviderUnavailableError
from agents.llm.wire import neutral
from agents.llm.wire import parts as wire_parts
from billing.errors import InsufficientBalanceError
from billing.models import Balance, Hold, Transaction
from librechat.kernel import yaml_config
from tests.factories.chats import Gate, ScriptedModel, answer_events
from tests.factories.money import PLAIN, balances_on

pytestmark = pytest.mark.usefixtures("threads_let_go")


def spec_for(user: User, model: ScriptedModel, **fields: Any) -> RunSpec:
    defaults: dict[str, Any] = {
        "user": user,
        "key": "run-1",
        "provider": model,
        "endpoint": "Scripted",
        "model": "plain",
        "messages": (wire_parts.Message("user", (wire_parts.TextPart("Why?"),)),),
        "endpoint_rates": PLAIN,
    }
    return RunSpec(**(defaults | fields))


async def events_of(spec: RunSpec, meter: Meter | None = None) -> list[RunEvent]:
    async with asyncio.timeout(20):
        return [event async for event in run(spec, meter or Meter())]


async def holds() -> list[tuple[str, str]]:
    return [(hold.key, hold.state) async for hold in Hold.objects.order_by("id")]


def calls_tool(name: str = "find", call_id: str = "c1") -> Sequence[neutral.Event]:
    return (
        neutral.Started(),
        neutral.ToolCallStarted(0, call_id, name),
        neutral.ToolCallDelta(0, "{}"),
        neutral.UsageReported(neutral.Usage(10, 5)),
        neutral.Finished("tool_calls"),
    )


async def test_a_plain_answer_is_passed_on_and_paid_by_the_reported_usage(owner: User) -> None:
    model, meter = ScriptedModel(), Meter()
    model.say(*answer_events("Be", "cause."))
    events = await events_of(spec_for(owner, model), meter)
    assert events == answer_events("Be", "cause.")
    assert (meter.calls, meter.credits, meter.usage) == (1, 14, neutral.Usage(9, 5))
    assert await holds() == [("run-1:0", "settled")]


async def test_a_call_is_booked_with_the_project_of_its_chat(owner: User) -> None:
    model, project = ScriptedModel(), "a" * 24
    model.say(*answer_events("Be", "cause."))
    await events_of(spec_for(owner, model, project_id=project))
    assert (await Hold.objects.aget()).project_id == project
    assert (await Transaction.objects.aget()).project_id == project


async def test_instructions_go_first_and_parameters_along(owner: User) -> None:
    model = ScriptedModel()
    await events_of(spec_for(owner, model, system="Be brief.", parameters={"temperature": 0.1}))
    [request] = model.requests
    assert request.messages[0] == wire_parts.Message("system", (wire_parts.TextPart("Be brief."),))
    assert request.parameters == {"temperature": 0.1}


async def test_a_refused_call_costs_nothing(owner: User) -> None:
    model, meter = ScriptedModel(), Meter()
    model.say(ProviderUnavailableError.by("Scripted"))
    with pytest.raises(ProviderUnavailableError):
        await events_of(spec_for(owner, model), meter)
    assert await holds() == [("run-1:0", "released")]
    assert (meter.credits, await Transaction.objects.acount()) == (0, 0)


async def test_a_balance_that_is_too_low_calls_nobody(owner: User) -> None:
    model = ScriptedModel()
    with balances_on(), pytest.raises(InsufficientBalanceError) as refused:
        await events_of(spec_for(owner, model))
    assert refused.value.data["body"]["type"] == "token_balance"  # type: ignore[index]
    assert model.requests == []


async def test_a_message_that_does_not_fit_calls_nobody_and_holds_nothing(owner: User) -> None:
    model = ScriptedModel()
    long = wire_parts.Message("user", (wire_parts.TextPart("word " * 5_000),))
    with pytest.raises(InputTooLongError):
        await events_of(spec_for(owner, model, messages=(long,), context_window=1_000))
    assert (model.requests, await holds()) == ([], [])


async def test_a_stream_without_an_end_is_said_to_be_cut(owner: User) -> None:
    model, meter = ScriptedModel(), Meter()
    model.say(neutral.TextDelta("Half an ans"))
    events = await events_of(spec_for(owner, model), meter)
    assert isinstance(events[-1], neutral.Failed)
    assert events[-1].kind == "cut"
    assert meter.usage.is_estimated
    assert meter.usage.output_tokens > 0


async def test_a_made_up_tool_is_refused_and_the_model_told(owner: User) -> None:
    model, meter = ScriptedModel(), Meter()
    model.say(*calls_tool())
    model.say(*answer_events("Then without."))
    events = await events_of(spec_for(owner, model), meter)
    refusal = ToolFinished("c1", "There is no tool named 'find'.", is_error=True)
    assert refusal in events
    assert events[-1] == neutral.Finished("stop")
    assert sum(isinstance(event, neutral.Finished) for event in events) == 1
    said, told = model.requests[1].messages[-2:]
    assert said.parts == (wire_parts.ToolCallPart("c1", "find", "{}"),)
    assert told.role == "tool"
    assert told.parts == (
        wire_parts.ToolResultPart("c1", (wire_parts.TextPart(refusal.output),), is_error=True),
    )
    assert meter.calls == 2
    assert await holds() == [("run-1:0", "settled"), ("run-1:1", "settled")]


async def test_a_model_that_never_stops_calling_is_stopped(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_module, "MAX_STEPS", 3)
    model = ScriptedModel()
    for number in range(5):
        model.say(*calls_tool(call_id=f"c{number}"))
    events = await events_of(spec_for(owner, model))
    assert events[-1] == TOO_MANY_STEPS
    assert len(model.requests) == 3
    assert MAX_STEPS == 25


async def test_calls_of_a_failed_stream_are_not_answered(owner: User) -> None:
    model = ScriptedModel()
    model.say(neutral.ToolCallStarted(0, "c1", "find"), neutral.Failed("cut", "cut"))
    events = await events_of(spec_for(owner, model))
    assert events[-1] == neutral.Failed("cut", "cut")
    assert len(model.requests) == 1


@pytest.mark.parametrize("limit", [("MAX_CHARACTERS", 10), ("MAX_SECONDS", -1)])
async def test_an_endless_answer_ends_at_the_limit_and_is_paid(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    limit: tuple[str, int],
) -> None:
    monkeypatch.setattr(run_module, *limit)
    model, meter = ScriptedModel(), Meter()
    model.say(*(neutral.TextDelta("word ") for _ in range(1_000)))
    events = await events_of(spec_for(owner, model), meter)
    assert events[-1] == TOO_LONG
    assert len(events) < 10
    assert model.closed == 1
    assert meter.usage.is_estimated


async def test_a_cancelled_run_ends_the_call_and_settles_what_came(owner: User) -> None:
    model, meter, gate = ScriptedModel(), Meter(), Gate()
    model.say(neutral.TextDelta("Some words that came."), gate)
    running = asyncio.create_task(events_of(spec_for(owner, model), meter))
    await gate.reached.wait()
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()
    assert model.closed == 1
    assert meter.usage.output_tokens > 0
    assert await holds() == [("run-1:0", "settled")]


async def test_a_run_cancelled_before_the_provider_spoke_costs_nothing(owner: User) -> None:
    model, gate = ScriptedModel(), Gate()
    model.say(gate)
    running = asyncio.create_task(events_of(spec_for(owner, model)))
    await gate.reached.wait()
    running.cancel()
    await asyncio.wait({running})
    assert await holds() == [("run-1:0", "released")]


async def test_a_run_that_is_closed_in_the_middle_settles_too(owner: User) -> None:
    model = ScriptedModel()
    model.say(*answer_events("One", " two", " three"))
    async with aclosing(run(spec_for(owner, model), Meter())) as events:
        async for event in events:
            if isinstance(event, neutral.TextDelta):
                break
    assert await holds() == [("run-1:0", "settled")]
    assert model.closed == 1


async def test_a_long_answer_extends_its_hold_and_ends_when_nothing_is_left(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metering, "HELD_OUTPUT", 10)
    model, meter = ScriptedModel(), Meter()
    model.say(*(neutral.TextDelta("word word word ") for _ in range(100)), neutral.Finished("stop"))
    with balances_on(startBalance=60), pytest.raises(InsufficientBalanceError):
        await events_of(spec_for(owner, model), meter)
    assert meter.credits > 0
    [(_, state)] = await holds()
    assert state == "settled"


async def test_a_long_answer_within_the_balance_is_whole(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metering, "HELD_OUTPUT", 10)
    model, meter = ScriptedModel(), Meter()
    words = ["word word word "] * 20
    model.say(*answer_events(*words, tokens=60))
    with balances_on(startBalance=10_000):
        events = await events_of(spec_for(owner, model), meter)
        balance = await Balance.objects.aget(user=owner)
    assert events == answer_events(*words, tokens=60)
    assert balance.credits == 10_000 - meter.credits == 10_000 - 69


async def test_with_transactions_off_nothing_is_written(owner: User) -> None:
    meter = Meter()
    with yaml_config.override({"transactions": {"enabled": False}}):
        await events_of(spec_for(owner, ScriptedModel()), meter)
    assert meter.credits == 14
    assert (await Hold.objects.acount(), await Transaction.objects.acount()) == (0, 0)


async def test_a_provider_whose_stream_is_only_an_iterator_is_closed_all_the_same(
    owner: User,
) -> None:
    class Plain(ScriptedModel):
        @override
        async def stream(self, request: neutral.ChatRequest) -> AsyncIterator[neutral.Event]:
            async for event in super().stream(request):
                yield event

    assert await events_of(spec_for(owner, Plain())) == answer_events("Hello.")
