"""Forgetting what overrides of the yaml said long ago."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.access.legal_hold import purgeable
from accounts.models import OverrideRevision
from librechat.kernel import clock

# A year of ways back. That it was changed, by whom and to what stays in the audit record.
KEEP = timedelta(days=365)
BATCH = 1_000


def revisions_outdated() -> QuerySet[OverrideRevision]:
    """Return the changes that are older than they are kept, but for the last of each receiver."""
    same = OverrideRevision.objects.filter(
        Q(created_at__gt=OuterRef("created_at"))
        | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk")),
        principal_type=OuterRef("principal_type"),
        principal_id=OuterRef("principal_id"),
    )
    old = OverrideRevision.objects.filter(created_at__lt=clock.now() - KEEP)
    return old.filter(Exists(same)).order_by()


def revisions_purge() -> int:
    """Delete them in small steps; return how many."""
    count = 0
    old = purgeable(revisions_outdated(), "principal_id")
    while names := list(old.values_list("pk", flat=True)[:BATCH]):
        count += OverrideRevision.objects.filter(pk__in=names).delete()[0]
    return count
