"""Budgets over the life of a hold: partial cover, growth, expiry, what is told, what it costs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_redis.exceptions import ConnectionInterrupted

from accounts.models import User
from billing.errors import BudgetExceededError, InsufficientBalanceError, KeyTakenError
from billing.models import BudgetReservation, Hold, Transaction
from billing.models.budget import Measure
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check
from billing.services.budgets import Terms, budget_update
from billing.services.charging import (
    hold_extend,
    hold_release,
    hold_settle,
    hold_settle_abandoned,
    holds_sweep,
)
from librechat.kernel import yaml_config
from tests.factories.budgets import budget_make, counted, opened
from tests.factories.money import balances_on, purse

Clock = Callable[[datetime], None]
NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)
NOT_BOOKED = {"transactions": {"enabled": False}}


@pytest.mark.parametrize("measure", [Measure.MONEY, Measure.TOKENS])
def test_a_budget_that_covers_the_prompt_gives_what_is_left(owner: User, measure: str) -> None:
    budget = budget_make(user=owner, measure=measure, limit=30)
    hold = opened(owner, "a", prompt=12, output=100)
    assert (hold.output_tokens, counted(budget)) == (18, (0, 30))
    with pytest.raises(BudgetExceededError):
        hold_extend(hold=hold, output_tokens=19)
    assert (Hold.objects.get().output_tokens, counted(budget)) == (18, (0, 30))
    hold_settle(hold=hold, usage=TokenUsage(12, 18))
    assert counted(budget) == (30, 0)


def test_the_tightest_of_budgets_and_balance_decides(owner: User) -> None:
    loose = budget_make(user=owner, limit=90)
    tight = budget_make(user=owner, measure=Measure.TOKENS, limit=40)
    with balances_on(startBalance=25):
        hold = opened(owner, "a", prompt=10, output=100)
        assert (hold.output_tokens, purse(owner)) == (15, (25, 25, 0))
        assert [counted(one) for one in (loose, tight)] == [(0, 25), (0, 25)]
        hold_release(hold=hold)
    with balances_on(startBalance=25):
        budget_update(budget=tight, terms=Terms(name="T", limit=20, behaviour="block"), actor=owner)
        hold = opened(owner, "b", prompt=10, output=100)
        assert (hold.output_tokens, purse(owner)) == (10, (25, 20, 0))
    assert ledger_check() == []


def test_a_balance_that_is_too_low_leaves_budgets_as_they_were(owner: User) -> None:
    budget = budget_make(user=owner, limit=90)
    with balances_on(startBalance=5), pytest.raises(InsufficientBalanceError):
        opened(owner, "a")
    assert counted(budget) == (0, 0)


def test_a_growing_answer_takes_more_of_a_budget_in_steps(owner: User) -> None:
    budget = budget_make(user=owner, limit=60)
    messages = budget_make(user=owner, measure=Measure.MESSAGES, limit=1)
    hold = opened(owner, "a")
    hold_extend(hold=hold, output_tokens=25)
    assert (counted(budget), counted(messages)) == ((0, 35), (0, 1))
    hold_extend(hold=hold, output_tokens=500)
    assert (hold.output_tokens, counted(budget)) == (50, (0, 60))


def test_a_warning_never_holds_an_answer_back(owner: User) -> None:
    budget = budget_make(user=owner, limit=0, behaviour="warn")
    hold = opened(owner, "a")
    hold_extend(hold=hold, output_tokens=500)
    assert (hold.output_tokens, counted(budget)) == (500, (0, 510))


def test_an_answer_that_has_begun_keeps_its_model(owner: User) -> None:
    budget = budget_make(user=owner, limit=20, behaviour="cheaper", cheaper_model="cheap")
    hold = opened(owner, "a")
    hold_extend(hold=hold, output_tokens=500)
    assert counted(budget) == (0, 510)


def test_what_costs_nothing_is_let_through_a_budget_of_money_that_is_used_up(
    owner: User,
) -> None:
    budget_make(user=owner, limit=0)
    hold = opened(owner, "a", prompt=0, output=0)
    assert hold.is_recorded
    with pytest.raises(BudgetExceededError):
        opened(owner, "b", prompt=1, output=0)


def test_the_same_call_twice_is_reserved_once(owner: User, stranger: User) -> None:
    budget = budget_make(user=owner, measure=Measure.MESSAGES, limit=1)
    first = opened(owner, "a")
    assert opened(owner, "a").pk == first.pk
    assert counted(budget) == (0, 1)
    with pytest.raises(KeyTakenError):
        opened(stranger, "a")


def test_an_expired_hold_gives_its_share_back_and_settles_late(
    owner: User, clock_at: Clock
) -> None:
    clock_at(NOON)
    budget = budget_make(user=owner, limit=30, period="hour")
    late = opened(owner, "a")
    clock_at(NOON + timedelta(minutes=31))
    assert holds_sweep() == 1
    assert counted(budget) == (0, 0)
    other = opened(owner, "b")
    with pytest.raises(BudgetExceededError):
        hold_extend(hold=late, output_tokens=10)
    hold_settle_abandoned(key="a", usage=TokenUsage(10, 10))
    assert counted(budget) == (20, 20)
    hold_settle(hold=other, usage=TokenUsage(10, 10))
    with pytest.raises(BudgetExceededError) as refused:
        opened(owner, "c")
    assert refused.value.data["body"]["left"] == 0  # type: ignore[index]
    assert ledger_check() == []


def test_an_expired_hold_that_goes_on_takes_its_share_again(owner: User, clock_at: Clock) -> None:
    clock_at(NOON)
    budget = budget_make(user=owner, limit=30, period="day")
    messages = budget_make(user=owner, measure=Measure.MESSAGES, limit=1)
    hold = opened(owner, "a")
    clock_at(NOON + timedelta(hours=1))
    holds_sweep()
    hold_extend(hold=hold, output_tokens=10)
    assert (counted(budget), counted(messages)) == ((0, 20), (0, 1))
    clock_at(NOON + timedelta(hours=2))
    holds_sweep()
    opened(owner, "b", prompt=1, output=1)
    with pytest.raises(BudgetExceededError) as refused:
        hold_extend(hold=hold, output_tokens=10)
    assert refused.value.data["body"]["measure"] == "messages"  # type: ignore[index]
    hold_release(hold=hold)
    assert (counted(budget), counted(messages)) == ((0, 2), (0, 1))


def test_a_call_counts_in_the_period_in_which_it_began(owner: User, clock_at: Clock) -> None:
    clock_at(NOON + timedelta(minutes=59))
    budget = budget_make(user=owner, limit=20, period="hour")
    hold = opened(owner, "a")
    clock_at(NOON + timedelta(minutes=61))
    hold_settle(hold=hold, usage=TokenUsage(10, 10))
    opened(owner, "b")
    rows = budget.buckets.order_by("starts_at").values_list("starts_at", "used", "reserved")
    assert list(rows) == [(NOON, 20, 0), (NOON + timedelta(hours=1), 0, 20)]


def test_of_several_that_refuse_the_last_to_reset_is_named(owner: User) -> None:
    budget_make(user=owner, limit=0, period="hour", name="Hourly")
    budget_make(user=owner, limit=0, period="total", name="In all")
    budget_make(user=owner, limit=0, period="month", name="Monthly")
    with pytest.raises(BudgetExceededError) as refused:
        opened(owner, "a")
    assert refused.value.data["body"]["rule"] == "In all"  # type: ignore[index]


def test_marks_are_told_once_a_period_and_person(
    owner: User, stranger: User, clock_at: Clock
) -> None:
    clock_at(NOON)
    budget_make(user=owner, measure=Measure.MESSAGES, limit=5, behaviour="warn", period="day")
    told = [opened(owner, f"o{at}").notices for at in range(4)]
    assert [len(each) for each in told] == [0, 0, 0, 1]
    assert told[3][0].startswith("80 % of the budget “The budget” is used.")
    [used_up] = opened(stranger, "s").notices
    assert "is used up. Nothing is held back. There is room again from" in used_up
    assert len(opened(owner, "o5").notices) == 1
    assert opened(owner, "o6").notices == ()
    clock_at(NOON + timedelta(days=1))
    cache.clear()  # which forgets by the real clock
    assert [len(opened(owner, f"n{at}").notices) for at in range(4)] == [0, 0, 0, 1]


@pytest.mark.parametrize("period", ["total", "month", "rolling"])
def test_what_was_told_is_known_after_a_restart(
    owner: User, stranger: User, clock_at: Clock, period: str
) -> None:
    clock_at(NOON)
    hours: dict[str, Any] = {"rolling_hours": 3} if period == "rolling" else {}
    budget_make(user=owner, limit=0, behaviour="warn", period=period, **hours)
    assert len(opened(owner, "a").notices) == 1
    cache.clear()
    clock_at(NOON + timedelta(hours=1))
    assert opened(owner, "b").notices == ()
    assert len(opened(stranger, "c").notices) == 1


def test_while_the_cache_is_away_budgets_hold_and_warn_all_the_same(
    owner: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise ConnectionInterrupted(None)

    budget_make(user=owner, limit=0, behaviour="warn")
    tight = budget_make(user=owner, measure=Measure.MESSAGES, limit=2)
    for name in ("get", "set", "delete"):
        monkeypatch.setattr(cache, name, away, raising=False)
    with django_capture_on_commit_callbacks(execute=True):
        told = [len(opened(owner, key).notices) for key in ("a", "b")]
    assert told == [1, 0]
    with pytest.raises(BudgetExceededError):
        opened(owner, "c")
    assert counted(tight) == (0, 2)


def test_a_rolling_budget_is_told_anew_when_its_hours_have_passed(
    owner: User, clock_at: Clock
) -> None:
    clock_at(NOON)
    budget_make(user=owner, limit=0, behaviour="warn", period="rolling", rolling_hours=3)
    told = []
    for hours in range(5):
        clock_at(NOON + timedelta(hours=hours))
        told.append(len(opened(owner, f"h{hours}").notices))
    assert told == [1, 0, 0, 1, 0]


def test_a_lower_mark_is_not_told_after_a_higher_one(owner: User) -> None:
    budget_make(user=owner, limit=10, measure=Measure.MESSAGES, behaviour="warn", period="total")
    holds = [opened(owner, f"o{at}") for at in range(10)]
    assert [len(hold.notices) for hold in holds] == [0] * 7 + [1, 0, 1]
    hold_release(hold=holds[0])
    hold_release(hold=holds[1])
    cache.clear()
    assert opened(owner, "again").notices == ()


def test_a_call_that_is_refused_has_told_nothing(owner: User) -> None:
    budget_make(user=owner, limit=0, behaviour="warn", period="total")
    wall = budget_make(user=owner, limit=0)
    with pytest.raises(BudgetExceededError):
        opened(owner, "a")
    wall.delete()
    assert len(opened(owner, "b").notices) == 1


def test_while_nothing_is_booked_budgets_count_nevertheless(owner: User) -> None:
    with yaml_config.override(NOT_BOOKED):
        budget = budget_make(user=owner, limit=30)
        hold = opened(owner, "a")
        assert hold.is_recorded
        assert hold_settle(hold=hold, usage=TokenUsage(10, 10)) == 20
        assert counted(budget) == (20, 0)
        with pytest.raises(BudgetExceededError):
            opened(owner, "b", prompt=11)
    assert not Transaction.objects.exists()
    assert not BudgetReservation.objects.exists()


def test_a_call_that_no_budget_counts_leaves_no_row_while_nothing_is_booked(
    owner: User, stranger: User
) -> None:
    with yaml_config.override(NOT_BOOKED):
        budget_make("user", user=stranger, limit=0)
        hold = opened(owner, "a")
        hold_extend(hold=hold, output_tokens=99)
        assert hold_settle(hold=hold, usage=TokenUsage(10, 99)) == 109
    assert not Hold.objects.exists()


def test_without_budgets_a_call_asks_for_them_once_in_two_seconds(owner: User) -> None:
    def queries(key: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            hold = opened(owner, key)
            hold_settle(hold=hold, usage=TokenUsage(1, 1))
        return sum('FROM "billing_budget" ' in query["sql"] for query in caught)

    assert queries("a") == 1
    assert queries("b") == 0


def test_budgets_cost_as_many_queries_for_one_as_for_more(owner: User) -> None:
    def queries(key: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            opened(owner, key)
        return len(caught)

    budget_make(user=owner, limit=1000)
    opened(owner, "first")
    one = queries("one")
    budget_make(user=owner, limit=1000, measure=Measure.TOKENS)
    opened(owner, "second")
    # Each further budget writes its own counter.
    assert queries("two") == one + 1
