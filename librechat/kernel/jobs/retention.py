"""Forgetting jobs that ended long ago."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django_tasks_db.models import DBTaskResult

from librechat.kernel import clock
from librechat.kernel.jobs.rows import FAILED, SUCCESSFUL

BATCH = 1_000
FAILED_DAYS = 30  # somebody may still want to know why, or try again


def jobs_purge() -> int:
    """Delete the jobs that ended well so many days ago, and failed ones later; return how many."""
    now = clock.now()
    well = Q(status=SUCCESSFUL, finished_at__lt=now - timedelta(days=settings.JOBS_KEEP_DAYS))
    badly = Q(status=FAILED, finished_at__lt=now - timedelta(days=FAILED_DAYS))
    old = DBTaskResult.objects.filter(well | badly).order_by()
    count = 0
    while keys := list(old.values_list("pk", flat=True)[:BATCH]):
        count += DBTaskResult.objects.filter(pk__in=keys).delete()[0]
    return count
