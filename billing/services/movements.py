"""Changes of one balance: decided in pure code, written in one conditional UPDATE."""

from dataclasses import dataclass

from django.db.models import F

from billing.models import Balance
from billing.models.account import Kind, Owner
from billing.services.ledger import Line


@dataclass(frozen=True, slots=True)
class Purse:
    """A balance as plain numbers."""

    credits: int
    held: int
    debt: int


@dataclass(frozen=True, slots=True)
class Movement:
    """A purse after a change; ``overdraft`` became debt, ``repaid`` was taken to reduce it."""

    purse: Purse
    overdraft: int
    repaid: int

    def lines(self, kind: Kind) -> list[Line]:
        """Return the entries between an owner's account of that kind and their debt."""
        from_debt = self.overdraft - self.repaid
        if not from_debt:
            return []
        return [
            Line(kind, from_debt, raw_amount=from_debt),
            Line(Kind.DEBT, -from_debt, raw_amount=-from_debt),
        ]


def moved(purse: Purse, *, release: int = 0, charge: int = 0, grant: int = 0) -> Movement:
    """Return the purse after giving a hold back, paying a call and adding a grant.

    Other holds are never touched: what the free credits do not cover becomes debt, and free
    credits repay debt.
    """
    held = purse.held - release
    free = purse.credits + grant - held
    overdraft = max(0, charge - free)
    free -= charge - overdraft
    repaid = min(purse.debt, free)
    return Movement(
        Purse(held + free - repaid, held, purse.debt + overdraft - repaid),
        overdraft,
        repaid,
    )


def balance_move(owner: Owner, *, release: int = 0, charge: int = 0, grant: int = 0) -> Movement:
    """Change a balance under its row lock; call it inside a transaction."""
    row = Balance.objects.select_for_update().get(**owner.column)
    before = Purse(row.credits, row.held_credits, row.debt_credits)
    movement = moved(before, release=release, charge=charge, grant=grant)
    Balance.objects.filter(pk=row.pk).update(
        credits=movement.purse.credits,
        held_credits=movement.purse.held,
        debt_credits=movement.purse.debt,
    )
    return movement


def credits_hold(owner: Owner, *, at_least: int, at_most: int) -> int | None:
    """Hold as much as fits and return it; None when less than ``at_least`` is free.

    The usual case is one conditional UPDATE, so that two calls cannot hold the same credit.
    """
    everything = Balance.objects.filter(
        credits__gte=F("held_credits") + F("debt_credits") + at_most, **owner.column
    )
    if everything.update(held_credits=F("held_credits") + at_most):
        return at_most
    row = Balance.objects.select_for_update().filter(**owner.column).first()
    part = min(row.free_credits, at_most) if row else 0
    if row is None or part < at_least:
        return None
    Balance.objects.filter(pk=row.pk).update(held_credits=F("held_credits") + part)
    return part


def credits_release(owner: Owner, *, held: int) -> None:
    """Give held credits back."""
    Balance.objects.filter(**owner.column).update(held_credits=F("held_credits") - held)


def credits_free(owner: Owner) -> int:
    """Return what a call could hold now; nothing where a balance was taken away meanwhile."""
    row = Balance.objects.filter(**owner.column).first()
    return row.free_credits if row else 0
