"""Whether the books balance."""

from datetime import timedelta

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.models import (
    Balance,
    BudgetBucket,
    BudgetReservation,
    Entry,
    Hold,
    Transaction,
)
from billing.models.account import Kind
from billing.models.hold import UNSETTLED, HoldState
from librechat.kernel import clock

SWEEP_GRACE = timedelta(minutes=10)


def trial_balance() -> int:
    """Return the sum of all entries: 0, or the books are wrong."""
    total: int = Entry.objects.aggregate(total=Sum("credits", default=0))["total"]
    return total


def ledger_check() -> list[str]:
    """Return a sentence per fault: transactions, balances and holds that do not add up."""
    return [
        *(f"Transaction {key} sums to {total}, not 0." for key, total in _crooked()),
        *_disagreeing(Kind.USER, "user", "credits"),
        *_disagreeing(Kind.DEBT, "user", "debt_credits"),
        *_disagreeing(Kind.GROUP, "group", "credits"),
        *_disagreeing(Kind.DEBT, "group", "debt_credits"),
        *_wrongly_held(Kind.USER, "user_id"),
        *_wrongly_held(Kind.GROUP, "team_id"),
        *(f"Hold {key} is open though it expired long ago." for key in _forgotten()),
        *_wrongly_reserved(),
        *(f"Hold {key} is closed and still takes of a budget." for key in _closed_takers()),
    ]


def _crooked() -> QuerySet[Transaction, tuple[str, int]]:
    sums = Transaction.objects.annotate(total=Sum("entries__credits", default=0))
    return sums.exclude(total=0).order_by("id").values_list("key", "total")


def _disagreeing(kind: Kind, owner: str, field: str) -> list[str]:
    """Compare a column of the balances of people or groups with that kind of account."""
    sign = -1 if kind is Kind.DEBT else 1
    sums = (
        Entry.objects.filter(account__kind=kind, **{f"account__{owner}": OuterRef(owner)})
        .order_by()
        .values("account__kind")
        .annotate(total=sign * Sum("credits"))
        .values("total")
    )
    owned = Balance.objects.filter(**{f"{owner}__isnull": False})
    rows = owned.annotate(booked=Coalesce(Subquery(sums), 0)).exclude(**{field: F("booked")})
    return [
        f"Balance of {row.owner.id}: {field} is {getattr(row, field)}, booked are {row.booked}."
        for row in rows
    ]


def _wrongly_held(payer: Kind, column: str) -> list[str]:
    """Compare what the balances of people or groups have held with their open holds."""
    sums = (
        Hold.objects.filter(
            payer=payer, state=HoldState.OPEN, **{column: OuterRef(f"{payer.value}_id")}
        )
        .order_by()
        .values("payer")
        .annotate(total=Sum("credits"))
        .values("total")
    )
    owned = Balance.objects.filter(**{f"{payer.value}__isnull": False})
    rows = owned.annotate(open=Coalesce(Subquery(sums), 0)).exclude(held_credits=F("open"))
    return [
        f"Balance of {row.owner.id}: {row.held_credits} held, open holds have {row.open}."
        for row in rows
    ]


def _wrongly_reserved() -> list[str]:
    """Compare what buckets of budgets have reserved with the reservations of open holds."""
    sums = (
        BudgetReservation.objects.filter(bucket=OuterRef("pk"), hold__state=HoldState.OPEN)
        .order_by()
        .values("bucket")
        .annotate(total=Sum("amount"))
        .values("total")
    )
    rows = BudgetBucket.objects.annotate(promised=Coalesce(Subquery(sums), 0))
    wrong = rows.exclude(reserved=F("promised"), used__gte=0).select_related("budget")
    return [
        f"Budget {row.budget.name} at {row.starts_at:%Y-%m-%d %H:%M}: {row.reserved} reserved,"
        f" open holds have {row.promised}, used are {row.used}."
        for row in wrong
    ]


def _closed_takers() -> QuerySet[Hold, str]:
    closed = Hold.objects.exclude(state__in=UNSETTLED)
    return closed.filter(reservations__isnull=False).distinct().values_list("key", flat=True)


def _forgotten() -> QuerySet[Hold, str]:
    return Hold.objects.overdue(clock.now() - SWEEP_GRACE).values_list("key", flat=True)
