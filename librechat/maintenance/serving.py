"""Who serves the data: a lock that the system takes back when its process dies, however it dies.

Servers and workers hold it together, maintenance holds it alone. With SQLite it is a file in
DATA_DIR; with PostgreSQL an advisory lock of the database, which counts on every machine.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections

from librechat.maintenance import databases
from librechat.maintenance.errors import InUseError

LOCK_FILE = "serving.lock"
LOCK_KEY = 0x6C69627265  # of everybody who serves one database of PostgreSQL
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
    path = Path(settings.DATA_DIR) / LOCK_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    # The file stays: whoever removed it would let two hold two locks of one name.
    with path.open("a") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _held_by_server(config: databases.Config, *, is_alone: bool) -> Iterator[bool]:
    with databases.opened(config) as alias, connections[alias].wrap_database_errors:
        address = connections[alias].get_connection_params()
        # A connection of its own: Django closes its own after each request.
        line = psycopg.connect(**{**address, "autocommit": True})
    with line:
        shared = "" if is_alone else "_shared"
        row = line.execute(f"SELECT pg_try_advisory_lock{shared}(%s)", [LOCK_KEY]).fetchone()
        yield bool(row and row[0])
