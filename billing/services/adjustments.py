"""Balances corrected by hand: once per key, booked and on record with a reason."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from billing.errors import AmountError, BalanceOffError
from billing.models import Balance, Transaction
from billing.models.account import Kind
from billing.services.balances import LARGEST_AMOUNT, balance_ensure
from billing.services.ledger import Line, transaction_book
from billing.services.movements import balance_move
from billing.services.rules import balance_rules
from librechat.kernel.ids import new_object_id

# LibreChat's word for what an administrator books.
CONTEXT = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who corrects a balance and why; a second time with the same key changes nothing."""

    reason: str = ""
    actor: User | None = None
    caller: Caller | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Own credits before and after; ``is_new`` is False when the order was carried out before."""

    before: int
    after: int
    is_new: bool = True


def balance_add(*, user: User, amount: int, order: Order) -> Adjusted:
    """Add credits, which repay a debt first.

    Raises:
        AmountError: it is below one, or more than a balance can have; nothing was changed.
        BalanceOffError: this person has no balance; nothing was changed.
    """
    if not 0 < amount <= LARGEST_AMOUNT:
        raise AmountError(_("Credits to add are a whole number above zero. Nothing was changed."))
    with transaction.atomic():
        balance = _locked(user)
        return _adjust(balance, amount, order, action="balance.added")


def balance_set(*, user: User, amount: int, order: Order) -> Adjusted:
    """Make a balance exactly so many credits, a debt forgiven; open holds stay promised.

    Raises:
        AmountError: it is below zero, or more than a balance can have; nothing was changed.
        BalanceOffError: this person has no balance; nothing was changed.
    """
    if not 0 <= amount <= LARGEST_AMOUNT:
        raise AmountError(_("A balance is a whole number, zero or more. Nothing was changed."))
    with transaction.atomic():
        balance = _locked(user)
        change = amount - (balance.credits - balance.debt_credits)
        return _adjust(balance, change, order, action="balance.set")


def _locked(user: User) -> Balance:
    if not balance_rules(user).enabled:
        raise BalanceOffError(
            _("Balances are off for %(person)s. Nothing was changed.") % {"person": user.email},
        )
    balance_ensure(user=user)
    return Balance.objects.select_for_update().get(user=user)


def _adjust(balance: Balance, change: int, order: Order, *, action: str) -> Adjusted:
    before = balance.own_credits
    key = f"admin:{order.key or new_object_id()}:{balance.user_id}"
    if Transaction.objects.filter(key=key).exists():
        return Adjusted(before, before, is_new=False)
    after = balance.credits - balance.debt_credits + change
    if after > LARGEST_AMOUNT:
        raise AmountError(_("The balance would be too large. Nothing was changed."))
    if change:
        _book(balance, change, key)
    _record(balance, order, action=action, facts={"before": before, "after": after, "booking": key})
    return Adjusted(before, max(0, after))


def _book(balance: Balance, change: int, key: str) -> None:
    movement = balance_move(balance.user_id, grant=max(change, 0), charge=max(-change, 0))
    transaction_book(
        Transaction(key=key, user=balance.user, context=CONTEXT),
        lines=[
            Line(Kind.USER, change, raw_amount=change),
            Line(Kind.ADJUSTMENT, -change, raw_amount=-change),
            *movement.lines(),
        ],
    )


def _record(balance: Balance, order: Order, *, action: str, facts: dict[str, object]) -> None:
    act = Act(
        category="billing",
        action=action,
        actor=order.actor,
        target=Target.person(balance.user),
        metadata={**facts, "reason": order.reason},
        caller=order.caller,
    )
    audit_record(act)
