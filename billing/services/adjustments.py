"""Balances corrected by hand: once per key, booked and on record with a reason."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.limits.caller import Caller
from accounts.models import Group, User
from accounts.services.audit import Act, Target, audit_record
from billing.errors import AmountError, BalanceHeldError, BalanceOffError
from billing.models import Balance, Transaction
from billing.models.account import Kind, Owner
from billing.services.balances import LARGEST_AMOUNT, balance_ensure
from billing.services.ledger import Line, transaction_book
from billing.services.movements import balance_move
from billing.services.rules import balance_rules, is_checked_for
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


def balance_add(*, owner: User | Group, amount: int, order: Order) -> Adjusted:
    """Add credits, which repay a debt first; a group's first ones make it pay for its keys.

    Raises:
        AmountError: it is below one, or more than a balance can have; nothing was changed.
        BalanceOffError: this person or group can have no balance; nothing was changed.
    """
    if not 0 < amount <= LARGEST_AMOUNT:
        raise AmountError(_("Credits to add are a whole number above zero. Nothing was changed."))
    with transaction.atomic():
        balance = _locked(owner)
        return _adjust(balance, amount, order, action="balance.added")


def balance_set(*, owner: User | Group, amount: int, order: Order) -> Adjusted:
    """Make a balance exactly so many credits, a debt forgiven; open holds stay promised.

    Raises:
        AmountError: it is below zero, or more than a balance can have; nothing was changed.
        BalanceOffError: this person or group can have no balance; nothing was changed.
    """
    if not 0 <= amount <= LARGEST_AMOUNT:
        raise AmountError(_("A balance is a whole number, zero or more. Nothing was changed."))
    with transaction.atomic():
        balance = _locked(owner)
        change = amount - (balance.credits - balance.debt_credits)
        return _adjust(balance, change, order, action="balance.set")


def balance_close(*, group: Group, order: Order) -> Adjusted:
    """Take a group's balance away, with what is left; the operator pays for its keys again.

    Raises:
        BalanceOffError: it has none; nothing was changed.
        BalanceHeldError: calls that run hold credits of it; nothing was changed.
    """
    with transaction.atomic():
        balance = Balance.objects.select_for_update().filter(group=group).first()
        if balance is None:
            raise BalanceOffError(_("%(group)s has no balance.") % {"group": group.name})
        if balance.held_credits:
            raise BalanceHeldError(
                _("Calls of %(group)s are running. Try again when they have ended.")
                % {"group": group.name},
            )
        left = balance.credits - balance.debt_credits
        closed = _adjust(balance, -left, order, action="balance.closed")
        if closed.is_new:
            balance.delete()
    return closed


def _locked(owner: User | Group) -> Balance:
    if isinstance(owner, Group):
        name, is_checked = owner.name, is_checked_for(owner.pk)
    else:
        name, is_checked = owner.email, balance_rules(owner).enabled
    if not is_checked:
        raise BalanceOffError(
            _("Balances are off for %(person)s. Nothing was changed.") % {"person": name},
        )
    if isinstance(owner, User):
        balance_ensure(user=owner)
    else:
        Balance.objects.get_or_create(group=owner)
    return Balance.objects.select_for_update().get(**Owner.of(owner).column)


def _adjust(balance: Balance, change: int, order: Order, *, action: str) -> Adjusted:
    before = balance.own_credits
    key = f"admin:{order.key or new_object_id()}:{balance.owner.id}"
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
    owner = balance.owner
    movement = balance_move(owner, grant=max(change, 0), charge=max(-change, 0))
    transaction_book(
        Transaction(key=key, user=balance.user, group=balance.group, context=CONTEXT),
        lines=[
            Line(owner.kind, change, raw_amount=change),
            Line(Kind.ADJUSTMENT, -change, raw_amount=-change),
            *movement.lines(owner.kind),
        ],
    )


def _record(balance: Balance, order: Order, *, action: str, facts: dict[str, object]) -> None:
    act = Act(
        category="billing",
        action=action,
        actor=order.actor,
        target=_target(balance),
        metadata={**facts, "reason": order.reason},
        caller=order.caller,
    )
    audit_record(act)


def _target(balance: Balance) -> Target:
    if balance.group is not None:
        return Target("group", balance.group.pk, balance.group.name)
    return Target.person(balance.user) if balance.user else Target()
