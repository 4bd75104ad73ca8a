"""What administrators are told about prices."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from billing.models import Price
from billing.pricing.columns import columns_checked, price_rates
from billing.pricing.cost import Rates, TokenUsage
from billing.queries import prices
from billing.queries.prices import (
    Difference,
    Unpriced,
    models_unpriced,
    patterns_covered,
    price_history,
    simulate,
)
from billing.services.charging import hold_open, hold_settle
from librechat.kernel import yaml_config
from tests.factories.money import PLAIN, call_make
from tests.factories.prices import NOON, price_make

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def spend(user: User, key: str, model: str, usage: TokenUsage, **more: object) -> None:
    rates = PLAIN if model == "plain" else {}
    call = call_make(user, key, model=model, endpoint_rates=rates)
    hold = hold_open(call=call, prompt_tokens=usage.prompt_tokens, output_tokens=0)
    hold_settle(hold=hold, usage=usage, **more)  # type: ignore[arg-type]  # is_incomplete


def proposal(prompt: float, completion: float) -> Rates:
    columns = columns_checked({"prompt": prompt, "completion": completion})
    return price_rates(Price(pattern="gpt-4o", **columns))


@pytest.fixture(autouse=True)
def _noon(clock_at: Callable[[datetime], None]) -> None:
    clock_at(NOON)


def test_the_history_of_a_pattern_is_told_from_its_end() -> None:
    price_make("m", 1)
    price_make("m", 2, valid_from=NOON + DAY)
    price_make("other", 3)
    assert [int(row.prompt) for row in price_history("m")] == [2, 1]


def test_a_short_pattern_covers_longer_ones_that_nobody_set() -> None:
    assert "gpt-4o-mini" in patterns_covered("gpt-4")
    assert "gpt-5" not in patterns_covered("gpt-4")
    price_make("gpt-4o", 1)
    covered = patterns_covered("gpt-4")
    assert "gpt-4o-mini" not in covered
    assert "gpt-4.1-mini" in covered
    with yaml_config.override({"prices": {"GPT-4-House": {"prompt": 1, "completion": 1}}}):
        assert "GPT-4-House" in patterns_covered("gpt-4")


def test_models_in_use_without_a_price_are_named(
    owner: User, settings: Settings, clock_at: Callable[[datetime], None]
) -> None:
    usage = TokenUsage(10, 10)
    clock_at(NOON - 2 * DAY)
    spend(owner, "old", "long-ago", usage)
    clock_at(NOON)
    for number in range(2):
        spend(owner, f"odd-{number}", "odd", usage)
    spend(owner, "even", "even", usage)
    spend(owner, "known", "gpt-4o", usage)
    spend(owner, "own", "plain", usage)  # has its endpoint's price
    since = NOON - DAY
    assert models_unpriced(since) == [Unpriced("odd", "custom", 2), Unpriced("even", "custom", 1)]
    price_make("odd")
    settings.UNKNOWN_MODEL_PRICE = "refuse"
    assert models_unpriced(since) == [Unpriced("even", "custom", 1)]


def test_a_simulation_prices_the_calls_that_the_new_price_would_win(owner: User) -> None:
    price_make("gpt-4o-mini", 1, 1)
    spend(owner, "a", "gpt-4o", TokenUsage(100, 10))
    spend(owner, "b", "gpt-4o", TokenUsage(100, 100), is_incomplete=True)
    spend(owner, "c", "gpt-4o-mini", TokenUsage(100, 10))
    spend(owner, "d", "plain", TokenUsage(100, 10))
    found = simulate({"gpt-4o": proposal(1, 1)}, start=NOON - DAY, end=NOON + DAY)
    # 250 + 100, 250 + 1150; 110 + 215
    assert found.differences == [Difference("gpt-4o", "gpt-4o", 2, 1750, 325)]
    assert found.differences[0].more == -1425
    assert (found.calls, found.recorded, found.proposed) == (4, 1750 + 220, 325 + 220)
    assert found.is_cut is False


def test_a_simulation_leaves_an_endpoints_own_price_and_other_times_alone(owner: User) -> None:
    spend(owner, "a", "plain", TokenUsage(100, 10))
    rates = {"plain": proposal(9, 9)}
    assert simulate(rates, start=NOON - DAY, end=NOON + DAY).differences == []
    assert simulate(rates, start=NOON - DAY, end=NOON).calls == 0


def test_a_simulation_looks_at_the_newest_calls(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        spend(owner, str(number), "gpt-4o", TokenUsage(10))
    monkeypatch.setattr(prices, "MOST_CALLS", 2)
    found = simulate({"gpt-4o": proposal(1, 1)}, start=NOON - DAY, end=NOON + DAY)
    assert (found.calls, found.proposed, found.is_cut) == (2, 20, True)


def test_a_simulation_takes_as_many_queries_for_many_calls_as_for_one(owner: User) -> None:
    counts = []
    for number in range(3):
        spend(owner, str(number), "gpt-4o", TokenUsage(10))
        with CaptureQueriesContext(connection) as queries:
            simulate({"gpt-4o": proposal(1, 1)}, start=NOON - DAY, end=NOON + DAY)
        counts.append(len(queries))
    assert counts[1] == counts[2]
