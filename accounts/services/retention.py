"""Removing records whose time is over."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet

from accounts.access.legal_hold import purgeable
from accounts.models import Violation
from librechat.kernel import clock

BATCH = 1_000


def violations_outdated() -> QuerySet[Violation]:
    """Return the broken rules of so many days ago."""
    before = clock.now() - timedelta(days=settings.VIOLATION_RETENTION_DAYS)
    return Violation.objects.filter(created_at__lt=before)


def violations_purge() -> int:
    """Delete them; return how many.

    What is left still holds the sum of its kind, so the sum starts again only for those who
    kept the rules for all that time. Bans stay: they are what followed.
    """
    old = purgeable(violations_outdated())
    count = 0
    while names := list(old.values_list("pk", flat=True)[:BATCH]):
        # In small steps: nobody who breaks a rule meanwhile waits for all of them.
        count += Violation.objects.filter(pk__in=names).delete()[0]
    return count
