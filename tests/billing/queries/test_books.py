"""The check that the books balance finds every sort of fault."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from billing.models import Account, Balance, Entry, Hold, Transaction
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check, trial_balance
from billing.services.charging import hold_open, hold_settle
from tests.factories.money import balances_on, call_make


@pytest.fixture
def paid(owner: User) -> User:
    """Return somebody with 900 credits, 20 of them held, and a debt-free past."""
    with balances_on(startBalance=1000):
        hold = hold_open(call=call_make(owner, "paid"), prompt_tokens=100, output_tokens=0)
        hold_settle(hold=hold, usage=TokenUsage(100))
        hold_open(call=call_make(owner, "open"), prompt_tokens=20, output_tokens=0)
    return owner


def test_honest_books_have_no_faults(paid: User) -> None:
    assert trial_balance() == 0
    assert ledger_check() == []


def test_empty_books_have_no_faults(owner: User) -> None:
    assert trial_balance() == 0
    assert ledger_check() == []


def test_a_transaction_that_does_not_sum_to_zero_is_named(paid: User) -> None:
    Entry.objects.create(
        transaction=Transaction.objects.get(key="call:paid"),
        account=Account.objects.get(kind="revenue"),
        credits=3,
    )
    assert trial_balance() == 3
    assert ledger_check() == ["Transaction call:paid sums to 3, not 0."]


def test_a_balance_that_differs_from_its_account_is_named(paid: User) -> None:
    Balance.objects.update(credits=901, debt_credits=5)
    assert ledger_check() == [
        f"Balance of {paid.pk}: credits is 901, booked are 900.",
        f"Balance of {paid.pk}: debt_credits is 5, booked are 0.",
    ]


def test_held_credits_without_a_hold_are_named(paid: User) -> None:
    Balance.objects.update(held_credits=21)
    assert ledger_check() == [f"Balance of {paid.pk}: 21 held, open holds have 20."]


def test_a_hold_that_the_sweep_forgot_is_named(
    paid: User,
    clock_at: Callable[[datetime], None],
) -> None:
    Hold.objects.filter(key="open").update(expires_at=datetime(2027, 1, 1, tzinfo=UTC))
    clock_at(datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=9))
    assert ledger_check() == []
    clock_at(datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=10))
    assert ledger_check() == ["Hold open is open though it expired long ago."]


def test_people_see_their_own_holds(paid: User, stranger: User) -> None:
    assert sorted(map(str, Hold.objects.visible_to(paid))) == ["open open", "paid settled"]
    assert not Hold.objects.visible_to(stranger).exists()
    assert str(Balance.objects.get()) == "owner@example.org: 900"
