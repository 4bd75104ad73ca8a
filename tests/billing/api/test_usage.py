"""GET /api/usage: one's own usage, however one asks."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from billing.pricing.cost import TokenUsage
from billing.services.charging import hold_open, hold_settle
from librechat.kernel import clock
from tests.factories.money import call_make
from tests.factories.people import bearer


def spend(user: User, key: str, *, model: str) -> None:
    call = call_make(user, key, model=model, endpoint_rates={model: {"prompt": 1, "completion": 1}})
    hold = hold_open(call=call, prompt_tokens=1, output_tokens=1)
    hold_settle(hold=hold, usage=TokenUsage(10, 5, is_estimated=True))


def read(user: User, query: str = "") -> Any:
    answer = Client().get(f"/api/usage{query}", headers=bearer(user))
    assert answer.status_code == 200
    return answer.json()


def test_usage_is_summed_by_model(owner: User, viewer: User) -> None:
    spend(owner, "one", model="mine")
    spend(viewer, "two", model="theirs")
    told = read(owner)
    numbers = {
        "calls": 1,
        "tokens": 15,
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_write_tokens": 0,
        "cache_read_tokens": 0,
        "credits": 15,
        "usd": "0.000015",
        "estimated_calls": 1,
    }
    assert told["rows"] == [{"values": ["mine"], **numbers}]
    assert told["total"] == numbers
    assert told["by"] == ["model"]
    assert told["to"] == clock.now().date().isoformat()


@pytest.mark.parametrize("query", ["", "?user={viewer}", "?by=user", "?by=group", "?role=USER"])
def test_nobody_elses_usage_is_told(owner: User, viewer: User, query: str) -> None:
    spend(viewer, "two", model="theirs")
    told = read(owner, query.format(viewer=viewer.pk))
    assert told["rows"] == []
    assert told["total"]["calls"] == 0
    assert told["by"] == ["model"]


def test_usage_is_grouped_and_filtered_as_asked(owner: User) -> None:
    spend(owner, "one", model="a")
    spend(owner, "two", model="b")
    today = clock.now().date().isoformat()
    told = read(owner, f"?from={today}&to={today}&by=day&then=model&model=b")
    assert [row["values"] for row in told["rows"]] == [[today, "b"]]
