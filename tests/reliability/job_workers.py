"""Real worker processes that are killed at random; ``test_jobs.py`` starts it as a program.

A process of its own, because it forks: Django is set up once, every worker is a child. Prints
what happened as JSON.
"""

import json
import os
import random
import signal
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult
from typing_extensions import override

from librechat.kernel import clock
from librechat.kernel.jobs import rows
from librechat.kernel.jobs.standalone import work_until_told
from librechat.kernel.jobs.worker import Worker
from tests.reliability.job_effects import TABLE, add_at_the_end, add_in_one_piece, begun, effects

WORKERS = 3
MOST_KILLS = 60  # then they may end it, however slow the machine is
LONGEST_SECONDS = 240


class Announced(Worker):
    """A worker that tells its parent when it listens to signals."""

    ready = 0  # where it tells that

    @override
    def run(self) -> None:
        os.write(self.ready, b".")
        os.close(self.ready)
        super().run()


def _child(failpoints: str = "") -> int:
    """Fork a worker; return its process id once it would hear that it shall end."""
    told, tells = os.pipe()
    pid = os.fork()
    if pid:
        os.close(tells)
        os.read(told, 1)
        os.close(told)
        return pid
    os.close(told)
    settings.FAILPOINTS = failpoints
    random.seed()
    try:
        worker = Announced(threads=2, poll_seconds=0.05, keeps_schedules=False)
        worker.ready = tells
        work_until_told(worker)
    finally:
        os._exit(0)


def _end(pid: int, number: signal.Signals) -> int:
    os.kill(pid, number)
    return os.waitpid(pid, 0)[1]


def _enqueue(count: int) -> None:
    for number in range(count):
        chosen: Any = add_in_one_piece if number % 2 else add_at_the_end
        chosen.enqueue(number)


def _left() -> int:
    left = DBTaskResult.objects.filter(status__in=("READY", "RUNNING")).count()
    connection.close()  # before the next fork
    return left


def _let_leases_end() -> None:
    """Let it be later for the jobs of the dead."""
    DBTaskResult.objects.filter(status="RUNNING").update(run_after=clock.now())
    connection.close()  # before the next fork


def _wait_for_the_rest() -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while _left() and time.monotonic() < until:
        time.sleep(0.05)


def _report(**more: object) -> None:
    states = list(DBTaskResult.objects.values_list("status", flat=True))
    found = effects()
    facts = {
        "effects": found,
        "begun": begun(),
        "states": {state: states.count(state) for state in sorted(set(states))},
        **more,
    }
    print(json.dumps(facts))  # noqa: T201


def kill(count: int, seed: int) -> None:
    """Let three workers do the jobs, and kill one of them again and again."""
    chance = random.Random(seed)
    rows.MAX_DEATHS = 2 * MOST_KILLS  # no job is to blame for the deaths of its workers
    _enqueue(count)
    _left()
    begin, killed = time.monotonic(), 0
    pids = [_child() for _ in range(WORKERS)]
    while killed < MOST_KILLS and _left():
        time.sleep(chance.uniform(0.05, 0.35))
        victim = chance.randrange(WORKERS)
        _end(pids[victim], signal.SIGKILL)
        killed += 1
        pids[victim] = _child()
    _wait_for_the_rest()
    codes = [_end(pid, signal.SIGTERM) for pid in pids]
    _report(killed=killed, seconds=round(time.monotonic() - begin, 1), codes=codes)


def crash(failpoint: str, path: str) -> None:
    """Let a worker die at a failpoint, then let another one do what is left."""
    settings.JOBS_LEASE_SECONDS = LONGEST_SECONDS  # a worker that is merely slow loses nothing
    import_string(path).enqueue(1)
    _left()
    code = os.waitpid(_child(f"{failpoint}:exit"), 0)[1]
    after_crash = _left()
    _let_leases_end()
    second = _child()
    _wait_for_the_rest()
    _end(second, signal.SIGTERM)
    _report(code=os.waitstatus_to_exitcode(code), after_crash=after_crash)


def main(what: str, *given: str) -> None:
    """Make the tables that are needed, then do what is asked for."""
    call_command("migrate", "django_tasks_database", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    connection.close()
    if what == "kill":
        kill(int(given[0]), int(given[1]))
    else:
        crash(given[0], given[1])
