"""Balances, accounts and transactions as lists for people and programs."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Sum

from accounts.models import User
from billing.models import Account, Balance, Transaction
from billing.models.usage import SUMS
from billing.queries.usage import Question, Span, usage_sums
from librechat.kernel import clock

NEWEST = ("-created_at", "-id")  # sums make the model's own order void
CREDITS = SUMS.index("credits")


def balance_rows() -> list[dict[str, Any]]:
    """Return every balance: address, own credits, credits held, debt; one query."""
    balances = Balance.objects.select_related("user").order_by("user__email")
    return [
        {
            "email": row.user.email,
            "credits": row.own_credits,
            "held": row.held_credits,
            "debt": row.debt_credits,
        }
        for row in balances
    ]


def transaction_rows(
    user: User | None,
    *,
    days: tuple[date | None, date | None] = (None, None),
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Return transactions, newest first, with what each did to the person's balance; one query.

    days: first and last, both included; None for no bound.
    """
    rows = Transaction.objects.all() if user is None else Transaction.objects.visible_to(user)
    first, last = (datetime.combine(day, time(), UTC) if day else None for day in days)
    if first:
        rows = rows.filter(created_at__gte=first)
    if last:
        rows = rows.filter(created_at__lt=last + timedelta(days=1))
    return [
        {
            "at": clock.iso(row.created_at),
            "email": row.user.email if row.user else "",
            "context": row.context,
            "model": row.model,
            "credits": row.personal_credits,
            "estimated": row.is_estimated,
            "key": row.key,
        }
        for row in rows.with_credits().select_related("user").order_by(*NEWEST)[:limit]
    ]


def account_sums() -> list[tuple[str, int, int]]:
    """Return (kind, accounts, credits) of every kind of account; the credits add up to zero."""
    rows = (
        Account.objects.values_list("kind")
        .annotate(number=Count("id", distinct=True), credits=Sum("entries__credits", default=0))
        .order_by("kind")
    )
    return [(kind, number, total) for kind, number, total in rows]


def spent_since(start: datetime, *, people: Sequence[str]) -> dict[str, int]:
    """Return person's id → credits that their calls cost since a full hour, whoever paid."""
    span = Span(start, clock.now() + timedelta(hours=1))
    sums = usage_sums(Question(span, ("user_id",), {"user_id__in": list(people)}))
    return {key[0]: numbers[CREDITS] for key, numbers in sums.items()}
