"""Balances: when they are made, what changes them."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import ConfigOverride, User
from accounts.signals import user_registered
from billing.models import Balance, Entry, Transaction
from billing.models.account import Kind, Owner
from billing.queries.books import ledger_check, trial_balance
from billing.services import balances
from billing.services.balances import balance_ensure, balance_get, balance_grant
from billing.services.movements import credits_hold
from librechat.kernel import yaml_config
from tests.factories.money import balances_on, purse


def test_while_balances_are_off_nobody_gets_one(owner: User) -> None:
    assert balance_get(owner) is None
    assert not Balance.objects.exists()


def test_a_balance_is_made_at_the_first_look_with_the_start_balance(owner: User) -> None:
    with balances_on(startBalance=20000):
        balance = balance_get(owner)
        assert balance is not None
        assert balance.credits == 20000
        assert balance_ensure(user=owner).credits == 20000
    assert purse(owner) == (20000, 0, 0)
    entries = dict(Entry.objects.values_list("account__kind", "credits"))
    assert entries == {Kind.USER: 20000, Kind.GRANTS: -20000}
    assert Transaction.objects.get().key == f"start:{owner.pk}"
    assert trial_balance() == 0
    assert ledger_check() == []


def test_a_start_balance_of_nothing_books_nothing(owner: User) -> None:
    with balances_on():
        assert balance_ensure(user=owner).credits == 0
    assert not Transaction.objects.exists()


def test_a_new_person_gets_the_start_balance(owner: User, viewer: User) -> None:
    user_registered.send(sender=User, user=viewer)
    with balances_on(startBalance=500):
        user_registered.send(sender=User, user=owner)
    assert purse(owner) == (500, 0, 0)
    assert not Balance.objects.filter(user=viewer).exists()


def test_refill_rules_follow_the_file_and_credits_stay(owner: User) -> None:
    with balances_on(startBalance=70):
        assert balance_ensure(user=owner).auto_refill_enabled is False
    rules = {
        "autoRefillEnabled": True,
        "refillIntervalValue": 2,
        "refillIntervalUnit": "weeks",
        "refillAmount": 90,
    }
    with balances_on(startBalance=5000, **rules):
        balance = balance_ensure(user=owner)
    stored = Balance.objects.get(user=owner)
    for row in (balance, stored):
        assert row.credits == 70
        assert row.auto_refill_enabled is True
        assert (row.refill_interval_value, row.refill_interval_unit) == (2, "weeks")
        assert row.refill_amount == 90


def test_the_start_and_the_refills_can_differ_for_some(owner: User, stranger: User) -> None:
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides={"balance": {"startBalance": 900, "autoRefillEnabled": True}},
    )
    with balances_on(startBalance=70):
        mine, theirs = balance_ensure(user=owner), balance_ensure(user=stranger)
    assert (mine.credits, mine.auto_refill_enabled) == (900, True)
    assert (theirs.credits, theirs.auto_refill_enabled) == (70, False)


def test_amounts_of_the_file_become_whole_credits_within_reason(owner: User) -> None:
    with balances_on(startBalance=10.9, refillIntervalValue=0, refillAmount=-5):
        balance = balance_ensure(user=owner)
    assert (balance.credits, balance.refill_interval_value, balance.refill_amount) == (10, 1, 0)


def test_somebody_else_made_the_balance_meanwhile(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with balances_on(startBalance=10):
        balance_ensure(user=owner)
        made = balances._balance_create(owner, balances._refill_rules(owner))
    assert made.credits == 10
    assert Transaction.objects.count() == 1


def test_a_grant_counts_once_per_key(owner: User) -> None:
    with balances_on():
        balance_ensure(user=owner)
    assert balance_grant(user=owner, amount=40, key="gift", context="admin") is True
    assert balance_grant(user=owner, amount=40, key="gift", context="admin") is False
    assert purse(owner) == (40, 0, 0)
    assert ledger_check() == []


def test_a_grant_repays_debt_first(owner: User) -> None:
    with balances_on():
        balance_ensure(user=owner)
    Balance.objects.filter(user=owner).update(debt_credits=30)
    balance_grant(user=owner, amount=100, key="gift", context="admin")
    assert purse(owner) == (70, 0, 0)
    by_kind = dict(Entry.objects.filter(credits__gt=0).values_list("account__kind", "credits"))
    assert by_kind == {Kind.USER: 100, Kind.DEBT: 30}
    assert trial_balance() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"credits": -1},
        {"held_credits": -1},
        {"held_credits": 11},
        {"debt_credits": -1},
        {"refill_amount": -1},
        {"refill_interval_unit": "eons"},
    ],
)
def test_the_database_refuses_a_balance_that_cannot_be(
    owner: User,
    wrong: dict[str, object],
) -> None:
    with balances_on(startBalance=10):
        balance_ensure(user=owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Balance.objects.filter(user=owner).update(**wrong)
    assert purse(owner) == (10, 0, 0)


def test_held_credits_are_not_free(owner: User) -> None:
    with balances_on(startBalance=10):
        balance_ensure(user=owner)
    assert credits_hold(Owner.of(owner), at_least=6, at_most=6) == 6
    assert credits_hold(Owner.of(owner), at_least=6, at_most=6) is None
    assert credits_hold(Owner.of(owner), at_least=1, at_most=6) == 4
    assert purse(owner) == (10, 10, 0)


def test_a_debt_comes_before_a_hold(owner: User) -> None:
    with balances_on(startBalance=10):
        balance_ensure(user=owner)
    Balance.objects.filter(user=owner).update(debt_credits=4)
    assert credits_hold(Owner.of(owner), at_least=7, at_most=7) is None
    assert credits_hold(Owner.of(owner), at_least=0, at_most=7) == 6
    assert Balance.objects.get(user=owner).own_credits == 6


def test_the_section_can_be_absent(owner: User) -> None:
    with yaml_config.override({}):
        assert balance_get(owner) is None
