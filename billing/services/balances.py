"""Balances: made when first needed, kept in step with librechat.yaml, filled by grants."""

from django.db import transaction

from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.invites import OWED
from billing.models import Balance, Transaction
from billing.models.account import Kind, Owner
from billing.queries.promises import PROMISED, promises_of
from billing.services.ledger import Line, transaction_book
from billing.services.movements import balance_move
from billing.services.rules import balance_rules, is_checked_for

LARGEST_AMOUNT = 10**15
LARGEST_INTERVAL = 2**31 - 1


def balance_get(user: User) -> Balance | None:
    """Return this person's balance, made if need be; None while theirs is off."""
    return balance_ensure(user=user) if balance_rules(user).enabled else None


def balance_paying(user: User, *, team_id: str = "") -> Owner | None:
    """Return whose balance pays a call, made if need be; None: the operator pays it.

    A group pays the calls of its keys once it was given credits; nothing else pays them then.
    """
    if team_id:
        is_there = Balance.objects.filter(group_id=team_id).exists()
        return Owner(Kind.GROUP, team_id) if is_there and is_checked_for(team_id) else None
    return None if balance_get(user) is None else Owner(Kind.USER, user.pk)


def balance_ensure(*, user: User) -> Balance:
    """Return the balance with the refill rules of now.

    A fresh one has the start balance, and what an invitation promised while balances were off.
    """
    rules = _refill_rules(user)
    balance = Balance.objects.filter(user=user).first() or _balance_create(user, rules)
    changed = {name: value for name, value in rules.items() if getattr(balance, name) != value}
    if changed:
        Balance.objects.filter(pk=balance.pk).update(**changed)
        for name, value in changed.items():
            setattr(balance, name, value)
    return balance


def balance_grant(
    *,
    user: User,
    amount: int,
    key: str,
    context: str,
    source: Kind = Kind.GRANTS,
) -> bool:
    """Add credits once per key, repaying debt first; return whether this call added them.

    source: the account of the house that they come from.
    """
    with transaction.atomic():
        # The row lock makes the question and the answer one step.
        Balance.objects.select_for_update().get(user=user)
        if Transaction.objects.filter(key=key).exists():
            return False
        movement = balance_move(Owner.of(user), grant=amount)
        transaction_book(
            Transaction(key=key, user=user, context=context),
            lines=[
                Line(Kind.USER, amount, raw_amount=amount),
                Line(source, -amount, raw_amount=-amount),
                *movement.lines(Kind.USER),
            ],
        )
    return True


def _balance_create(user: User, rules: dict[str, bool | int | str]) -> Balance:
    start = _whole(balance_rules(user).start_balance, LARGEST_AMOUNT)
    with transaction.atomic():
        balance, is_new = Balance.objects.get_or_create(user=user, defaults=rules)
        if is_new and start:
            balance_grant(user=user, amount=start, key=f"start:{user.pk}", context="start")
        if is_new:
            _promises_keep(user)
            balance.refresh_from_db()
    return balance


def _promises_keep(user: User) -> None:
    """Book what the person's invitation promised, as its maker would have by hand."""
    for row in promises_of(user):
        told = row.data
        amount, key = int(told[OWED]), f"admin:{told['key']}:{user.pk}"
        balance_grant(user=user, amount=amount, key=key, context="admin", source=Kind.ADJUSTMENT)
        act = Act(
            category="billing",
            action="balance.added",
            actor=User.objects.filter(pk=told["by"]).first(),
            target=Target.person(user),
            metadata={"promised": amount, "booking": key, "reason": told["reason"]},
        )
        audit_record(act)
        row.data = {name: value for name, value in told.items() if name not in PROMISED}
        row.save(update_fields=["data"])


def _refill_rules(user: User) -> dict[str, bool | int | str]:
    rules = balance_rules(user)
    return {
        "auto_refill_enabled": rules.auto_refill_enabled,
        "refill_interval_value": max(1, _whole(rules.refill_interval_value, LARGEST_INTERVAL)),
        "refill_interval_unit": rules.refill_interval_unit,
        "refill_amount": _whole(rules.refill_amount, LARGEST_AMOUNT),
    }


def _whole(number: float, largest: int) -> int:
    return int(min(max(number, 0), largest))
