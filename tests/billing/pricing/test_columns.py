"""The columns of a price."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from billing.errors import PriceRefusedError
from billing.models import Price
from billing.pricing.columns import (
    CLASSES,
    COLUMNS,
    columns_checked,
    columns_text,
    pattern_checked,
    price_columns,
    price_rates,
    rate_checked,
    rates_columns,
)
from billing.pricing.cost import Rates, TokenUsage, cost
from billing.pricing.defaults import parse_price
from tests.billing.pricing.drawn import numbers

LONG = tuple(name for name in COLUMNS if name.startswith("premium_") and name != "premium_above")
TIER = {"premium_above": "200000", "premium_prompt": "2", "premium_completion": "4.5"}


def test_a_price_in_text_becomes_columns_and_text_again() -> None:
    text = {"prompt": "1", "completion": "2.5", "cache_read": "0", "per_call": "3", **TIER}
    columns = columns_checked(text)
    assert columns["premium_above"] == 200000
    assert columns["cache_write"] is None
    assert columns_text(columns) == text
    assert columns_text(columns_checked({"prompt": 100, "completion": "1e-3"})) == {
        "prompt": "100",
        "completion": "0.001",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prompt", "-1"),
        ("prompt", "NaN"),
        ("prompt", "Infinity"),
        ("prompt", "much"),
        ("prompt", True),
        ("prompt", None),
        ("completion", 100_001),
        ("audio", "-0.1"),
        ("per_call", 1_000_000_001),
        ("premium_above", "0"),
        ("premium_above", "-5"),
        ("premium_above", "1.5"),
        ("premium_above", "999999999"),
        ("premium_above", "²"),
        ("premium_above", None),
        ("premium_prompt", None),
        ("premium_completion", None),
    ],
)
def test_what_is_no_price_is_refused_by_its_column(name: str, value: object) -> None:
    given_: dict[str, Any] = {"prompt": 1, "completion": 2, **TIER, name: value}
    with pytest.raises(PriceRefusedError, match=name) as refused:
        columns_checked(given_)
    assert refused.value.data == {"field": name}


def test_half_a_tier_is_refused() -> None:
    with pytest.raises(PriceRefusedError, match="premium_above: a price is needed"):
        columns_checked({"prompt": 1, "completion": 2, "premium_cache_read": 1})


@pytest.mark.parametrize("raw", ["", "  ", "x" * 257, "a\x00b", "a\nb"])
def test_a_pattern_is_printable_and_not_empty(raw: str) -> None:
    with pytest.raises(PriceRefusedError) as refused:
        pattern_checked(raw)
    assert refused.value.data == {"field": "pattern"}


def test_a_pattern_is_kept_in_lower_case() -> None:
    assert pattern_checked("  GPT-4o ") == "gpt-4o"


def test_a_row_costs_what_its_columns_say() -> None:
    columns = columns_checked({"prompt": 1, "completion": 2, "reasoning": 3, "per_call": 4, **TIER})
    row = Price(pattern="p", **columns)
    assert price_rates(row) == Rates(
        Decimal(1),
        Decimal(2),
        reasoning=Decimal(3),
        per_call=Decimal(4),
        premium_above=200000,
        premium=Rates(Decimal(2), Decimal("4.5"), pattern="p", source="admin"),
        pattern="p",
        source="admin",
        price_id=row.pk,
    )
    assert price_columns(row) == columns
    assert columns_text(rates_columns(price_rates(row))) == columns_text(columns)


def test_every_class_of_tokens_has_its_column_and_an_empty_one_costs_what_it_did() -> None:
    named = {name: number for number, name in enumerate((*CLASSES, *LONG), start=3)}
    columns = columns_checked({"prompt": 1, "completion": 2, "premium_above": 5, **named})
    rates = price_rates(Price(pattern="p", **columns))
    tier = rates.applying_to(6)
    for name in CLASSES:
        assert getattr(rates, name) == named[name]
        own = named.get(f"premium_{name}")
        inherits = name not in {"cache_write", "cache_write_long", "cache_read"}
        assert getattr(tier, name) == (own or (named[name] if inherits else None))
    usage = TokenUsage(2, 9, cache_write_tokens=2, cache_write_long_tokens=1, audio_output_tokens=4)
    assert rates_columns(rates) == columns
    plain = price_rates(Price(pattern="p", **columns_checked({"prompt": 1, "completion": 2})))
    assert cost(usage, plain) == 4 * 1 + 9 * 2
    written = {"prompt": 1, "completion": 2, "cache_write": 3}
    kept = price_rates(Price(pattern="p", **columns_checked(written)))
    assert cost(usage, kept) == 2 * 1 + 2 * 3 + 9 * 2


@pytest.mark.parametrize("name", ["cache_write_long", "audio_output", "premium_cache_write_long"])
@pytest.mark.parametrize("value", ["-1", "NaN", "much", 100_001])
def test_a_rate_of_a_class_that_is_none_is_refused(name: str, value: object) -> None:
    with pytest.raises(PriceRefusedError, match=name) as refused:
        columns_checked({"prompt": 1, "completion": 2, **TIER, name: value})
    assert refused.value.data == {"field": name}


def test_a_price_of_the_table_reads_as_columns() -> None:
    rates = parse_price("p", "2/6 >200000 4/12")
    assert columns_text(rates_columns(rates)) == {
        "prompt": "2",
        "completion": "6",
        "premium_above": "200000",
        "premium_prompt": "4",
        "premium_completion": "12",
    }
    assert columns_text(rates_columns(parse_price("p", "2/6"))) == {
        "prompt": "2",
        "completion": "6",
    }


@given(numbers)
def test_every_rate_survives_its_text(rate: Decimal) -> None:
    text = columns_text(columns_checked({"prompt": rate, "completion": 0}))["prompt"]
    assert rate_checked(text) == rate
