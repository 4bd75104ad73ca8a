"""How long calls of the relay, and what was said in them, are kept."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from agents import config
from agents.models import RelayCall, RelayContent
from librechat.kernel import clock

BATCH = 1_000


def relay_outdated() -> int:
    """Return how many calls and contents are over their time."""
    return _old_contents().count() + _old_calls().count()


def relay_purge() -> int:
    """Delete contents past their end and calls of ``relay.keepDays`` ago; return how many.

    What calls cost stays in the ledger and in the sums of use.
    """
    return _emptied(_old_contents()) + _emptied(_old_calls())


def _old_contents() -> QuerySet[RelayContent]:
    return RelayContent.objects.filter(expires_at__lte=clock.now())


def _old_calls() -> QuerySet[RelayCall]:
    before = clock.now() - timedelta(days=config.relay().keep_days)
    return RelayCall.objects.filter(started_at__lt=before)


def _emptied(old: QuerySet[Any]) -> int:
    """Delete rows in small steps, so that no call waits for all of them; return how many."""
    count = 0
    while names := list(old.order_by().values_list("pk", flat=True)[:BATCH]):
        old.model.objects.filter(pk__in=names).delete()
        count += len(names)
    return count
