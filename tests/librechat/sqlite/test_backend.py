"""Transactions that write take turns, and give them back however they end."""

import gc
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest
from django.conf import settings
from django.db import IntegrityError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from librechat.sqlite.addresses import ENGINE, address_parse
from librechat.sqlite.base import DatabaseWrapper
from tests.librechat.sqlite.conftest import ALIAS, File, begun, ended

INCREMENT = "UPDATE counter SET value = value + 1"
ADD = "INSERT INTO counter VALUES (%s)"
Files: TypeAlias = Callable[[str], File]


def increment() -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(INCREMENT)


def committed(file: File) -> None:
    with transaction.atomic(using=ALIAS):
        increment()
        assert file.waiting() == 1


def rolled_back(file: File) -> None:
    with transaction.atomic(using=ALIAS):
        increment()
        transaction.set_rollback(True, using=ALIAS)


def raised(file: File) -> None:
    with suppress(ZeroDivisionError), transaction.atomic(using=ALIAS):
        increment()
        assert file.waiting() / 0


def closed(file: File) -> None:
    with transaction.atomic(using=ALIAS):
        increment()
        connections[ALIAS].close()
        assert file.waiting() == 0


def never_begun(file: File) -> None:
    with closing(sqlite3.connect(file.path, isolation_level=None)) as process:
        process.execute("BEGIN IMMEDIATE")
        file.connect(seconds=0.05)
        with pytest.raises(OperationalError, match="locked"), transaction.atomic(using=ALIAS):
            pytest.fail("It began.")


def refused_at_the_commit(file: File) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        cursor.execute(
            "CREATE TABLE child (id REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"
        )
        with pytest.raises(IntegrityError), transaction.atomic(using=ALIAS):
            cursor.execute("INSERT INTO child VALUES (1)")


def by_itself(file: File) -> None:
    increment()
    with connections[ALIAS].cursor() as cursor:
        cursor.executemany(ADD, [(1,), (2,)])


def refused_by_itself(file: File) -> None:
    with connections[ALIAS].cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute(ADD, [None])


def without_autocommit(file: File) -> None:
    transaction.set_autocommit(False, using=ALIAS)
    increment()
    transaction.commit(using=ALIAS)
    transaction.set_autocommit(True, using=ALIAS)


WAYS = [
    committed,
    rolled_back,
    raised,
    closed,
    never_begun,
    refused_at_the_commit,
    by_itself,
    refused_by_itself,
    without_autocommit,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_turn_is_given_back(file: File, way: Callable[[File], None]) -> None:
    way(file)
    assert file.waiting() == 0
    file.connect(seconds=0)
    committed(file)


def test_who_waits_for_too_long_is_told_what_sqlite_tells(file: File) -> None:
    with transaction.atomic(using=ALIAS):
        waiter = file.connect(seconds=0.05)
        with pytest.raises(OperationalError, match=r"^database is locked$"):
            transaction.Atomic(ALIAS, savepoint=True, durable=False).__enter__()
        assert not waiter.in_atomic_block
        with pytest.raises(OperationalError, match=r"^database is locked$"):
            increment()
        connections[ALIAS] = file.made[0]
    assert file.waiting() == 0
    assert file.value() == 0


def test_who_reads_waits_for_nobody(file: File) -> None:
    with transaction.atomic(using=ALIAS):
        increment()
        file.connect(seconds=0, mode="DEFERRED")
        with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT value FROM counter")
            assert cursor.fetchone() == (0,)
        connections[ALIAS] = file.made[0]
    assert file.value() == 1


def test_a_savepoint_is_part_of_its_transaction(file: File) -> None:
    with transaction.atomic(using=ALIAS):
        with transaction.atomic(using=ALIAS):
            increment()
        with suppress(ZeroDivisionError), transaction.atomic(using=ALIAS):
            increment()
            assert 1 / 0
        assert file.waiting() == 1
    assert file.waiting() == 0
    assert file.value() == 1


def test_two_files_never_wait_for_each_other(files: Files) -> None:
    one, other = files("one.sqlite3"), files("other.sqlite3")
    connections[ALIAS] = one.made[0]
    with transaction.atomic(using=ALIAS):
        other.connect(seconds=0)
        committed(other)
        assert (one.waiting(), other.waiting()) == (1, 0)
        connections[ALIAS] = one.made[0]


def test_two_names_of_a_file_share_its_turns(file: File) -> None:
    link = File(file.path.with_name("link.sqlite3"))
    link.path.symlink_to(file.path)
    with transaction.atomic(using=ALIAS):
        linked = link.connect(seconds=0)
        with pytest.raises(OperationalError, match="locked"):
            increment()
        linked.close()
        connections[ALIAS] = file.made[0]


def test_those_who_came_first_write_first(file: File) -> None:
    order: list[int] = []

    def write(number: int) -> None:
        file.connect()
        with transaction.atomic(using=ALIAS):
            order.append(number)

    with transaction.atomic(using=ALIAS):
        threads = [begun(partial(write, number), file.waiting, number + 2) for number in range(8)]
    ended(*threads)
    assert order == list(range(8))


def test_twenty_threads_add_up_and_none_finds_the_file_locked(file: File) -> None:
    failed: list[BaseException] = []

    def write() -> None:
        file.connect()
        try:
            for _ in range(20):
                with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
                    cursor.execute("SELECT value FROM counter")
                    (value,) = cursor.fetchone()
                    cursor.execute("UPDATE counter SET value = %s", [value + 1])
        except OperationalError as exc:
            failed.append(exc)

    threads = [threading.Thread(target=write) for _ in range(20)]
    for thread in threads:
        thread.start()
    ended(*threads)
    assert failed == []
    assert (file.value(), file.waiting()) == (400, 0)


def test_a_thread_that_dies_in_a_transaction_gives_its_turn_back(file: File) -> None:
    def die() -> None:
        file.connect()
        file.made.pop()  # the thread's own then
        transaction.Atomic(ALIAS, savepoint=True, durable=False).__enter__()
        increment()

    dead = threading.Thread(target=die)
    dead.start()
    ended(dead)
    gc.collect()
    assert file.waiting() == 0
    committed(file)
    assert file.value() == 1


def test_another_connection_of_a_wrapper_begins_without_a_turn(file: File) -> None:
    wrapper = file.made[0]
    transaction.Atomic(ALIAS, savepoint=True, durable=False).__enter__()
    with closing(wrapper.connection):
        wrapper.connection = None
    wrapper.connect()
    assert file.waiting() == 0
    committed(file)


def test_in_memory_nobody_waits_for_anybody(file: File, tmp_path: Path) -> None:
    memory = File(Path(":memory:"))
    for wrapper in (memory.connect(seconds=0), memory.connect(seconds=0)):
        wrapper.connect()
        assert wrapper.turn.path == ""
        with transaction.atomic(using=ALIAS):
            assert memory.waiting() == 0
    for wrapper in memory.made:
        BaseDatabaseWrapper.close(wrapper)


@pytest.mark.parametrize(
    ("url", "engine"),
    [
        ("sqlite:////tmp/x.sqlite3", ENGINE),
        ("sqlite://", ENGINE),
        ("postgres://somebody@host/name", "django.db.backends.postgresql"),
    ],
)
def test_an_address_names_its_engine(url: str, engine: str) -> None:
    assert address_parse(url)["ENGINE"] == engine


def test_what_is_served_from_a_file_takes_turns() -> None:
    served = connections["default"]
    assert (served.vendor == "sqlite") == (settings.DATABASES["default"]["ENGINE"] == ENGINE)
    assert (served.vendor == "sqlite") == isinstance(served, DatabaseWrapper)
