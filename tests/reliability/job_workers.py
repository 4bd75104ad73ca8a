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

from librechat.kernel.jobs.standalone import work_until_told
from librechat.kernel.jobs.worker import Worker
from tests.reliability.job_effects import TABLE, add_at_the_end, add_in_one_piece, begun, effects

WORKERS = 3
LONGEST_SECONDS = 120


def _child(failpoints: str = "") -> int:
    """Fork a worker; return its process id."""
    pid = os.fork()
    if pid:
        return pid
    settings.FAILPOINTS = failpoints
    random.seed()
    try:
        work_until_told(Worker(threads=2, poll_seconds=0.05, keeps_schedules=False))
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
    _enqueue(count)
    _left()
    begin, killed = time.monotonic(), 0
    pids = [_child() for _ in range(WORKERS)]
    while _left() and time.monotonic() - begin < LONGEST_SECONDS:
        time.sleep(chance.uniform(0.05, 0.35))
        victim = chance.randrange(WORKERS)
        _end(pids[victim], signal.SIGKILL)
        killed += 1
        pids[victim] = _child()
    codes = [_end(pid, signal.SIGTERM) for pid in pids]
    _report(killed=killed, seconds=round(time.monotonic() - begin, 1), codes=codes)


def crash(failpoint: str, path: str) -> None:
    """Let a worker die at a failpoint, then let another one do what is left."""
    import_string(path).enqueue(1)
    _left()
    code = os.waitpid(_child(f"{failpoint}:exit"), 0)[1]
    after_crash = _left()
    begin = time.monotonic()
    second = _child()
    while _left() and time.monotonic() - begin < LONGEST_SECONDS:
        time.sleep(0.05)
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
