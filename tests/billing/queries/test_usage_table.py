"""Cuts through the usage: grouped, filtered, named, sorted; no address breaks them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Group, GroupMember, User
from billing.models import UsageHour
from billing.queries.usage_filters import FILTERS, GROUPINGS, MEASURES, Cut, cut_parse
from billing.queries.usage_table import Sums, export_columns, record_of, usage_table

NOW = datetime(2026, 3, 20, 12, 30, tzinfo=UTC)
At = Callable[[datetime], None]


def used(user: User | None, *, days_ago: int = 1, **fields: Any) -> UsageHour:
    numbers = {"calls": 1, "input_tokens": 10, "output_tokens": 5, "credits": 100}
    starts_at = (NOW - timedelta(days=days_ago)).replace(minute=0)
    row = {"model": "gpt", "endpoint": "openAI", "context": "message", **numbers, **fields}
    return UsageHour.objects.create(user_id=user.pk if user else "", starts_at=starts_at, **row)


@pytest.fixture(autouse=True)
def _now(clock_at: At, db: None) -> None:
    clock_at(NOW)


def rows_of(**given: str) -> list[tuple[tuple[str, ...], int]]:
    return [(row.labels, row.sums.credits) for row in usage_table(cut_parse(given)).rows]


def test_usage_is_grouped_by_each_thing_it_can_be_told_apart_by(owner: User) -> None:
    used(owner, agent_id="agent_1", api_key_id="f" * 24, project_id="e" * 24)
    expected = {
        "user": "owner@example.org",
        "group": "(none)",
        "role": "USER",
        "model": "gpt",
        "provider": "openAI",
        "agent": "agent_1",
        "key": "f" * 24,
        "project": f"(deleted) {'e' * 24}",
        "context": "message",
        "day": "2026-03-19",
        "hour": "2026-03-19 12:00",
    }
    assert expected.keys() == GROUPINGS.keys()
    for by, label in expected.items():
        assert rows_of(by=by) == [((label,), 100)]


def test_two_levels_are_told_apart(owner: User, viewer: User) -> None:
    used(owner, model="a", credits=1)
    used(owner, model="b", credits=3)
    used(viewer, model="b", credits=2)
    assert rows_of(by="model", then="user") == [
        (("b", "owner@example.org"), 3),
        (("b", "viewer@example.org"), 2),
        (("a", "owner@example.org"), 1),
    ]


def test_who_is_in_two_groups_counts_in_each_and_once_in_the_total(
    owner: User,
    viewer: User,
) -> None:
    red, blue = (Group.objects.create(name=name) for name in ("Red", "Blue"))
    for group, user in ((red, owner), (blue, owner), (blue, viewer)):
        GroupMember.objects.create(group=group, user=user)
    used(owner, credits=10)
    used(viewer, credits=1)
    table = usage_table(cut_parse({"by": "group"}))
    assert [(row.labels, row.sums.credits) for row in table.rows] == [
        (("Blue",), 11),
        (("Red",), 10),
    ]
    assert table.total.credits == 11
    assert rows_of(by="group", then="user", sort="name") == [
        (("Blue", "owner@example.org"), 10),
        (("Blue", "viewer@example.org"), 1),
        (("Red", "owner@example.org"), 10),
    ]
    assert rows_of(by="user", group=red.pk) == [(("owner@example.org",), 10)]


def test_each_filter_narrows(owner: User, viewer: User) -> None:
    key = "e" * 24
    used(owner, model="a", endpoint="e", agent_id="g", api_key_id=key, context="title", credits=7)
    used(viewer, credits=1)
    User.objects.filter(pk=owner.pk).update(role="STAFF")
    filters = {
        "user": "Owner@example.org",
        "role": "STAFF",
        "model": "a",
        "provider": "e",
        "agent": "g",
        "key": key,
        "context": "title",
    }
    for name, value in filters.items():
        assert rows_of(by="user", **{name: value}) == [(("owner@example.org",), 7)], name
    assert rows_of(by="user", **filters) == [(("owner@example.org",), 7)]
    assert rows_of(by="user", agent="-") == [(("viewer@example.org",), 1)]
    assert rows_of(by="user", user=viewer.pk) == [(("viewer@example.org",), 1)]
    assert rows_of(by="user", user="nobody@example.org") == []


def test_people_who_are_gone_are_still_counted(owner: User) -> None:
    used(owner)
    pk = owner.pk
    owner.delete()
    used(None, credits=5)
    assert rows_of(by="user") == [((f"(deleted) {pk}",), 100), (("(deleted)",), 5)]


def test_days_are_chosen_by_preset_or_one_by_one() -> None:
    spans = {
        "today": (date(2026, 3, 20), date(2026, 3, 20)),
        "7d": (date(2026, 3, 14), date(2026, 3, 20)),
        "month": (date(2026, 3, 1), date(2026, 3, 20)),
        "last-month": (date(2026, 2, 1), date(2026, 2, 28)),
    }
    for period, span in spans.items():
        cut = cut_parse({"period": period})
        assert (cut.first, cut.last) == span
        days = {"from": span[0].isoformat(), "to": span[1].isoformat()}
        assert cut_parse({**days, "period": period}) == cut
        assert cut_parse(days).period == ""
    own = cut_parse({"from": "2026-01-05", "to": "2026-01-05", "period": "7d"})
    assert (own.first, own.last, own.period) == (date(2026, 1, 5), date(2026, 1, 5), "")
    assert own.span.end - own.span.start == timedelta(days=1)


@pytest.mark.parametrize(
    "given",
    [
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "soon", "to": "2026-03-01"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"period": "ever"},
    ],
)
def test_days_that_make_no_sense_are_the_last_thirty(given: dict[str, str]) -> None:
    assert cut_parse(given).period == "30d"


def test_rows_are_sorted_by_any_column(owner: User) -> None:
    used(owner, model="a", calls=1, credits=9, input_tokens=5, estimated_calls=1)
    used(owner, model="b", calls=3, credits=5, input_tokens=1)
    assert [row[0] for row in rows_of()] == [("a",), ("b",)]
    assert [row[0] for row in rows_of(sort="-calls")] == [("b",), ("a",)]
    assert [row[0] for row in rows_of(sort="tokens")] == [("b",), ("a",)]
    assert [row[0] for row in rows_of(sort="-estimated")] == [("a",), ("b",)]
    assert [row[0] for row in rows_of(sort="-name")] == [("b",), ("a",)]
    assert [row[0] for row in rows_of(sort="name")] == [("a",), ("b",)]
    assert [row[0] for row in rows_of(measure="calls")] == [("b",), ("a",)]


def test_equal_rows_stand_in_the_order_of_their_values_both_ways(owner: User, viewer: User) -> None:
    first, second = sorted((owner, viewer), key=lambda user: user.pk)
    used(second)
    used(first)
    for sort in ("-money", "money", "-estimated"):
        labels = [label for label, _credits in rows_of(by="user", sort=sort)]
        assert labels == [(first.email,), (second.email,)]


def test_only_the_rows_that_are_read_are_named(owner: User, viewer: User) -> None:
    used(owner, credits=2)
    used(viewer, credits=1)
    with CaptureQueriesContext(connection) as asked:
        table = usage_table(cut_parse({"by": "user"}))
        assert not [one for one in asked if "accounts_user" in one["sql"]]
        [row] = table.rows_between(0, 1)
    [naming] = [one["sql"] for one in asked if "accounts_user" in one["sql"]]
    assert row.labels == ("owner@example.org",)
    assert owner.pk in naming
    assert viewer.pk not in naming


def test_of_every_day_those_come_first_that_have_the_most(owner: User, viewer: User) -> None:
    for user, days_ago, spent in ((owner, 2, 1), (viewer, 2, 5), (owner, 1, 9), (viewer, 1, 3)):
        used(user, days_ago=days_ago, credits=spent)
    assert rows_of(by="day", then="user") == [
        (("2026-03-18", "viewer@example.org"), 5),
        (("2026-03-18", "owner@example.org"), 1),
        (("2026-03-19", "owner@example.org"), 9),
        (("2026-03-19", "viewer@example.org"), 3),
    ]


def test_times_pass_in_their_order(owner: User) -> None:
    for days_ago in (1, 3, 2):
        used(owner, days_ago=days_ago, credits=days_ago)
    labels = [row[0][0] for row in rows_of(by="day")]
    assert labels == ["2026-03-17", "2026-03-18", "2026-03-19"]


def test_a_click_narrows_and_goes_on_to_the_next_level() -> None:
    cut = cut_parse({"by": "user", "then": "model", "period": "7d"})
    by_model = cut.only("user", "someone")
    assert (by_model.filters, by_model.by, by_model.period) == (
        {"user": "someone"},
        ("model",),
        "7d",
    )
    by_day = by_model.only("model", "-")
    assert (by_day.filters["model"], by_day.by) == ("-", ("day",))
    hours = by_day.only("day", "2026-03-15")
    assert (hours.first, hours.last, hours.by) == (date(2026, 3, 15), date(2026, 3, 15), ("hour",))


def test_exports_have_every_number(owner: User) -> None:
    used(owner, credits=1_234_567, cache_read_tokens=2, cache_write_tokens=3, estimated_calls=1)
    table = usage_table(cut_parse({"by": "user", "then": "model"}))
    assert record_of(table, table.rows[0]) == {
        "user": "owner@example.org",
        "user_id": owner.pk,
        "model": "gpt",
        "calls": 1,
        "tokens": 20,
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_write_tokens": 3,
        "cache_read_tokens": 2,
        "credits": 1_234_567,
        "usd": "1.234567",
        "estimated_calls": 1,
    }
    assert set(record_of(table, table.rows[0])) <= set(export_columns(table.cut))


def test_nothing_is_zero() -> None:
    assert usage_table(cut_parse({})).total == Sums()
    assert Sums().estimated_percent == 0


@given(
    query=st.dictionaries(
        st.sampled_from(
            ["from", "to", "period", "by", "then", "sort", "measure", "page", *FILTERS]
        ),
        st.text(max_size=20) | st.sampled_from([*GROUPINGS, *MEASURES, "-money", "7d", "-"]),
    ),
)
def test_every_address_is_a_cut_that_reads_back_the_same(query: dict[str, str]) -> None:
    cut = cut_parse(query)
    again = cut_parse(dict(parse_qsl(cut.query(), keep_blank_values=True)))
    assert isinstance(cut, Cut)
    assert (again.by, again.filters, again.span, again.sort) == (
        cut.by,
        cut.filters,
        cut.span,
        cut.sort,
    )
    assert again.query() == cut.query()
