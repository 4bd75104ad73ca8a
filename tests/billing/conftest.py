"""A database that threads can share."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from pytest_django import DjangoDbBlocker

from accounts.models import Group, User

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Crowd:
    """Runs work in many threads at the same moment, each on a connection of its own."""

    connect: Callable[[], None]

    def run(
        self,
        *work: Callable[[], object],
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> list[BaseException]:
        """Return what went wrong, in no order, when all have ended."""
        gate = threading.Barrier(len(work))
        failures: list[BaseException] = []

        def one(job: Callable[[], object]) -> None:
            self.connect()
            gate.wait(PATIENCE_SECONDS)
            try:
                job()
            except Exception as exc:  # noqa: BLE001 - the test looks at it
                failures.append(exc)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one, args=(job,)) for job in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(patience_seconds)
            assert not thread.is_alive()
        return failures


@pytest.fixture
def crowd(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path: Path,
) -> Iterator[Crowd]:
    """Threads on the configured server, or on a SQLite file: memory cannot be shared."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            yield from _on_a_file(tmp_path / "crowd.sqlite3")
        else:
            yield Crowd(connect=lambda: None)
            _empty()


def _on_a_file(path: Path) -> Iterator[Crowd]:
    memory = connections["default"]
    with memory.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])

    def connect() -> None:
        connections["default"] = _wrapper(memory, path)

    connect()
    yield Crowd(connect=connect)
    connections["default"].close()
    connections["default"] = memory


def _wrapper(memory: BaseDatabaseWrapper, path: Path) -> BaseDatabaseWrapper:
    wrapper = memory.copy()
    wrapper.settings_dict["NAME"] = str(path)
    return wrapper


def _empty() -> None:
    """Remove what was written outside of a transaction; rows of migrations stay."""
    models: list[type[Model]] = [User, Group, *apps.get_app_config("billing").get_models()]
    tables = [model._meta.db_table for model in models]
    operations = connection.ops
    operations.execute_sql_flush(operations.sql_flush(no_style(), tables, allow_cascade=True))
