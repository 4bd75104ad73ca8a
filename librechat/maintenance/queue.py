"""Jobs whose rows cannot be true, or that nobody works on."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from librechat.kernel import clock
from librechat.kernel.jobs.rows import FAILED, READY, RUNNING, SUCCESSFUL, lease

STATES = (READY, RUNNING, FAILED, SUCCESSFUL)
# A worker that lives puts back what others left after one lease; nobody did for so many.
LEASES = 10
# What a job of a state cannot be, and how that is told.
IMPOSSIBLE = (
    (~Q(status__in=STATES), "is in no state that there is"),
    (Q(status=READY, finished_at__isnull=False), "waits, but has ended"),
    (Q(status=RUNNING, started_at=None), "runs, but has not begun"),
    (Q(status=RUNNING, finished_at__isnull=False), "runs, but has ended"),
    (Q(status__in=(FAILED, SUCCESSFUL), finished_at=None), "is over, but has not ended"),
    (Q(status=SUCCESSFUL, started_at=None), "ended well, but has not begun"),
)


def queue_check() -> list[str]:
    """Return a sentence per job that is wrong; a few queries, whatever there is."""
    return [*_impossible(), *_stuck(), *_gone()]


def _impossible() -> Iterator[str]:
    for condition, told in IMPOSSIBLE:
        for name in _names(condition):
            yield f"Job {name} {told}."


def _stuck() -> Iterator[str]:
    late = clock.now() - LEASES * lease()
    minutes = LEASES * settings.JOBS_LEASE_SECONDS // 60
    for name in _names(Q(status=RUNNING, started_at__isnull=False, run_after__lt=late)):
        yield f"Job {name} runs without a sign of life for over {minutes} minutes; start a worker."


def _gone() -> Iterator[str]:
    open_ones = DBTaskResult.objects.filter(status__in=(READY, RUNNING)).order_by()
    for path in sorted(set(open_ones.values_list("task_path", flat=True))):
        try:
            import_string(path)
        except ImportError:
            for name in _names(Q(status__in=(READY, RUNNING), task_path=path)):
                yield f"Job {name} is of a function that is gone."


def _names(condition: Q) -> Iterator[str]:
    rows = DBTaskResult.objects.filter(condition).order_by("enqueued_at", "id")
    for pk, path in rows.values_list("id", "task_path").iterator():
        yield f"{pk} ({path.rpartition('.')[2]})"
