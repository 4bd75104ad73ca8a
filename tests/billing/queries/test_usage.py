"""Sums of usage from days, hours and the ledger: as many as asked for, moments in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import UsageDay, UsageHour
from billing.pricing.cost import TokenUsage
from billing.queries.stored import moment_of
from billing.queries.usage import Question, Span, day_of, hour_of, total, usage_sums
from billing.queries.usage_days import day_sums, regrouped
from billing.services.charging import hold_open, hold_settle
from tests.factories.money import call_make

NOW = datetime(2026, 3, 20, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SPAN = Span(day_of(NOW) - 3 * DAY, day_of(NOW) + DAY)
At = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def _three_sources(clock_at: At, owner: User) -> None:
    """Let there be a summed day, a summed hour of today and a call that no chore has summed up."""
    clock_at(NOW)
    fields = {"user_id": owner.pk, "model": "plain", "endpoint": "custom", "context": "message"}
    UsageDay.objects.create(
        starts_at=day_of(NOW) - DAY, **fields, calls=5, input_tokens=50, credits=500
    )
    UsageHour.objects.create(
        starts_at=hour_of(NOW) - timedelta(hours=2), **fields, calls=2, input_tokens=20, credits=200
    )
    hold = hold_open(call=call_make(owner, "new"), prompt_tokens=10, output_tokens=0)
    hold_settle(hold=hold, usage=TokenUsage(7))


def test_only_the_sums_asked_for_are_there_in_their_order(owner: User) -> None:
    asked = ("credits", "calls")
    assert usage_sums(Question(SPAN, ("user_id",), sums=asked)) == {(owner.pk,): [707, 8]}
    assert usage_sums(Question(SPAN, sums=("input_tokens",))) == {(): [77]}
    assert usage_sums(Question(SPAN)) == {(): [8, 77, 0, 0, 0, 707, 0]}


def test_days_and_hours_are_moments_in_utc() -> None:
    today, yesterday = day_of(NOW), day_of(NOW) - DAY
    by_day = usage_sums(Question(SPAN, ("day", "model"), sums=("calls",)))
    assert by_day == {(yesterday, "plain"): [5], (today, "plain"): [3]}
    by_hour = usage_sums(Question(SPAN, ("model", "hour"), sums=("calls",)))
    assert by_hour == {
        ("plain", hour_of(NOW) - timedelta(hours=2)): [2],
        ("plain", hour_of(NOW)): [1],
    }
    assert all(hour.tzinfo is UTC for _model, hour in by_hour)


def test_nothing_adds_up_to_nothing() -> None:
    before = Span(day_of(NOW) - 30 * DAY, day_of(NOW) - 20 * DAY)
    assert usage_sums(Question(before)) == {}
    assert usage_sums(Question(before, ("day", "user_id"))) == {}
    assert total([]) == [0] * 7


@pytest.mark.parametrize(
    "stored",
    [
        "2026-03-20 12:30:00",
        "2026-03-20 12:30:00+00:00",
        NOW,
        NOW.astimezone(timezone(timedelta(hours=5))),
    ],
)
def test_a_moment_is_read_as_each_database_has_it(stored: str | datetime) -> None:
    assert moment_of(stored) == NOW
    assert moment_of(stored).tzinfo is UTC


def test_the_days_of_a_page_are_read_once_a_minute(owner: User) -> None:
    found = day_sums(SPAN)
    assert {key[1:] for key in found} == {("plain", "message")}
    assert regrouped(found, lambda key: key[1]) == {"plain": [8, 77, 0, 0, 0, 707, 0]}
    with CaptureQueriesContext(connection) as asked:
        assert day_sums(SPAN) == found
        assert not asked.captured_queries
        day_sums(Span(SPAN.start + DAY, SPAN.end))
        assert asked.captured_queries


@pytest.mark.parametrize("time", ["day", "hour"])
def test_moments_are_grouped_by_the_column_in_whose_order_an_index_is(time: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        usage_sums(Question(SPAN, (time, "model", "context")))
    table = UsageDay if time == "day" else UsageHour
    column = f'"{table._meta.db_table}"."starts_at"'
    [sums] = [one["sql"] for one in asked if f"GROUP BY {column}," in one["sql"]]
    if connection.vendor == "sqlite" and time == "day":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sums}")
            assert "TEMP B-TREE" not in str(cursor.fetchall())
