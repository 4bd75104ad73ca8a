"""Jobs whose effects can be counted: each adds its number to a table, and notes that it began."""

import os
import random
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from librechat.kernel.jobs.attempts import JobContext
from librechat.kernel.jobs.job import job

TABLE = "CREATE TABLE job_effect (number integer NOT NULL)"
LONGEST_SECONDS = 0.03


def begun() -> int:
    """Return how often any job began."""
    path = _diary()
    return path.stat().st_size if path.exists() else 0


def effects() -> dict[int, int]:
    """Return number → how often it is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, count(*) FROM job_effect GROUP BY number")
        return {int(number): int(count) for number, count in cursor.fetchall()}


@job(is_atomic=True)
def add_in_one_piece(number: int) -> None:
    """Add the number; the whole job is one transaction."""
    _begin()
    _add(number)
    time.sleep(random.random() * LONGEST_SECONDS)


@job(takes_context=True)
def add_at_the_end(context: JobContext, number: int) -> None:
    """Work for a while, then add the number together with the end."""
    _begin()
    time.sleep(random.random() * LONGEST_SECONDS)
    with context.effect():
        _add(number)


@job()
def add_carelessly(number: int) -> None:
    """Add the number in a transaction of its own: at least once, maybe twice."""
    _begin()
    _add(number)


def _diary() -> Path:
    return Path(settings.DATA_DIR) / "begun"


def _begin() -> None:
    handle = os.open(_diary(), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, b".")
    os.close(handle)


def _add(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO job_effect (number) VALUES (%s)", [number])
