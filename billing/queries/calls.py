"""Sums over the ledger's transactions of calls; grants, refills and corrections are no calls."""

from datetime import UTC
from typing import Any

from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, TruncHour

from billing.models import Entry, Transaction
from billing.models.account import Kind
from billing.models.transaction import TokenType

# Services name the transaction of a call after its hold.
CALL = "call:"

REVENUE = Q(account__kind=Kind.REVENUE)
COMPLETION = Q(token_type=TokenType.COMPLETION)


def calls() -> QuerySet[Transaction]:
    """Return the transactions of calls."""
    return Transaction.objects.filter(key__startswith=CALL)


def call_sums(*columns: str, **where: Any) -> QuerySet[Entry, dict[str, Any]]:
    """Return the sums of calls per value of the columns; without columns one row in all.

    columns: of ``Transaction``, or ``hour``. where: lookups on ``Transaction``.
    Rows have ``transaction__<column>`` and the names of ``billing.models.usage.SUMS``.
    """
    names = ["hour" if column == "hour" else f"transaction__{column}" for column in columns]
    # Chosen apart from the entries: grouped by person, SQLite would else walk through all of them.
    chosen = calls().filter(**where).order_by().values("pk")
    rows: QuerySet[Entry, dict[str, Any]] = (
        Entry.objects.filter(transaction__in=chosen)
        .annotate(hour=TruncHour("transaction__created_at", tzinfo=UTC), all=Value(1))
        .order_by()
        .values(*names or ["all"])
        .annotate(
            calls=Coalesce(Sum("transaction__calls", filter=REVENUE), 0),
            # Not named after the entry's own columns: a later sum would take the sum for them.
            sum_input=Sum("input_tokens"),
            sum_output=Coalesce(-Sum(F("raw_amount"), filter=COMPLETION), 0),
            sum_write=Sum("write_tokens"),
            sum_read=Sum("read_tokens"),
            sum_credits=Coalesce(Sum("credits", filter=REVENUE), 0),
            estimated_calls=Coalesce(
                Sum("transaction__calls", filter=REVENUE & Q(transaction__is_estimated=True)), 0
            ),
        )
    )
    return rows


def sums_of(row: dict[str, Any]) -> tuple[int, ...]:
    """Return the numbers of a row of ``call_sums``, in the order of SUMS."""
    return (
        row["calls"],
        row["sum_input"],
        row["sum_output"],
        row["sum_write"],
        row["sum_read"],
        row["sum_credits"],
        row["estimated_calls"],
    )
