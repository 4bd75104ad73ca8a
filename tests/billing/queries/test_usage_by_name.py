"""Cuts sorted by what people read: in the order of the alphabet, each person looked up once."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import UsageDay, UsageHour
from billing.pricing.cost import TokenUsage
from billing.queries.usage_filters import cut_parse
from billing.queries.usage_table import Row, usage_table
from billing.services.charging import hold_open, hold_settle
from tests.factories.money import call_make
from tests.factories.people import person

NOW = datetime(2026, 3, 20, 12, 30, tzinfo=UTC)
MIDNIGHT = NOW.replace(hour=0, minute=0)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(clock_at: Callable[[datetime], None], db: None) -> None:
    clock_at(NOW)


def summed(user_id: str, starts_at: datetime, spent: int, model: str = "m") -> None:
    """Store what a person used in a day, or in an hour of today."""
    fields: dict[str, Any] = {"model": model, "context": "message", "calls": 1}
    table = UsageHour if starts_at >= MIDNIGHT else UsageDay
    table.objects.create(user_id=user_id, starts_at=starts_at, credits=spent, **fields)


def rows_of(**given: str) -> list[Row]:
    return usage_table(cut_parse(given)).rows


def test_days_hours_and_calls_just_made_come_together_under_one_address(owner: User) -> None:
    summed(owner.pk, MIDNIGHT - DAY, 100)
    summed(owner.pk, MIDNIGHT + timedelta(hours=11), 20)
    hold = hold_open(call=call_make(owner), prompt_tokens=3, output_tokens=0)
    hold_settle(hold=hold, usage=TokenUsage(3))
    [row] = rows_of(by="user", sort="name")
    assert (row.labels, row.sums.credits, row.sums.calls) == (("owner@example.org",), 123, 3)


def test_calls_of_nobody_and_of_who_is_gone_stand_in_their_place() -> None:
    gone = "0" * 24
    summed(person("a@example.org").pk, MIDNIGHT - DAY, 3)
    for starts_at in (MIDNIGHT - DAY, MIDNIGHT):
        summed(gone, starts_at, 5)
        summed("", starts_at, 7)
    named = [(row.labels[0], row.sums.credits) for row in rows_of(by="user", sort="name")]
    assert named == [("(deleted)", 14), (f"(deleted) {gone}", 10), ("a@example.org", 3)]


@pytest.mark.parametrize("levels", [("user",), ("user", "model"), ("day", "user")])
@pytest.mark.parametrize("sign", ["", "-"])
def test_the_order_is_that_of_the_names_regardless_of_case(
    levels: tuple[str, ...], sign: str
) -> None:
    drawn = random.Random(7)
    names = ["zoe", "anna", "ärger", "bernd", "straße", "strasz", "émile", "emil"]
    people = [person(f"{name}@example.org").pk for name in names]
    used = {
        (drawn.choice([*people, "f" * 24]), drawn.randrange(-20, 1), drawn.choice("aBc"))
        for _each in range(120)
    }
    for user_id, day, model in used:
        summed(user_id, MIDNIGHT + day * DAY, drawn.randrange(1_000), model)
    asked = dict(zip(("by", "then"), levels, strict=False))
    plain = sorted(
        rows_of(**asked),
        key=lambda row: ([label.casefold() for label in row.labels], row.values),
        reverse=sign == "-",
    )
    assert rows_of(**asked, sort=f"{sign}name") == plain


def test_people_are_looked_up_for_each_group_not_for_each_row_of_sums(owner: User) -> None:
    summed(owner.pk, MIDNIGHT - DAY, 1)
    with CaptureQueriesContext(connection) as asked:
        usage_table(cut_parse({"by": "user", "sort": "name"}))
    [sums] = [
        one["sql"]
        for one in asked
        if "accounts_user" in one["sql"] and 'FROM "billing_usageday"' in one["sql"]
    ]
    _rest, _by, grouping = sums.rpartition("GROUP BY")
    assert "JOIN" not in sums
    assert "," not in grouping  # by person alone
