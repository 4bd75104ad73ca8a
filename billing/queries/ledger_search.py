"""What a ledger of millions of rows can be searched by, without reading each of them."""

from datetime import UTC, datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet

from accounts.models import Group, User
from billing.models import Transaction, UsageDay, UsageHour
from billing.queries.usage import days_done_until, hours_done_until

MOST_ENDPOINTS, MOST_PEOPLE = 100, 500
KNOWN_SECONDS = 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def named(word: str) -> Q:
    """Return the transactions that a word means: whose, of which model, of what id.

    An e-mail address, a group's name and a model are found by a part, everything else as a whole.
    A word with an @ is an address and nothing else.
    """
    people = User.objects.filter(email__icontains=word).values_list("pk", flat=True)[:MOST_PEOPLE]
    if "@" in word:
        return Q(user__in=list(people))
    groups = Group.objects.filter(name__icontains=word).values_list("pk", flat=True)[:MOST_PEOPLE]
    models = [name for name in _known("model") if word.lower() in name.lower()]
    return (
        Q(key=word)
        | Q(conversation_id=word)
        | Q(message_id=word)
        | Q(user__in=list(people))
        | Q(group__in=list(groups))
        | Q(model__in={*models, word})
    )


def endpoints_known() -> list[str]:
    """Return who answered so far."""
    return [name for name in _known("endpoint") if name][:MOST_ENDPOINTS]


def _known(column: str) -> list[str]:
    """Return the values of a column, sorted: of the sums, and of what is not summed up yet."""
    key = f"ledger-known:{column}"
    found: list[str] | None = cache.get(key)
    if found is None:
        days, hours = days_done_until() or EPOCH, hours_done_until() or EPOCH
        tables: tuple[QuerySet[Any], ...] = (
            UsageDay.objects.all(),
            UsageHour.objects.filter(starts_at__gte=days),
            Transaction.objects.filter(created_at__gte=hours),
        )
        values = (table.order_by().values_list(column, flat=True).distinct() for table in tables)
        found = sorted({value for some in values for value in some})
        cache.set(key, found, KNOWN_SECONDS)
    return found
