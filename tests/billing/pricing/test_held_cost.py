"""What is held before a call, and how far it reaches."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.pricing.cost import MAX_TOKENS, Rates, TokenUsage, cost, held_cost, output_covered
from tests.billing.pricing.drawn import all_rates


@given(st.integers(0, 10**12), st.integers(0, 1_000_000), all_rates)
def test_credits_cover_exactly_the_output_that_they_pay_for(
    held: int,
    prompt: int,
    rates: Rates,
) -> None:
    covered = output_covered(held, prompt, rates)
    if covered:
        assert held_cost(prompt, covered, rates) <= held
    if covered < MAX_TOKENS:
        assert held_cost(prompt, covered + 1, rates) > held


@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000), st.integers(0, 1_000_000), all_rates)
def test_what_is_held_is_what_the_dearest_output_costs(
    prompt: int, output: int, thought: int, rates: Rates
) -> None:
    held = held_cost(prompt, output, rates)
    mixed = TokenUsage(prompt, output, reasoning_tokens=min(thought, output))
    ends = [
        TokenUsage(prompt, output),
        TokenUsage(prompt, output, reasoning_tokens=output),
        TokenUsage(prompt, output, audio_output_tokens=output),
    ]
    assert cost(mixed, rates) <= held == max(cost(usage, rates) for usage in ends)


def test_free_output_is_covered_without_end() -> None:
    assert output_covered(10, 10, Rates(Decimal(1), Decimal(0))) == MAX_TOKENS
    assert output_covered(9, 10, Rates(Decimal(1), Decimal(0))) == 0
