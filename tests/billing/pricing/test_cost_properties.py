"""Whatever is used at whatever price: exact, never negative, never less for more."""

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from billing.pricing.cost import (
    INCOMPLETE,
    Rates,
    TokenUsage,
    completion_parts,
    cost,
    cost_parts,
    prompt_parts,
)
from tests.billing.pricing.drawn import all_rates, flat_rates, usages


def exact(usage: TokenUsage, rates: Rates) -> Fraction:
    """Return the cost as a fraction, by the definition."""

    def rate(name: str, plain: Decimal) -> Fraction:
        own = getattr(tier, name)
        inherits = name in {"reasoning", "image", "audio", "embedding", "audio_output"}
        own = getattr(rates, name) if own is None and inherits else own
        return Fraction(plain if own is None else own)

    prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    tier = rates
    if rates.premium_above is not None and rates.premium and prompt > rates.premium_above:
        tier = rates.premium
    total = Fraction(rates.per_call)
    left = usage.input_tokens
    for name in ("image", "audio", "embedding"):
        part = min(left, getattr(usage, f"{name}_tokens"))
        left -= part
        total += part * rate(name, tier.prompt)
    reasoning = min(usage.reasoning_tokens, usage.output_tokens)
    said = min(usage.audio_output_tokens, usage.output_tokens - reasoning)
    kept_long = min(usage.cache_write_long_tokens, usage.cache_write_tokens)
    write = tier.prompt if tier.cache_write is None else tier.cache_write
    return (
        total
        + left * Fraction(tier.prompt)
        + (usage.cache_write_tokens - kept_long) * Fraction(write)
        + kept_long * rate("cache_write_long", write)
        + usage.cache_read_tokens * rate("cache_read", tier.prompt)
        + reasoning * rate("reasoning", tier.completion)
        + said * rate("audio_output", tier.completion)
        + (usage.output_tokens - reasoning - said) * Fraction(tier.completion)
    )


def without_parts(usage: TokenUsage) -> TokenUsage:
    """Return the same tokens without any that lie within others."""
    return TokenUsage(
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
    )


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
    usage = without_parts(usage)
    longer = replace(
        usage,
        input_tokens=usage.input_tokens + more,
        output_tokens=usage.output_tokens + more,
    )
    assert cost(longer, rates) >= cost(usage, rates)


@given(usages, usages, flat_rates)
def test_two_calls_cost_their_sum_within_one_credit(
    one: TokenUsage, other: TokenUsage, rates: Rates
) -> None:
    plain = replace(rates, per_call=Decimal(0))
    both = TokenUsage(
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        one.cache_read_tokens + other.cache_read_tokens,
        one.cache_write_tokens + other.cache_write_tokens,
    )
    first = without_parts(one)
    second = without_parts(other)
    apart = cost(first, plain) + cost(second, plain)
    assert apart - 1 <= cost(both, plain) <= apart


@given(usages, all_rates)
def test_a_call_with_a_price_is_never_free(usage: TokenUsage, rates: Rates) -> None:
    used = [*prompt_parts(usage, rates), *completion_parts(usage, rates)]
    is_priced = rates.per_call > 0 or any(part.rate > 0 for part in used)
    assert (cost(usage, rates) > 0) == is_priced


@given(usages, all_rates)
def test_the_parts_hold_every_token_once(usage: TokenUsage, rates: Rates) -> None:
    went_in = sum(part.tokens for part in prompt_parts(usage, rates))
    came_out = sum(part.tokens for part in completion_parts(usage, rates))
    assert (went_in, came_out) == (usage.prompt_tokens, usage.output_tokens)
