"""Files of SQLite that connections of a test share."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from pytest_django import DjangoDbBlocker

from librechat.sqlite.addresses import ENGINE
from librechat.sqlite.base import DatabaseWrapper
from librechat.sqlite.turns import queue_at

ALIAS = "turns"
PATIENCE_SECONDS = 60


@dataclass
class File:
    """A database with one row, ``counter.value``; who connects is ``connections[ALIAS]`` then."""

    path: Path
    made: list[DatabaseWrapper] = field(default_factory=list)

    def connect(
        self, *, seconds: float = PATIENCE_SECONDS, mode: str = "IMMEDIATE"
    ) -> DatabaseWrapper:
        options = {
            "transaction_mode": mode,
            "timeout": seconds,
            "init_command": "PRAGMA journal_mode=WAL",
        }
        given = {"ENGINE": ENGINE, "NAME": str(self.path), "OPTIONS": options}
        configured = connections.configure_settings({DEFAULT_DB_ALIAS: given})
        wrapper = DatabaseWrapper(configured[DEFAULT_DB_ALIAS], ALIAS)
        wrapper.inc_thread_sharing()  # the test closes those of its threads
        connections[ALIAS] = wrapper
        self.made.append(wrapper)
        return wrapper

    def waiting(self) -> int:
        """Return how many have a turn or wait for one."""
        return len(queue_at(str(self.path)))

    def value(self) -> int:
        with self.made[0].cursor() as cursor:
            cursor.execute("SELECT value FROM counter")
            (value,) = cursor.fetchone()
        return int(value)


@pytest.fixture
def files(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[[str], File]]:
    """Return a function that makes a file by its name."""
    made: list[File] = []

    def make(name: str) -> File:
        file = File(tmp_path.resolve() / name)
        with file.connect().cursor() as cursor:
            cursor.execute("CREATE TABLE counter (value INTEGER NOT NULL)")
            cursor.execute("INSERT INTO counter VALUES (0)")
        made.append(file)
        return file

    with django_db_blocker.unblock():
        yield make
        for file in made:
            for wrapper in file.made:
                wrapper.close()
        del connections[ALIAS]


@pytest.fixture
def file(files: Callable[[str], File]) -> File:
    return files("one.sqlite3")


def begun(work: Callable[[], object], count: Callable[[], int], wanted: int) -> threading.Thread:
    """Return a running thread as soon as it has brought the count to this."""
    thread = threading.Thread(target=work)
    thread.start()
    while count() != wanted:
        assert thread.is_alive()
        thread.join(0.005)
    return thread


def ended(*threads: threading.Thread) -> None:
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
