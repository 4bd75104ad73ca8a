"""What calls cost."""

from dataclasses import replace
from decimal import Decimal

import pytest

from billing.pricing.cost import (
    INCOMPLETE,
    MAX_TOKENS,
    WHOLE,
    Cost,
    Part,
    Rates,
    TokenUsage,
    completion_parts,
    completion_rate,
    cost,
    cost_parts,
    held_cost,
    output_covered,
    prompt_parts,
    prompt_rate,
)
from tests.billing.pricing.drawn import COUNTS

PLAIN = Rates(Decimal("2.5"), Decimal(10), Decimal("3.75"), Decimal("0.3"))
TIERED = Rates(
    Decimal(2),
    Decimal(12),
    premium_above=1000,
    premium=Rates(Decimal(4), Decimal(18), Decimal(5), Decimal("0.5")),
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
@pytest.mark.parametrize("name", COUNTS)
def test_a_count_that_is_no_count_is_refused(name: str, count: object) -> None:
    with pytest.raises(ValueError, match="no count of tokens"):
        TokenUsage(**{name: count})  # type: ignore[arg-type]  # what a provider may report


OWN = Rates(
    Decimal(2),
    Decimal(10),
    reasoning=Decimal(4),
    image=Decimal(3),
    audio=Decimal(40),
    embedding=Decimal("0.5"),
    cache_write_long=Decimal(5),
    per_call=Decimal(7),
)
SPOKEN = replace(OWN, audio_output=Decimal(80))


def test_parts_of_the_input_and_the_output_have_their_own_rates() -> None:
    usage = TokenUsage(100, 50, reasoning_tokens=20, image_tokens=10, audio_tokens=5)
    assert prompt_parts(usage, OWN) == [
        Part("input", 85, Decimal(2)),
        Part("image", 10, Decimal(3)),
        Part("audio", 5, Decimal(40)),
    ]
    assert completion_parts(usage, OWN) == [
        Part("output", 30, Decimal(10)),
        Part("reasoning", 20, Decimal(4)),
    ]
    # 170 + 30 + 200, 7 for the call; 300 + 80
    assert cost_parts(usage, OWN) == Cost(prompt=407, completion=380)
    assert prompt_rate(usage, OWN) == Decimal(4)
    assert completion_rate(usage, OWN) == Decimal("7.6")
    assert completion_rate(TokenUsage(1), OWN) == Decimal(10)


def test_what_is_kept_long_in_the_cache_is_paid_by_its_own_rate_and_once() -> None:
    rates = replace(OWN, cache_write=Decimal(3))
    usage = TokenUsage(10, cache_write_tokens=100, cache_write_long_tokens=60)
    assert prompt_parts(usage, rates) == [
        Part("input", 10, Decimal(2)),
        Part("cache_write", 40, Decimal(3)),
        Part("cache_write_long", 60, Decimal(5)),
    ]
    assert cost(usage, rates) == 20 + 120 + 300 + 7
    beyond = replace(usage, cache_write_long_tokens=1_000)
    assert prompt_parts(beyond, rates)[1:] == [Part("cache_write_long", 100, Decimal(5))]


def test_what_is_kept_long_costs_like_any_write_where_the_price_says_nothing_of_it() -> None:
    usage = TokenUsage(cache_write_tokens=100, cache_write_long_tokens=60)
    assert cost(usage, PLAIN) == 375
    assert cost(usage, replace(PLAIN, cache_write=None)) == 250


def test_long_context_says_anew_what_the_cache_costs() -> None:
    rates = replace(OWN, premium_above=1, premium=Rates(Decimal(4), Decimal(20), Decimal(6)))
    usage = TokenUsage(cache_write_tokens=100, cache_write_long_tokens=60)
    assert cost(usage, rates) == 600 + 7


def test_spoken_answers_are_paid_by_their_own_rate_and_once() -> None:
    usage = TokenUsage(1, 50, reasoning_tokens=20, audio_output_tokens=25)
    assert completion_parts(usage, SPOKEN) == [
        Part("output", 5, Decimal(10)),
        Part("reasoning", 20, Decimal(4)),
        Part("audio_output", 25, Decimal(80)),
    ]
    beyond = replace(usage, audio_output_tokens=1_000)
    assert [part.tokens for part in completion_parts(beyond, SPOKEN)] == [20, 30]
    assert cost(replace(usage, audio_output_tokens=50), PLAIN) == cost(TokenUsage(1, 50), PLAIN)


def test_as_much_is_held_as_the_dearest_class_of_output_may_cost() -> None:
    assert held_cost(10, 10, SPOKEN) == 20 + 800 + 7
    assert output_covered(20 + 800 + 7, 10, SPOKEN) == 10


def test_an_embedding_is_paid_by_its_own_rate() -> None:
    assert cost(TokenUsage(1000, embedding_tokens=1000), OWN) == 507


def test_parts_that_do_not_fit_into_their_whole_are_not_paid_twice() -> None:
    usage = TokenUsage(10, 5, reasoning_tokens=9, image_tokens=8, audio_tokens=8)
    assert prompt_parts(usage, OWN) == [
        Part("image", 8, Decimal(3)),
        Part("audio", 2, Decimal(40)),
    ]
    assert completion_parts(usage, OWN) == [Part("reasoning", 5, Decimal(4))]


def test_long_context_keeps_the_rates_of_the_parts_that_it_says_nothing_of() -> None:
    rates = replace(OWN, premium_above=1000, premium=Rates(Decimal(4), Decimal(20), image=WHOLE))
    usage = TokenUsage(1001, 10, reasoning_tokens=10, image_tokens=1, audio_tokens=1)
    assert [part.rate for part in prompt_parts(usage, rates)] == [4, 1, 40]
    assert cost(usage, rates) == 999 * 4 + 1 + 40 + 10 * 4 + 7


def test_the_price_of_a_call_is_due_without_tokens_and_once() -> None:
    assert cost_parts(TokenUsage(), OWN, completion_factor=INCOMPLETE) == Cost(7, 0)
    assert output_covered(6, 0, OWN) == 0
    assert output_covered(17, 0, OWN) == 1
