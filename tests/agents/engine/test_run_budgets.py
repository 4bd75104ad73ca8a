"""Budgets in a run: refusals, warnings, the cheaper model."""

from typing import Any

import pytest

from accounts.models import User
from agents.engine import metering
from agents.engine.cheaper import cheaper_spec
from agents.engine.events import Noticed
from agents.engine.metering import Meter
from agents.engine.offload import offload
from agents.errors import IllegalModelError
from agents.llm.providers.provider import Connection
from agents.llm.wire import neutral
from billing.errors import BudgetExceededError
from billing.models import Budget, Hold
from tests.agents.engine.test_run import calls_tool, events_of, holds, spec_for
from tests.factories.budgets import budget_make, counted
from tests.factories.chats import ScriptedModel, answer_events
from tests.factories.money import PLAIN

pytestmark = pytest.mark.usefixtures("threads_let_go")


async def made(user: User, **fields: Any) -> Budget:
    return await offload(budget_make, user=user, **fields)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """Return the model behind ``small``, which is offered beside ``plain``."""
    model = ScriptedModel()

    class Found:
        connection = Connection("Scripted", "openai")
        model = "small"
        context_window = 9_000
        max_output = 500
        endpoint_rates = {"small": PLAIN["plain"]}

    def resolve(user: User, endpoint: str, name: str, **_: object) -> Found:
        if name != "small":
            raise IllegalModelError.of(info=f"{endpoint}|{name}")
        return Found()

    monkeypatch.setattr("agents.engine.cheaper.available.resolve", resolve)
    monkeypatch.setattr("agents.engine.cheaper.build", lambda _connection: model)
    return model


async def test_a_budget_without_room_calls_nobody(owner: User) -> None:
    model = ScriptedModel()
    budget = await made(owner, measure="messages", limit=0)
    with pytest.raises(BudgetExceededError) as refused:
        await events_of(spec_for(owner, model))
    assert "The budget “The budget” does not cover this" in refused.value.message
    assert (model.requests, await holds()) == ([], [])
    assert await offload(counted, budget) == (0, 0)


async def test_an_answer_ends_where_its_budget_does(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "HELD_OUTPUT", 10)
    model = ScriptedModel()
    model.say(*answer_events(*["word " * 6] * 20))
    budget = await made(owner, measure="tokens", limit=60)
    with pytest.raises(BudgetExceededError):
        await events_of(spec_for(owner, model))
    assert (await holds()) == [("run-1:0", "settled")]
    used, reserved = await offload(counted, budget)
    assert reserved == 0
    assert used > 0


async def test_a_warning_is_passed_on_once(owner: User) -> None:
    model, meter = ScriptedModel(), Meter()
    await made(owner, measure="messages", limit=1, behaviour="warn")
    first = await events_of(spec_for(owner, model), meter)
    assert isinstance(first[0], Noticed)
    assert meter.notices == [first[0].text]
    again = await events_of(spec_for(owner, model, key="run-2"))
    assert not any(isinstance(event, Noticed) for event in again)


async def test_a_used_up_budget_lets_a_cheaper_model_answer(
    owner: User, small: ScriptedModel
) -> None:
    model, meter = ScriptedModel(), Meter()
    small.say(*calls_tool())
    small.say(*answer_events("Cheaply."))
    await made(owner, measure="messages", limit=0, behaviour="cheaper", cheaper_model="small")
    events = await events_of(spec_for(owner, model), meter)
    said = "The budget “The budget” is used up: small answers instead of plain."
    assert [event.text for event in events if isinstance(event, Noticed)] == [said]
    assert neutral.TextDelta("Cheaply.") in events
    assert (meter.model, meter.notices, model.requests) == ("small", [said], [])
    assert [request.model for request in small.requests] == ["small"] * 2
    assert [hold.model async for hold in Hold.objects.all()] == ["small"] * 2


async def test_a_cheaper_model_that_is_not_offered_is_no_way_out(
    owner: User, small: ScriptedModel
) -> None:
    await made(owner, measure="messages", limit=0, behaviour="cheaper", cheaper_model="gone")
    with pytest.raises(BudgetExceededError):
        await events_of(spec_for(owner, ScriptedModel()))
    assert small.requests == []


async def test_a_cheaper_model_needs_room_of_its_own(owner: User, small: ScriptedModel) -> None:
    await made(owner, measure="money", limit=0, behaviour="cheaper", cheaper_model="small")
    await made(owner, measure="money", limit=0, name="Hard")
    with pytest.raises(BudgetExceededError) as refused:
        await events_of(spec_for(owner, ScriptedModel()))
    assert refused.value.data["body"]["rule"] == "Hard"  # type: ignore[index]
    assert small.requests == []


@pytest.mark.parametrize(("is_explicit", "window"), [(False, 9_000), (True, 2_000)])
def test_a_window_that_a_person_chose_stays(
    owner: User, small: ScriptedModel, is_explicit: bool, window: int
) -> None:
    spec = spec_for(owner, small, context_window=2_000, is_window_explicit=is_explicit)
    refused = BudgetExceededError("No.", body={}, cheaper_models=("gone", "small"))
    other = cheaper_spec(spec, refused)
    assert other is not None
    assert (other.model, other.context_window, other.max_output) == ("small", window, 500)
