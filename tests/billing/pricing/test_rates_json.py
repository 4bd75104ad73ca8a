"""Rates as holds and receipts keep them."""

import json
from decimal import Decimal

import pytest
from hypothesis import given

from billing.pricing.cost import Rates
from billing.pricing.rates_json import rates_from_json, rates_to_json
from tests.billing.pricing.drawn import all_rates


@given(all_rates)
def test_rates_survive_json(rates: Rates) -> None:
    assert rates_from_json(json.loads(json.dumps(rates_to_json(rates)))) == rates


@pytest.mark.parametrize("source", ["endpoint", "admin", "yaml", "table", "default", "free"])
def test_the_source_of_a_price_survives_json(source: str) -> None:
    body = {"prompt": "1", "completion": "2", "pattern": "p", "source": source}
    assert rates_to_json(rates_from_json(body)) == body


def test_what_was_kept_before_there_were_classes_reads_as_before() -> None:
    body = {
        "prompt": "2.5",
        "completion": "15",
        "cache_write": "2.5",
        "cache_read": "0.25",
        "pattern": "gpt-5.4",
        "source": "table",
        "premium_above": 272000,
        "premium": {"prompt": "5", "completion": "22.5", "pattern": "gpt-5.4", "source": "table"},
    }
    rates = rates_from_json(body)
    assert rates.premium == Rates(Decimal(5), Decimal("22.5"), pattern="gpt-5.4")
    assert (rates.reasoning, rates.per_call, rates.price_id) == (None, Decimal(0), "")
    assert rates_to_json(rates) == body


def test_a_source_that_nobody_knows_is_the_table() -> None:
    body = {"prompt": "1", "completion": "2", "pattern": "p", "source": "moon"}
    assert rates_from_json(body).source == "table"
