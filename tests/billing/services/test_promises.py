"""Credits of an invitation: kept while balances are off, booked once with the first balance."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import AuditEvent, OneTimeToken, PrincipalType, User
from accounts.services.cleanup import expired_purge, tokens_outdated
from accounts.services.invites import invite_find, invite_make, invite_use
from accounts.services.overrides import For, override_put
from billing.models import Balance, Entry, Transaction
from billing.models.account import Kind
from billing.queries.books import ledger_check, trial_balance
from billing.queries.promises import credits_promised
from billing.services.adjustments import Order, balance_add, balance_set
from billing.services.balances import balance_ensure, balance_get
from tests.accounts.mails import query_of
from tests.factories.money import balances_on, purse
from tests.factories.people import person

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PROMISE = {"credits": 700, "key": "file-1", "reason": "Welcome"}
Hold = Callable[[datetime], None]


def invited(admin: User, email: str = "ada@example.org") -> User:
    """Return somebody who has used an invitation that promises credits."""
    token = query_of(invite_make(email=email, actor=admin))["token"]
    row = OneTimeToken.objects.get(email=email)
    OneTimeToken.objects.filter(pk=row.pk).update(data={**row.data, **PROMISE})
    user = person(email)
    invite_use(invite=invite_find(token=token), user=user)
    return user


def test_nothing_is_booked_while_balances_are_off_and_the_promise_stays(admin: User) -> None:
    ada = invited(admin)
    assert balance_get(ada) is None
    assert credits_promised([ada.pk, admin.pk]) == {ada.pk: 700}
    assert not Transaction.objects.exists()


def test_it_is_booked_once_beside_the_start_balance(admin: User) -> None:
    ada = invited(admin)
    with balances_on(startBalance=50):
        for _ in range(2):
            balance_get(ada)
    assert purse(ada) == (750, 0, 0)
    assert set(Transaction.objects.values_list("key", "context")) == {
        (f"start:{ada.pk}", "start"),
        (f"admin:file-1:{ada.pk}", "admin"),
    }
    assert Entry.objects.get(account__kind=Kind.ADJUSTMENT).credits == -700
    assert (trial_balance(), ledger_check()) == (0, [])
    event = AuditEvent.objects.get(action="balance.added")
    assert (event.actor_id, event.target_id) == (admin.pk, ada.pk)
    assert event.metadata["reason"] == "Welcome"
    assert credits_promised([ada.pk]) == {}
    assert OneTimeToken.objects.get().data == {"role": "USER", "groups": [], "by": admin.pk}


def test_balances_that_are_switched_on_for_one_role_pay_at_once(admin: User) -> None:
    ada = invited(admin)
    override_put(
        whose=For(PrincipalType.ROLE, "USER"),
        overrides={"balance": {"enabled": True, "startBalance": 0}},
        actor=admin,
    )
    assert balance_get(ada) is not None
    assert purse(ada) == (700, 0, 0)


def test_the_same_order_by_hand_adds_nothing_more_and_setting_counts_it(admin: User) -> None:
    ada = invited(admin)
    with balances_on():
        order = Order(actor=admin, reason="Welcome", key="file-1")
        assert not balance_add(owner=ada, amount=700, order=order).is_new
        assert purse(ada) == (700, 0, 0)
        balance_set(owner=ada, amount=5, order=Order(actor=admin, reason="Set", key="other"))
    assert purse(ada) == (5, 0, 0)


def test_it_goes_with_the_person_and_not_with_the_address(admin: User) -> None:
    ada = invited(admin)
    User.objects.filter(pk=ada.pk).update(email="ada@elsewhere.example")
    other = person("ada@example.org")
    with balances_on():
        balance_ensure(user=other)
        balance_ensure(user=ada)
    assert purse(other) == (0, 0, 0)
    assert purse(ada) == (700, 0, 0)


def test_an_inviter_who_is_gone_takes_no_promise_along(admin: User) -> None:
    boss = person(role="ADMIN")
    ada = invited(boss)
    boss.delete()
    with balances_on():
        balance_ensure(user=ada)
    assert purse(ada) == (700, 0, 0)
    assert AuditEvent.objects.get(action="balance.added").actor_id == ""


def test_who_was_promised_nothing_gets_nothing(admin: User, owner: User) -> None:
    invited(admin)
    with balances_on():
        balance_ensure(user=owner)
    assert purse(owner) == (0, 0, 0)
    assert not AuditEvent.objects.filter(action="balance.added").exists()


def test_a_promise_is_not_tidied_away_before_it_was_kept(admin: User, clock_at: Hold) -> None:
    clock_at(NOW)
    ada = invited(admin)
    invite_make(email="never@example.org", actor=admin)
    clock_at(NOW + timedelta(days=400))
    assert tokens_outdated().count() == 1
    expired_purge()
    assert OneTimeToken.objects.get().user == ada
    with balances_on():
        balance_ensure(user=ada)
    assert purse(ada) == (700, 0, 0)
    expired_purge()
    assert not OneTimeToken.objects.exists()
    assert Balance.objects.count() == 1
