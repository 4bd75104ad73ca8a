"""Who pays a call: balances and transactions switched on and off."""

from datetime import timedelta

import pytest

from accounts.models import ConfigOverride, User
from billing.errors import InsufficientBalanceError
from billing.models import Balance, Entry, Hold, Transaction
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check
from billing.services import charging
from billing.services.charging import hold_open, hold_release, hold_settle
from librechat.kernel import clock, yaml_config
from tests.factories.money import balances_on, call_make, purse


def test_while_balances_are_off_the_operator_pays_and_nothing_is_checked(owner: User) -> None:
    with yaml_config.override({}):
        hold = hold_open(call=call_make(owner), prompt_tokens=10**6, output_tokens=10**6)
        assert (hold.is_recorded, hold.payer, hold.credits) == (True, "operator", 0)
        assert hold_settle(hold=hold, usage=TokenUsage(10, 5)) == 15
        assert hold_settle(hold=hold, usage=TokenUsage(10, 5)) == 15
    assert not Balance.objects.exists()
    rows = Entry.objects.values_list("account__kind", "credits")
    assert sorted(rows) == [("operator", -10), ("operator", -5), ("revenue", 15)]
    assert Transaction.objects.get().user == owner
    assert ledger_check() == []


def test_a_balance_can_be_checked_for_some_only(owner: User, stranger: User) -> None:
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides={"balance": {"enabled": True, "startBalance": 30, "reservationTtlMs": 10_000}},
    )
    with yaml_config.override({"transactions": {"enabled": False}}):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        free = hold_open(call=call_make(stranger, "call-2"), prompt_tokens=999, output_tokens=9)
        assert (hold.payer, hold.is_recorded, hold.credits) == ("user", True, 20)
        assert hold.expires_at <= clock.now() + timedelta(seconds=10)
        assert (free.payer, free.is_recorded) == ("operator", False)
        with pytest.raises(InsufficientBalanceError):
            hold_open(call=call_make(owner, "call-3"), prompt_tokens=11, output_tokens=1)
    assert purse(owner) == (30, 20, 0)


def test_a_balance_can_be_off_for_some(owner: User) -> None:
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides={"balance": {"enabled": False}},
    )
    with balances_on():
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        assert (hold.payer, hold.is_recorded) == ("operator", True)
        assert hold_settle(hold=hold, usage=TokenUsage(10, 5)) == 15
    assert not Balance.objects.exists()
    assert ledger_check() == []


def test_while_balances_are_off_a_release_writes_no_transaction(owner: User) -> None:
    with yaml_config.override({}):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        hold_release(hold=hold)
    assert Hold.objects.get().state == "released"
    assert not Transaction.objects.exists()


def test_while_transactions_are_off_nothing_is_written(owner: User) -> None:
    with yaml_config.override({"transactions": {"enabled": False}}):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        assert charging.hold_extend(hold=hold, output_tokens=50).output_tokens == 50
        assert hold_settle(hold=hold, usage=TokenUsage(10, 5)) == 15
        hold_release(hold=hold)
    assert hold.is_recorded is False
    assert not Hold.objects.exists()
    assert not Transaction.objects.exists()
    assert not Balance.objects.exists()


def test_a_checked_balance_is_booked_whatever_transactions_say(owner: User) -> None:
    on = {"balance": {"enabled": True}, "transactions": {"enabled": False}}
    with yaml_config.override(on):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
        hold_settle(hold=hold, usage=TokenUsage(10, 10))
    assert purse(owner) == (19_980, 0, 0)


def test_balances_switched_off_meanwhile_do_not_lose_the_hold(owner: User) -> None:
    with balances_on(startBalance=100):
        hold = hold_open(call=call_make(owner), prompt_tokens=10, output_tokens=10)
    with yaml_config.override({"transactions": {"enabled": False}}):
        hold_settle(hold=hold, usage=TokenUsage(10, 5))
    assert purse(owner) == (85, 0, 0)
