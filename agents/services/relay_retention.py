"""How long calls of the relay, and what was said in them, are kept."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.access.legal_hold import purgeable
from agents import config
from agents.models import RelayCall, RelayContent
from librechat.kernel import clock

BATCH = 1_000


def relay_purge() -> int:
    """Delete contents past their end and calls of ``relay.keepDays`` ago; return how many.

    What calls cost stays in the ledger and in the sums of use.
    """
    contents = purgeable(contents_outdated(), "call__user_id")
    return _emptied(contents) + _emptied(purgeable(calls_outdated()))


def contents_outdated() -> QuerySet[RelayContent]:
    """Return what was said in calls and is past its end."""
    return RelayContent.objects.filter(expires_at__lte=clock.now())


def calls_outdated() -> QuerySet[RelayCall]:
    """Return the calls of ``relay.keepDays`` ago."""
    before = clock.now() - timedelta(days=config.relay().keep_days)
    return RelayCall.objects.filter(started_at__lt=before)


def _emptied(old: QuerySet[Any]) -> int:
    """Delete rows in small steps, so that no call waits for all of them; return how many."""
    count = 0
    while names := list(old.order_by().values_list("pk", flat=True)[:BATCH]):
        old.model.objects.filter(pk__in=names).delete()
        count += len(names)
    return count
