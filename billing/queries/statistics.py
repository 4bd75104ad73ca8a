"""Balances, accounts and transactions as lists for people and programs."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import Group, User
from billing.models import Account, Balance, Entry, Transaction
from billing.queries.usage import Question, Span, usage_sums
from librechat.kernel import clock

NEWEST = ("-created_at", "-id")  # sums make the model's own order void


def balance_rows() -> list[dict[str, Any]]:
    """Return every balance, people first: address, own credits, held, debt; two queries."""
    people = Balance.objects.filter(user__isnull=False).select_related("user")
    found = [
        {"email": row.user.email if row.user else "", **_amounts(row)}
        for row in people.order_by("user__email")
    ]
    return found + group_balance_rows(Group.objects.all())


def group_balance_rows(groups: QuerySet[Group]) -> list[dict[str, Any]]:
    """Return the balances of groups: name, own credits, held, debt; one query."""
    balances = Balance.objects.filter(group__in=groups).select_related("group")
    return [
        {"group": row.group.name if row.group else "", **_amounts(row)}
        for row in balances.order_by("group__name", "pk")
    ]


def _amounts(row: Balance) -> dict[str, Any]:
    return {"credits": row.own_credits, "held": row.held_credits, "debt": row.debt_credits}


def transaction_rows(
    user: User | None,
    *,
    days: tuple[date | None, date | None] = (None, None),
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Return transactions, newest first, with what each did to a balance; one query.

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
            **({"group": row.group.name} if row.group else {}),
            "context": row.context,
            "model": row.model,
            "credits": row.personal_credits,
            "estimated": row.is_estimated,
            "key": row.key,
        }
        for row in rows.with_credits().select_related("user", "group").order_by(*NEWEST)[:limit]
    ]


def account_sums() -> list[tuple[str, int, int]]:
    """Return (kind, accounts, credits) of every kind of account; the credits are all there are.

    One walk through an index that has the entries of each account together.
    """
    sums = Entry.objects.filter(account=OuterRef("pk")).order_by().values("account")
    found = (
        Account.objects.annotate(
            total=Subquery(sums.annotate(total=Sum("credits")).values("total"))
        )
        .order_by("kind")
        .values_list("kind")
        .annotate(accounts=Count("pk"), credits=Coalesce(Sum("total"), 0))
    )
    return [(kind, number, total) for kind, number, total in found]


def sums_of_accounts(accounts: Sequence[str]) -> dict[str, int]:
    """Return account's id → credits, of those that have entries; one query."""
    entries = Entry.objects.filter(account__in=accounts).order_by()
    return dict(entries.values_list("account").annotate(Sum("credits")))


def spent_since(start: datetime, *, people: Sequence[str]) -> dict[str, int]:
    """Return person's id → credits that their calls cost since a full hour, whoever paid."""
    span = Span(start, clock.now() + timedelta(hours=1))
    where = {"user_id__in": list(people)}
    sums = usage_sums(Question(span, ("user_id",), where, ("credits",)))
    return {key[0]: spent for key, (spent,) in sums.items()}
