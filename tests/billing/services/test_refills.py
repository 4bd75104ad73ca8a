"""Refills: when they are due, and that each counts once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from billing.models import Balance, Transaction
from billing.queries.books import ledger_check
from billing.services.balances import balance_ensure
from billing.services.refills import NEVER, next_refill_at, refill_due_at, refill_if_due
from tests.factories.money import balances_on, purse

Hold = Callable[[datetime], None]
START = datetime(2027, 1, 31, 12, tzinfo=UTC)
MONTHLY = {
    "autoRefillEnabled": True,
    "refillIntervalValue": 1,
    "refillIntervalUnit": "months",
    "refillAmount": 50,
}

moments = st.builds(
    datetime.fromtimestamp,
    st.integers(946_684_800, 4_102_444_800),  # the years 2000 to 2100
    st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]),
)


@pytest.mark.parametrize(
    ("last", "value", "unit", "due"),
    [
        (START, 45, "seconds", datetime(2027, 1, 31, 12, 0, 45, tzinfo=UTC)),
        (START, 3, "minutes", datetime(2027, 1, 31, 12, 3, tzinfo=UTC)),
        (START, 12, "hours", datetime(2027, 2, 1, tzinfo=UTC)),
        (START, 30, "days", datetime(2027, 3, 2, 12, tzinfo=UTC)),
        (START, 2, "weeks", datetime(2027, 2, 14, 12, tzinfo=UTC)),
        (START, 1, "months", datetime(2027, 2, 28, 12, tzinfo=UTC)),
        (START, 13, "months", datetime(2028, 2, 29, 12, tzinfo=UTC)),
        (START, 11, "months", datetime(2027, 12, 31, 12, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), 12, "months", datetime(2029, 2, 28, tzinfo=UTC)),
        # The night the clocks go forward in Europe: 24 hours later in UTC all the same.
        (
            datetime(2027, 3, 27, 1, 30, tzinfo=UTC),
            1,
            "days",
            datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
        ),
        (START, 10**6, "months", NEVER),
        (START, 2**31 - 1, "weeks", NEVER),
        (START, 10**7, "days", NEVER),
    ],
)
def test_the_next_refill_is_due_an_interval_later(
    last: datetime,
    value: int,
    unit: str,
    due: datetime,
) -> None:
    assert next_refill_at(last, value=value, unit=unit) == due


@given(moments, st.integers(1, 60))
def test_a_month_later_is_in_the_month_that_many_later(last: datetime, value: int) -> None:
    due = next_refill_at(last, value=value, unit="months")
    assert (due.year * 12 + due.month) - (last.year * 12 + last.month) == value
    assert due.time() == last.time()
    assert due.day == last.day or (due + timedelta(days=1)).day == 1


def test_a_refill_counts_once_per_period(owner: User, clock_at: Hold) -> None:
    clock_at(START)
    with balances_on(**MONTHLY):
        balance_ensure(user=owner)
        clock_at(datetime(2027, 2, 28, 11, 59, 59, tzinfo=UTC))
        assert refill_if_due(user=owner) is False
        clock_at(datetime(2027, 2, 28, 12, tzinfo=UTC))
        assert refill_if_due(user=owner) is True
        assert refill_if_due(user=owner) is False
    assert purse(owner) == (50, 0, 0)
    booked = Transaction.objects.get()
    assert booked.key == f"refill:{owner.pk}:2027-01-31T12:00:00+00:00"
    assert booked.context == "autoRefill"
    assert ledger_check() == []


def test_two_checks_of_the_same_period_refill_once(owner: User, clock_at: Hold) -> None:
    clock_at(START)
    with balances_on(**MONTHLY):
        balance_ensure(user=owner)
        stale = Balance.objects.get(user=owner)
        clock_at(START + timedelta(days=40))
        assert refill_if_due(user=owner) is True
        # The second one read the balance before the first one wrote it.
        clock_at(START + timedelta(days=80))
        reads = iter([stale])

        def read_before(**_: object) -> Balance:
            return next(reads)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Balance.objects, "get", read_before)
            assert refill_if_due(user=owner) is False
    assert purse(owner) == (50, 0, 0)


def test_a_clock_that_was_set_back_does_not_refill_a_period_again(
    owner: User,
    clock_at: Hold,
) -> None:
    clock_at(START)
    with balances_on(**MONTHLY):
        balance_ensure(user=owner)
        clock_at(START + timedelta(days=40))
        assert refill_if_due(user=owner) is True
        Balance.objects.filter(user=owner).update(last_refill=START)
        assert refill_if_due(user=owner) is False
    assert purse(owner) == (50, 0, 0)
    assert Balance.objects.get(user=owner).last_refill == START + timedelta(days=40)


@pytest.mark.parametrize("missing", [{"autoRefillEnabled": False}, {"refillAmount": 0}])
def test_without_a_rule_there_is_no_refill(
    owner: User,
    clock_at: Hold,
    missing: dict[str, object],
) -> None:
    clock_at(START)
    with balances_on(**{**MONTHLY, **missing}):
        balance_ensure(user=owner)
        clock_at(START + timedelta(days=400))
        assert refill_if_due(user=owner) is False
    assert purse(owner) == (0, 0, 0)


@pytest.mark.slow
def test_any_instants_refill_at_most_once_per_period(owner: User, clock_at: Hold) -> None:
    clock_at(START)
    with balances_on(**{**MONTHLY, "refillIntervalValue": 1, "refillIntervalUnit": "days"}):
        balance_ensure(user=owner)
        added = 0
        for hours in range(0, 24 * 60, 7):
            clock_at(START + timedelta(hours=hours))
            added += refill_if_due(user=owner)
    # Each refill starts the next day at the check that made it: every 28 hours.
    assert added == 51
    assert purse(owner) == (added * 50, 0, 0)
    assert ledger_check() == []


def test_the_next_refill_is_known_where_there_are_refills(owner: User) -> None:
    with balances_on(autoRefillEnabled=True, refillAmount=5, refillIntervalUnit="hours"):
        balance = balance_ensure(user=owner)
        due = balance.last_refill + timedelta(hours=balance.refill_interval_value)
        assert refill_due_at(balance) == due
    with balances_on(autoRefillEnabled=True, refillAmount=0):
        assert refill_due_at(balance_ensure(user=owner)) is None
    with balances_on():
        assert refill_due_at(balance_ensure(user=owner)) is None
    forever = {"refillIntervalValue": 2**31 - 1, "refillIntervalUnit": "weeks"}
    with balances_on(autoRefillEnabled=True, **forever):
        assert refill_due_at(balance_ensure(user=owner)) is None
