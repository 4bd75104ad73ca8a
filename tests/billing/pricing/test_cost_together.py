"""What a call costs that took several requests of the provider."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.pricing.cost import (
    Cost,
    Rates,
    TokenUsage,
    cost,
    cost_parts,
    cost_parts_together,
)
from tests.billing.pricing.drawn import all_rates, flat_rates, usages

TIERED = Rates(Decimal(2), Decimal(12), premium_above=1000, premium=Rates(Decimal(4), Decimal(18)))


def test_each_request_has_its_own_tier() -> None:
    short, long = TokenUsage(600, 10), TokenUsage(1001, 10)
    assert cost_parts_together([short, short], TIERED) == Cost(2 * 1200, 2 * 120)
    assert cost(TokenUsage(1200, 20), TIERED) == 1200 * 4 + 20 * 18  # as one it is a long one
    assert cost_parts_together([short, long], TIERED).total == 1200 + 120 + 4004 + 180


def test_the_price_of_the_call_is_due_once_and_the_sum_is_rounded_once() -> None:
    rates = Rates(Decimal("0.1"), Decimal("0.1"), per_call=Decimal(5))
    assert cost_parts_together([TokenUsage(1, 1)] * 3, rates) == Cost(6, 0)
    assert cost_parts_together([], rates) == Cost(5, 0)


@given(usages, all_rates)
def test_one_request_costs_what_a_call_does(usage: TokenUsage, rates: Rates) -> None:
    assert cost_parts_together([usage], rates) == cost_parts(usage, rates)


@given(st.lists(usages, max_size=4), flat_rates)
def test_many_requests_cost_no_more_than_so_many_calls(
    asked: list[TokenUsage], rates: Rates
) -> None:
    together = cost_parts_together(asked, replace(rates, per_call=Decimal(0))).total
    apart = sum(cost(usage, replace(rates, per_call=Decimal(0))) for usage in asked)
    assert apart - len(asked) <= together <= apart
