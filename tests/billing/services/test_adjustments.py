"""Balances corrected by hand: booked, on record, once per order; nothing absurd gets through."""

import pytest

from accounts.models import AuditEvent, User
from billing.errors import AmountError, BalanceOffError
from billing.models import Balance, Entry, Transaction
from billing.models.account import Kind
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check, trial_balance
from billing.services.adjustments import Adjusted, Order, balance_add, balance_set
from billing.services.balances import LARGEST_AMOUNT
from billing.services.charging import hold_open, hold_release, hold_settle
from tests.factories.money import balances_on, call_make, purse

NO_REASON = Order()


def books_agree() -> bool:
    return trial_balance() == 0 and ledger_check() == []


def test_credits_are_added_booked_and_on_record(owner: User, admin: User) -> None:
    with balances_on(startBalance=500):
        done = balance_add(owner=owner, amount=250, order=Order(reason="A gift", actor=admin))
    assert done == Adjusted(500, 750)
    assert purse(owner) == (750, 0, 0)
    booked = Transaction.objects.get(context="admin")
    sides = {row.account.kind: row.credits for row in booked.entries.select_related("account")}
    assert sides == {Kind.USER: 250, Kind.ADJUSTMENT: -250}
    event = AuditEvent.objects.get(action="balance.added")
    assert (event.actor_id, event.target_id, event.category) == (admin.pk, owner.pk, "billing")
    facts = {"before": 500, "after": 750, "reason": "A gift", "booking": booked.key}
    assert event.metadata == facts
    assert books_agree()


def test_one_order_is_carried_out_once(owner: User) -> None:
    order = Order(key="form-1")
    with balances_on():
        balance_add(owner=owner, amount=100, order=order)
        again = balance_add(owner=owner, amount=100, order=order)
    assert again == Adjusted(100, 100, is_new=False)
    assert purse(owner) == (100, 0, 0)
    assert AuditEvent.objects.filter(action="balance.added").count() == 1


def test_one_order_may_be_for_many_people(owner: User, viewer: User) -> None:
    order = Order(key="form-1")
    with balances_on():
        assert balance_add(owner=owner, amount=100, order=order).is_new
        assert balance_add(owner=viewer, amount=100, order=order).is_new


@pytest.mark.parametrize("amount", [0, -1, -LARGEST_AMOUNT, LARGEST_AMOUNT + 1, 10**30])
def test_an_absurd_amount_is_not_added(owner: User, amount: int) -> None:
    with balances_on(startBalance=5), pytest.raises(AmountError) as refused:
        balance_add(owner=owner, amount=amount, order=NO_REASON)
    assert refused.value.status == 400
    assert not Balance.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_balance_never_grows_beyond_what_can_be_counted(owner: User) -> None:
    with balances_on():
        balance_add(owner=owner, amount=LARGEST_AMOUNT, order=NO_REASON)
        with pytest.raises(AmountError):
            balance_add(owner=owner, amount=1, order=NO_REASON)
    assert purse(owner) == (LARGEST_AMOUNT, 0, 0)
    assert Transaction.objects.count() == 1


@pytest.mark.parametrize("amount", [-1, LARGEST_AMOUNT + 1])
def test_an_absurd_amount_is_not_set(owner: User, amount: int) -> None:
    with balances_on(startBalance=5), pytest.raises(AmountError):
        balance_set(owner=owner, amount=amount, order=NO_REASON)
    assert not Balance.objects.exists()


def test_nothing_is_changed_where_balances_are_off(owner: User) -> None:
    for change in (balance_add, balance_set):
        with pytest.raises(BalanceOffError) as refused:
            change(owner=owner, amount=5, order=NO_REASON)
        assert refused.value.status == 409
    assert not Balance.objects.exists()


@pytest.mark.parametrize("target", [0, 1, 99, 100, 101, 5000])
def test_a_balance_is_set_to_exactly_so_much(owner: User, target: int) -> None:
    with balances_on(startBalance=100):
        assert balance_set(owner=owner, amount=target, order=NO_REASON) == Adjusted(100, target)
    assert purse(owner) == (target, 0, 0)
    assert books_agree()


def test_setting_what_is_there_books_nothing_and_is_on_record(owner: User) -> None:
    with balances_on(startBalance=100):
        balance_set(owner=owner, amount=100, order=NO_REASON)
    assert not Transaction.objects.filter(context="admin").exists()
    assert AuditEvent.objects.filter(action="balance.set").count() == 1


def test_setting_a_balance_keeps_open_holds(owner: User) -> None:
    with balances_on(startBalance=100):
        hold = hold_open(call=call_make(owner), prompt_tokens=80, output_tokens=0)
        balance_set(owner=owner, amount=10, order=NO_REASON)
        row = Balance.objects.get(user=owner)
        assert (row.own_credits, row.held_credits, row.free_credits) == (10, 80, 0)
        hold_release(hold=hold)
    row = Balance.objects.get(user=owner)
    assert (row.own_credits, row.free_credits) == (10, 10)
    assert books_agree()


def test_setting_a_balance_ends_a_debt(owner: User) -> None:
    with balances_on(startBalance=100):
        hold = hold_open(call=call_make(owner), prompt_tokens=80, output_tokens=0)
        hold_settle(hold=hold, usage=TokenUsage(150))
        assert purse(owner) == (0, 0, 50)
        assert balance_set(owner=owner, amount=30, order=NO_REASON) == Adjusted(0, 30)
    assert purse(owner) == (30, 0, 0)
    assert Entry.objects.filter(account__kind=Kind.DEBT).count() == 2
    assert books_agree()
