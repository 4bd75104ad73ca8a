"""Who serves the data: locks that the system takes back when their process dies, however it dies.

Servers and workers hold one together, maintenance holds it alone; the other one is held by whoever
prepares the database. With SQLite they are files in DATA_DIR; with PostgreSQL advisory locks of the
database, which count on every machine.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from django.conf import settings
from django.db import connections

from librechat.maintenance import databases
from librechat.maintenance.errors import InUseError

LOCK_FILE = "serving.lock"
LOCK_KEY = 0x6C69627265  # of everybody who serves one database of PostgreSQL
PREPARING_FILE = "preparing.lock"
PREPARING_KEY = LOCK_KEY + 1
SERVED = (
    "A server or a worker runs on this database. Stop it first, or say --force: what people do"
    " meanwhile is lost then. Nothing was changed."
)
RESTORED = "A restore or a move of this database is going on. Start again when it has ended."


@contextmanager
def serving() -> Iterator[None]:
    """Be one of those who serve the database.

    Raises:
        InUseError: it is being replaced or moved right now.
    """
    with _held(databases.served(), is_alone=False) as is_held:
        if not is_held:
            raise InUseError(RESTORED)
        yield


@contextmanager
def alone(config: databases.Config, *, is_forced: bool = False) -> Iterator[None]:
    """Keep servers and workers away from a database; a file that is not served has none.

    Raises:
        InUseError: one runs, and it is not forced.
    """
    if is_forced:
        yield
        return
    with _held(config, is_alone=True) as is_held:
        if not is_held:
            raise InUseError(SERVED)
        yield


@contextmanager
def preparing() -> Iterator[None]:
    """Wait until nobody else prepares the served database, and be the only one meanwhile."""
    config = databases.served()
    if config["ENGINE"] == databases.POSTGRESQL:
        with _line(config) as line:
            line.execute("SELECT pg_advisory_lock(%s)", [PREPARING_KEY])
            yield
    else:
        with _lock_file(PREPARING_FILE) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextmanager
def _held(config: databases.Config, *, is_alone: bool) -> Iterator[bool]:
    """Hold the lock meanwhile; tell whether it could be had."""
    if config["ENGINE"] == databases.POSTGRESQL:
        with _held_by_server(config, is_alone=is_alone) as is_held:
            yield is_held
    elif str(config["NAME"]) != str(databases.served()["NAME"]):
        yield True
    else:
        with _held_by_file(is_alone=is_alone) as is_held:
            yield is_held


@contextmanager
def _held_by_file(*, is_alone: bool) -> Iterator[bool]:
    with _lock_file(LOCK_FILE) as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _lock_file(name: str) -> IO[str]:
    path = Path(settings.DATA_DIR) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    # The file stays: whoever removed it would let two hold two locks of one name.
    return path.open("a")


@contextmanager
def _held_by_server(config: databases.Config, *, is_alone: bool) -> Iterator[bool]:
    with _line(config) as line:
        shared = "" if is_alone else "_shared"
        row = line.execute(f"SELECT pg_try_advisory_lock{shared}(%s)", [LOCK_KEY]).fetchone()
        yield bool(row and row[0])


@contextmanager
def _line(config: databases.Config) -> Iterator[psycopg.Connection]:
    """Give a connection of its own: Django closes its own after each request."""
    with databases.opened(config) as alias, connections[alias].wrap_database_errors:
        address = connections[alias].get_connection_params()
        line = psycopg.connect(**{**address, "autocommit": True})
    with line:
        yield line
