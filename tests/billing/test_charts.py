"""Charts about money: every day drawn, the largest named, the rest summed up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import User
from billing import charts
from billing.models import UsageDay, UsageHour
from billing.pricing.cost import TokenUsage
from billing.queries import usage
from billing.queries.usage import hour_of, sums_end
from billing.services.charging import hold_open, hold_settle
from librechat.kernel import clock
from tests.factories.money import call_make

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, tzinfo=UTC)
END = START + timedelta(days=3)


def used(day: int, **fields: Any) -> None:
    starts_at = START + timedelta(days=day)
    UsageDay.objects.create(starts_at=starts_at, **{"calls": 1, **fields})


@pytest.mark.parametrize("draw", [charts.spend, charts.tokens])
def test_a_day_without_usage_is_drawn_as_zero(draw: Any) -> None:
    chart = draw(START, END)
    for series in chart.series:
        assert series.points == (("2026-03-01", 0), ("2026-03-02", 0), ("2026-03-03", 0))


def test_the_cost_of_each_day_names_the_dearest_models() -> None:
    for number in range(8):
        used(number % 2, model=f"model-{number}", credits=100 - number)
    chart = charts.spend(START, END)
    assert [series.name for series in chart.series] == [
        *(f"model-{number}" for number in range(6)),
        "Others",
    ]
    assert chart.series[0].points == (("2026-03-01", 100), ("2026-03-02", 0), ("2026-03-03", 0))
    assert dict(chart.series[6].points) == {"2026-03-01": 94, "2026-03-02": 93, "2026-03-03": 0}
    assert chart.unit == "credits"


def test_tokens_are_told_apart_by_class() -> None:
    numbers = {"input": 1, "output": 2, "cache_write": 3, "cache_read": 4}
    used(1, **{f"{name}_tokens": number for name, number in numbers.items()})
    chart = charts.tokens(START, END)
    assert [series.points[1][1] for series in chart.series] == [1, 2, 3, 4]


def test_the_largest_come_first_and_only_ten_of_them(owner: User) -> None:
    for number in range(12):
        used(0, model=f"model-{number:02}", credits=number, user_id=owner.pk)
    used(0, credits=5)
    [series] = charts.top_models(START, END).series
    assert series.points[0] == ("model-11", 11)
    assert len(series.points) == 10
    [people] = charts.top_people(START, END).series
    assert people.points == (("owner@example.org", 66), ("(deleted)", 5))


def test_a_chart_that_begins_in_mid_day_has_that_day_whole() -> None:
    used(0, credits=7)
    noon = timedelta(hours=12)
    chart = charts.spend(START + noon, START + noon + timedelta(hours=1))
    assert chart.series[0].points == (("2026-03-01", 7),)


def test_a_chart_adds_up_only_so_many_calls_that_are_not_summed_up(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "MOST_LIVE", 2)
    now = hour_of(clock.now())
    for number in range(3):
        hold = hold_open(call=call_make(owner, f"c{number}"), prompt_tokens=1, output_tokens=0)
        hold_settle(hold=hold, usage=TokenUsage(1))
        cache.clear()
        spent = sum(charts.spend(now, now + timedelta(days=1)).series[0].points[0][1:])
        # What the chart does not add up it leaves out whole; the page says so.
        assert (sums_end(), spent) == ((None, number + 1) if number < 2 else (now, 0))
    UsageHour.objects.create(starts_at=now - timedelta(hours=1), calls=1)
    cache.clear()
    assert sums_end() == now
