"""Windows of budgets, how they stand, and what they would have done."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Group, GroupMember, User
from billing.models import Budget, BudgetBucket, Hold
from billing.models.budget import Measure, Scope
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check
from billing.queries.budget_history import (
    PastCall,
    Simulation,
    burn_down,
    calls_counted,
    simulate,
)
from billing.queries.budget_windows import Window, frees_at, window_at, window_with
from billing.queries.budgets import Standing, budgets_of, standings, standings_shared
from billing.services.charging import hold_settle
from tests.factories.budgets import budget_make, opened

Clock = Callable[[datetime], None]
NOW = datetime(2027, 1, 3, 10, 59, 59, tzinfo=UTC)  # a Sunday


def moment(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "first", "last", "resets_at"),
    [
        ("hour", moment(2027, 1, 3, 10), moment(2027, 1, 3, 10), moment(2027, 1, 3, 11)),
        ("day", moment(2027, 1, 3), moment(2027, 1, 3), moment(2027, 1, 4)),
        ("week", moment(2026, 12, 28), moment(2026, 12, 28), moment(2027, 1, 4)),
        ("month", moment(2027, 1, 1), moment(2027, 1, 1), moment(2027, 2, 1)),
        ("rolling", moment(2027, 1, 2, 11), moment(2027, 1, 3, 10), None),
        ("total", moment(1970, 1, 1), moment(1970, 1, 1), None),
    ],
)
def test_windows_follow_the_calendar_in_utc(
    period: str, first: datetime, last: datetime, resets_at: datetime | None
) -> None:
    rule = Budget(period=period, rolling_hours=24)
    assert window_at(rule, NOW) == Window(first, last, resets_at)


def test_the_last_month_of_a_year_ends_with_it() -> None:
    window = window_at(Budget(period="month"), moment(2028, 12, 31, 23))
    assert window.resets_at == moment(2029, 1, 1)


def test_a_call_that_outlives_its_period_stays_in_it() -> None:
    day = Budget(period="day")
    assert window_with(day, moment(2027, 1, 2), NOW).last == moment(2027, 1, 2)
    rolling = Budget(period="rolling", rolling_hours=3)
    assert window_with(rolling, moment(2027, 1, 3, 9), NOW).last == moment(2027, 1, 3, 10)
    assert window_with(rolling, moment(2027, 1, 3, 5), NOW).last == moment(2027, 1, 3, 5)


def test_a_rolling_period_frees_its_oldest_hour_first() -> None:
    rule = Budget(period="rolling", rolling_hours=3)
    window = window_at(rule, NOW)
    assert frees_at(rule, window, moment(2027, 1, 3, 8)) == moment(2027, 1, 3, 11)
    assert frees_at(rule, window, None) == moment(2027, 1, 3, 13)


def test_nothing_used_of_nothing_is_all_of_it() -> None:
    window = window_at(Budget(period="total"), NOW)
    assert Standing(Budget(), "", window, limit=0).percent == 100
    assert Standing(Budget(), "", window, limit=200, used=50).percent == 25


def test_the_fullest_of_ones_budgets_comes_first(owner: User, stranger: User) -> None:
    budget_make("user", user=owner, limit=100, name="A")
    budget_make("user", user=owner, limit=30, name="B")
    budget_make("user", user=stranger, limit=30, name="C")
    hold_settle(hold=opened(owner, "a"), usage=TokenUsage(10, 10))
    assert [one.budget.name for one in budgets_of(owner)] == ["B", "A"]
    with CaptureQueriesContext(connection) as caught:
        budgets_of(owner)
    assert len(caught) == 2


def test_no_rules_stand_nowhere(owner: User) -> None:
    assert (standings([])[0], standings_shared([]), budgets_of(owner)) == ([], {}, [])


def test_a_rule_for_each_stands_as_who_used_most(owner: User, stranger: User) -> None:
    budget = budget_make(limit=100, is_each=True)
    opened(owner, "a", prompt=5, output=5)
    opened(stranger, "b", prompt=20, output=20)
    standing = standings_shared([budget])[budget.pk]
    assert (standing.subject, standing.reserved, standing.room) == (stranger.pk, 40, 60)


def test_past_calls_count_by_scope_and_measure(owner: User, stranger: User) -> None:
    made: list[tuple[User, str, dict[str, Any]]] = [
        (owner, "g1:0", {}),
        (owner, "g1:1", {}),
        (owner, "g2:0", {"is_of_agent": True}),
        (stranger, "g3:0", {"is_of_key": True}),
        (stranger, "g4:title:0", {"context": "title"}),
    ]
    for at, (person, key, facts) in enumerate(made):
        hold = opened(person, key, **facts)
        hold_settle(hold=hold, usage=TokenUsage(at + 1, 1), is_incomplete=at in (2, 4))
    group = Group.objects.create(name="Team")
    GroupMember.objects.create(group=group, user=stranger)
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({}, [2, 3, 5, 5, 7]),
        ({"measure": Measure.TOKENS}, [2, 3, 4, 5, 6]),
        ({"measure": Measure.MESSAGES}, [1, 1, 1]),
        ({"scope": Scope.USER, "user": owner}, [2, 3, 5]),
        ({"scope": Scope.ROLE, "user": owner}, [2, 3, 5, 5, 7]),
        ({"scope": Scope.GROUP, "scope_id": group.pk}, [5, 7]),
        ({"scope": Scope.AGENT}, [5]),
        ({"scope": Scope.KEY}, [5]),
    ]
    for fields, amounts in cases:
        rule = budget_make(**fields)
        found = calls_counted(rule, since=moment(2020, 1, 1))
        assert [call.amount for call in found] == amounts, fields
    assert list(calls_counted(budget_make(), since=moment(2090, 1, 1))) == []


def test_a_simulation_refuses_what_does_not_fit_and_goes_on() -> None:
    rule = Budget(period="rolling", rolling_hours=2, limit=10, is_each=True, scope="instance")
    start = moment(2027, 1, 1, 8)
    calls = [
        PastCall("a", start, 8),
        PastCall("b", start, 10),
        PastCall("a", start, 3),
        PastCall("a", start, 2),
        PastCall("b", start + timedelta(hours=1), 1),
        PastCall("a", start + timedelta(hours=2), 10),
    ]
    assert simulate(rule, calls) == Simulation(calls=6, refused=2, people=2)


def test_what_is_left_burns_down_by_hour_and_by_day(owner: User, clock_at: Clock) -> None:
    clock_at(NOW - timedelta(hours=2))
    hourly = budget_make(limit=100, period="day")
    daily = budget_make(limit=100, is_each=True)
    forever = budget_make(limit=50, period="total")
    hold_settle(hold=opened(owner, "a"), usage=TokenUsage(10, 10))
    clock_at(NOW)
    hold_settle(hold=opened(owner, "b"), usage=TokenUsage(5, 5))
    stood = standings_shared([hourly, daily, forever])
    points = burn_down(stood[hourly.pk])
    assert points[0] == ("00:00", 100)
    assert points[-3:] == (("08:00", 80), ("09:00", 80), ("10:00", 70))
    assert burn_down(stood[daily.pk])[-1][1] == 70
    assert burn_down(stood[forever.pk])[-1][1] == 20


def test_the_check_of_the_books_finds_promises_that_nobody_made(owner: User) -> None:
    budget_make(limit=100, period="total")
    opened(owner, "a")
    assert ledger_check() == []
    BudgetBucket.objects.update(reserved=25)
    assert ledger_check() == [
        "Budget The budget at 1970-01-01 00:00: 25 reserved, open holds have 20, used are 0.",
    ]
    BudgetBucket.objects.update(reserved=0)
    Hold.objects.update(state="released", credits=0)
    assert ledger_check() == ["Hold a is closed and still takes of a budget."]
