"""Everything that is due, done once and waited for: what ``manage.py runperiodic`` calls."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

from typing_extensions import override

from librechat.kernel import clock
from librechat.kernel.errors import NotFoundError
from librechat.kernel.jobs import periodic, rows, schedules
from librechat.kernel.jobs.periodic import SCHEDULES, Ran
from librechat.kernel.jobs.rows import Row
from librechat.kernel.jobs.worker import Worker

OUTCOMES: dict[str, str] = {rows.SUCCESSFUL: "done", rows.FAILED: "failed"}


def run_due(*, only: Iterable[str] = (), is_forced: bool = False) -> list[Ran]:
    """Do the chores and what is due of the schedules, one after another.

    only: names; all without any. is_forced: also schedules that are not due yet. What another
    process does at this moment is left to it.

    Raises:
        NotFoundError: there is no chore or schedule of a name; nothing was done.
    """
    names = set(only)
    known = dict(SCHEDULES.items())
    chores = {item.name: item for item in periodic.scheduled()}
    if strangers := sorted(names - known.keys() - chores.keys()):
        raise NotFoundError(f"There is no chore or schedule {', '.join(strangers)}.")
    rows.reap()
    wanted = [item for item in chores.values() if item.name in names or not names]
    done = [asyncio.run(periodic.run_once(item)) for item in wanted if not item.needs_server]
    schedules.forget_seen()
    due_names = (names & known.keys()) if names else known.keys()
    due = schedules.enqueue_due(due_names) if due_names else []
    if is_forced:
        waiting = {schedules.name_of(row) for row in due} | schedules.unfinished()
        due += [schedules.enqueue_now(name) for name in sorted(due_names - waiting)]
    return done + [ran for row in due if (ran := _run(row)) is not None]


@dataclass(frozen=True, slots=True)
class Planned:
    """A chore or a schedule: its rhythm, its newest run and its next one, in ISO 8601.

    kind: ``every process`` or ``once``; chores of every process keep no record of their runs.
    """

    name: str
    kind: str
    every_seconds: float
    last: str = ""
    last_error: str = ""
    next: str = ""

    @override
    def __str__(self) -> str:
        """Return the line a person reads."""
        times = f", last {self.last or 'never'}, next {self.next}" if self.next else ""
        error = f": {self.last_error}" if self.last_error else ""
        return f"{self.name}: {self.kind}, every {self.every_seconds:g} s{times}{error}"


def plan() -> list[Planned]:
    """Return every chore and every schedule; nothing is done."""
    chores = [
        Planned(item.name, "every process", item.every_seconds) for item in periodic.scheduled()
    ]
    once = [
        Planned(
            item.schedule.name,
            "once",
            item.schedule.every_seconds,
            clock.iso(item.last.started_at) if item.last and item.last.started_at else "",
            item.last_error,
            clock.iso(item.next_at),
        )
        for item in schedules.overview()
    ]
    return [*chores, *once]


def _run(row: Row) -> Ran | None:
    if row.run_after != rows.AT_ONCE and row.run_after > clock.now():
        return None  # it failed a moment ago and waits for its next try
    begun = time.monotonic()
    if not Worker().run_row(row):
        return None
    row.refresh_from_db()
    detail = schedules.last_line(row.traceback)
    if not detail and row.return_value is not None:
        detail = str(row.return_value)
    outcome = OUTCOMES.get(row.status, "waiting")
    return Ran(schedules.name_of(row), outcome, time.monotonic() - begun, detail)
