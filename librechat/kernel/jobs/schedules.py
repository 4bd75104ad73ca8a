"""Schedules as jobs: the job of a slot has the slot's id, so that it is there once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django_tasks_db.models import DBTaskResult

from librechat.kernel import clock
from librechat.kernel.errors import NotFoundError
from librechat.kernel.jobs import rows
from librechat.kernel.jobs.job import job
from librechat.kernel.jobs.nudge import nudge
from librechat.kernel.jobs.periodic import SCHEDULES, Schedule
from librechat.kernel.jobs.rows import Row

QUEUE = "periodic"
SLOTS = UUID("0f1d5c56-9c0e-4bb9-8d8c-7f5b1f9a4a37")
MAX_RUNS_READ = 2_000

_seen: dict[str, int] = {}  # name → the slot that this process knows to be taken


@job(queue_name=QUEUE, retries=2, backoff_seconds=30)
def schedule_run(name: str) -> int | None:
    """Do the work of a schedule and return the number it gives.

    Raises:
        NotFoundError: this version of the product has no such schedule.
    """
    schedule = SCHEDULES.get(name)
    if schedule is None:
        raise NotFoundError(gettext("There is no schedule %(name)s.") % {"name": name})
    value = import_string(schedule.work)()
    return value if isinstance(value, int) else None


def slot_id(schedule: Schedule, slot: int) -> UUID:
    """Return the id of the job that does a schedule's work in a slot."""
    return uuid5(SLOTS, f"{schedule.name}:{slot}")


def enqueue_due(only: Iterable[str] = ()) -> list[Row]:
    """Enqueue what is due and return the jobs of the current slots that wait.

    One INSERT that an existing id makes void: of several processes one takes the slot. While an
    earlier job of a schedule is not through, its next one is left out.
    """
    now, names = clock.now(), set(only)
    chosen = [item for _, item in SCHEDULES.items() if not names or item.name in names]
    slots = {item.name: item.slot(now) for item in chosen}
    open_ones = [item for item in chosen if _seen.get(item.name) != slots[item.name]]
    if not open_ones:
        return []
    ids = {slot_id(item, slots[item.name]): item for item in open_ones}
    found = {row.pk: row for row in DBTaskResult.objects.filter(pk__in=ids)}
    busy = unfinished()
    missing = [pk for pk, item in ids.items() if pk not in found and item.name not in busy]
    if missing:
        made = [_row(pk, ids[pk].name) for pk in missing]
        DBTaskResult.objects.bulk_create(made, ignore_conflicts=True)
        transaction.on_commit(nudge, robust=True)
        found |= {row.pk: row for row in DBTaskResult.objects.filter(pk__in=missing)}
    _seen.update({ids[pk].name: slots[ids[pk].name] for pk in found})
    return [row for row in found.values() if row.status == rows.READY]


def enqueue_now(name: str) -> Row:
    """Enqueue a schedule's work beside its rhythm.

    Raises:
        NotFoundError: there is no such schedule.
    """
    if SCHEDULES.get(name) is None:
        raise NotFoundError(gettext("There is no schedule %(name)s.") % {"name": name})
    row = _row(uuid4(), name)
    DBTaskResult.objects.bulk_create([row])
    transaction.on_commit(nudge, robust=True)
    return row


@dataclass(frozen=True, slots=True)
class Overview:
    """A schedule, its newest run if it ever ran, and when it is due next."""

    schedule: Schedule
    last: Row | None
    last_error: str
    next_at: datetime

    @property
    def every(self) -> timedelta:
        """The rhythm."""
        return timedelta(seconds=self.schedule.every_seconds)


def overview() -> list[Overview]:
    """Return every schedule by name; one query."""
    runs = DBTaskResult.objects.filter(queue_name=QUEUE).order_by("-enqueued_at")
    newest: dict[str, Row] = {}
    begun: dict[str, set[UUID]] = {}
    for row in runs[:MAX_RUNS_READ]:
        name = name_of(row)
        begun.setdefault(name, set()).add(row.pk)
        if row.started_at is not None:
            newest.setdefault(name, row)
    now = clock.now()
    found = []
    for name, schedule in sorted(SCHEDULES.items()):
        slot = schedule.slot(now)
        is_taken = slot_id(schedule, slot) in begun.get(name, set())
        last = newest.get(name)
        error = last_line(last.traceback) if last else ""
        found.append(Overview(schedule, last, error, schedule.begin(slot + 1) if is_taken else now))
    return found


def last_line(traceback: str) -> str:
    """Return what a traceback ends with: the error and its sentence."""
    lines = traceback.strip().splitlines()
    return lines[-1].strip() if lines else ""


def forget_seen() -> None:
    """Look at the rows again, as a process that has just begun does."""
    _seen.clear()


def unfinished() -> set[str]:
    """Return the names of the schedules whose job waits or runs."""
    found = DBTaskResult.objects.filter(queue_name=QUEUE, status__in=(rows.READY, rows.RUNNING))
    return {name_of(row) for row in found.only("args_kwargs")}


def name_of(row: Row) -> str:
    """Return which schedule a job is of."""
    return str(row.args_kwargs.get("kwargs", {}).get("name", ""))


def _row(pk: UUID, name: str) -> Row:
    return DBTaskResult(
        id=pk,
        args_kwargs={"args": [], "kwargs": {"name": name}},
        priority=schedule_run.priority,
        task_path=schedule_run.module_path,
        queue_name=QUEUE,
        run_after=rows.AT_ONCE,
        backend_name=schedule_run.backend,
    )
