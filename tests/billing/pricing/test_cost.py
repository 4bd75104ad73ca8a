"""What calls cost."""

import json
import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.pricing.cost import (
    INCOMPLETE,
    MAX_TOKENS,
    Cost,
    Rates,
    TokenUsage,
    cost,
    cost_parts,
    output_covered,
    prompt_rate,
    rates_from_json,
    rates_to_json,
)

PLAIN = Rates(Decimal("2.5"), Decimal(10), Decimal("3.75"), Decimal("0.3"))
TIERED = Rates(
    Decimal(2),
    Decimal(12),
    premium_above=1000,
    premium=Rates(Decimal(4), Decimal(18), Decimal(5), Decimal("0.5")),
)

tokens = st.integers(0, 5_000_000)
numbers = st.decimals(0, 1000, places=9)
usages = st.builds(TokenUsage, tokens, tokens, tokens, tokens)
flat_rates = st.builds(Rates, numbers, numbers, st.none() | numbers, st.none() | numbers)
tiered_rates = st.builds(
    Rates,
    numbers,
    numbers,
    st.none() | numbers,
    st.none() | numbers,
    st.integers(0, 1_000_000),
    flat_rates,
)
all_rates = flat_rates | tiered_rates


def exact(usage: TokenUsage, rates: Rates) -> Fraction:
    """Return the cost as a fraction, by the definition."""
    prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    if rates.premium_above is not None and rates.premium and prompt > rates.premium_above:
        rates = rates.premium
    write = rates.prompt if rates.cache_write is None else rates.cache_write
    read = rates.prompt if rates.cache_read is None else rates.cache_read
    return (
        usage.input_tokens * Fraction(rates.prompt)
        + usage.cache_write_tokens * Fraction(write)
        + usage.cache_read_tokens * Fraction(read)
        + usage.output_tokens * Fraction(rates.completion)
    )


def test_each_class_of_tokens_has_its_rate() -> None:
    usage = TokenUsage(100, 20, cache_read_tokens=1000, cache_write_tokens=40)
    # 250 + 200 + 300 + 150
    assert cost_parts(usage, PLAIN) == Cost(prompt=700, completion=200)
    assert cost(usage, PLAIN) == 900


def test_cached_tokens_cost_the_prompt_rate_when_there_is_no_cache_rate() -> None:
    usage = TokenUsage(10, 0, cache_read_tokens=10, cache_write_tokens=10)
    assert cost(usage, Rates(Decimal(2), Decimal(12))) == 60


def test_a_fraction_of_a_credit_is_rounded_up_once() -> None:
    rates = Rates(Decimal("0.4"), Decimal("0.4"))
    assert cost_parts(TokenUsage(1, 1), rates) == Cost(prompt=1, completion=0)
    assert cost_parts(TokenUsage(0, 1), rates) == Cost(prompt=0, completion=1)


def test_reasoning_is_paid_as_output_and_not_twice() -> None:
    plain = TokenUsage(10, 50)
    assert cost(TokenUsage(10, 50, reasoning_tokens=30), PLAIN) == cost(plain, PLAIN) == 525


@pytest.mark.parametrize(
    ("usage", "credits_"),
    [
        (TokenUsage(1000, 10), 2120),
        (TokenUsage(1001, 10), 4184),
        (TokenUsage(1, 10, cache_read_tokens=1000), 4 + 500 + 180),
        (TokenUsage(1, 10, cache_write_tokens=1000), 4 + 5000 + 180),
    ],
)
def test_a_prompt_above_the_threshold_pays_premium_for_everything(
    usage: TokenUsage,
    credits_: int,
) -> None:
    assert cost(usage, TIERED) == credits_


def test_a_cut_off_answer_pays_the_surcharge_on_its_output_only() -> None:
    parts = cost_parts(TokenUsage(100, 7), PLAIN, completion_factor=INCOMPLETE)
    assert parts == Cost(prompt=250, completion=81)  # 70 by 1.15 is 80.5


def test_the_rate_of_a_structured_prompt_is_the_average() -> None:
    usage = TokenUsage(100, 0, cache_read_tokens=100)
    assert prompt_rate(usage, PLAIN) == Decimal("1.4")
    assert prompt_rate(TokenUsage(), PLAIN) == Decimal("2.5")


@pytest.mark.parametrize("count", [-1, MAX_TOKENS + 1, 1.5, float("nan"), True, None, "7"])
@pytest.mark.parametrize(
    "name",
    [
        "input_tokens",
        "output_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "reasoning_tokens",
    ],
)
def test_a_count_that_is_no_count_is_refused(name: str, count: object) -> None:
    with pytest.raises(ValueError, match="no count of tokens"):
        TokenUsage(**{name: count})  # type: ignore[arg-type]  # what a provider may report


@given(usages, all_rates)
def test_the_cost_is_the_exact_value_rounded_up(usage: TokenUsage, rates: Rates) -> None:
    assert cost(usage, rates) == math.ceil(exact(usage, rates))


@given(usages, all_rates)
def test_no_part_is_negative_and_the_parts_are_the_total(usage: TokenUsage, rates: Rates) -> None:
    parts = cost_parts(usage, rates, completion_factor=INCOMPLETE)
    assert parts.prompt >= 0
    assert parts.completion >= 0
    assert parts.total >= cost(usage, rates)


@given(usages, flat_rates, st.integers(0, 1000))
def test_more_tokens_never_cost_less(usage: TokenUsage, rates: Rates, more: int) -> None:
    longer = TokenUsage(
        usage.input_tokens + more,
        usage.output_tokens + more,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
    )
    assert cost(longer, rates) >= cost(usage, rates)


@given(st.integers(0, 10**12), st.integers(0, 1_000_000), all_rates)
def test_credits_cover_exactly_the_output_that_they_pay_for(
    held: int,
    prompt: int,
    rates: Rates,
) -> None:
    covered = output_covered(held, prompt, rates)
    if covered:
        assert cost(TokenUsage(prompt, covered), rates) <= held
    if covered < MAX_TOKENS:
        assert cost(TokenUsage(prompt, covered + 1), rates) > held


def test_free_output_is_covered_without_end() -> None:
    assert output_covered(10, 10, Rates(Decimal(1), Decimal(0))) == MAX_TOKENS
    assert output_covered(9, 10, Rates(Decimal(1), Decimal(0))) == 0


@given(all_rates)
def test_rates_survive_json(rates: Rates) -> None:
    assert rates_from_json(json.loads(json.dumps(rates_to_json(rates)))) == rates


@pytest.mark.parametrize("source", ["table", "endpoint", "default", "free"])
def test_the_source_of_a_price_survives_json(source: str) -> None:
    body = {"prompt": "1", "completion": "2", "pattern": "p", "source": source}
    assert rates_to_json(rates_from_json(body)) == body
