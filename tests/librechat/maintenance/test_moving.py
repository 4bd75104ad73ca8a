"""Moving the database: SQLite to PostgreSQL and back, with the same hashes."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from accounts.models import Banner
from librechat.maintenance import databases, tables
from librechat.maintenance.acts import broken_off
from librechat.maintenance.backup import backup_make
from librechat.maintenance.errors import MoveRefusedError
from librechat.maintenance.moving import database_move
from librechat.maintenance.verifying import backup_verify
from tests.librechat.maintenance.test_backup import Hashes, hashes

SERVER = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty PostgreSQL database of the test's own."""
    name = f"move_{tmp_path.name.replace('-', '_').lower()[-30:]}_{os.getpid()}"
    try:
        admin = psycopg.connect(SERVER, autocommit=True, connect_timeout=60)
    except psycopg.Error as error:
        if os.environ.get("REQUIRE") == "all":
            raise
        pytest.skip(f"PostgreSQL is missing: {error}")
    with admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # of a killed run
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{SERVER.rpartition('/')[0]}/{name}"
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def here() -> str:
    """Return the address of the database of the tests."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    return f"{SERVER.rpartition('/')[0]}/{given['NAME']}"


def hashes_at(url: str) -> Hashes:
    with databases.opened(databases.config_of(url)) as alias:
        return hashes(alias)


@pytest.mark.services
def test_everything_moves_to_a_server_and_back_with_the_same_hashes(
    filled: Path, empty_server: str
) -> None:
    before = hashes()
    moved = database_move(source=here(), target=empty_server)
    assert moved.rows == sum(rows for rows, _ in before.values())
    assert hashes_at(empty_server) == before
    back = f"sqlite:///{filled}/back.sqlite3"
    database_move(source=empty_server, target=back)
    assert hashes_at(back) == before
    assert sorted(path.name for path in filled.glob("back*")) == ["back.sqlite3"]
    assert broken_off() == []


@pytest.mark.services
def test_numbers_go_on_behind_the_highest_one(filled: Path, empty_server: str) -> None:
    database_move(source=here(), target=empty_server)
    with databases.opened(databases.config_of(empty_server)) as alias:
        model = tables.models_of()["auth.Group"]
        highest = max(model._default_manager.using(alias).values_list("pk", flat=True))
        assert model._default_manager.using(alias).create(name="later").pk == highest + 1


def test_everything_moves_into_a_file(filled: Path) -> None:
    target = f"sqlite:///{filled}/moved.sqlite3"
    database_move(source=here(), target=target)
    assert hashes_at(target) == hashes()


def test_a_dry_run_only_looks(filled: Path) -> None:
    target = filled / "moved.sqlite3"
    moved = database_move(source=here(), target=f"sqlite:///{target}", is_dry_run=True)
    assert moved.is_dry_run
    assert moved.rows > 0
    assert not target.exists()


def test_a_target_that_is_not_empty_is_refused(filled: Path) -> None:
    target = f"sqlite:///{filled}/moved.sqlite3"
    database_move(source=here(), target=target)
    before = (filled / "moved.sqlite3").read_bytes()
    for is_dry_run in (True, False):
        with pytest.raises(MoveRefusedError, match="not empty"):
            database_move(source=here(), target=target, is_dry_run=is_dry_run)
    assert (filled / "moved.sqlite3").read_bytes() == before


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("mysql://somebody@host/name", "neither sqlite"),
        ("sqlite://", "neither sqlite"),
        ("postgres://nobody:secret@127.0.0.1:1/none", "cannot be used"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_showing_its_password(
    filled: Path, target: str, told: str
) -> None:
    with pytest.raises(MoveRefusedError, match=told) as refused:
        database_move(source=here(), target=target)
    assert "secret" not in refused.value.message


def test_the_same_database_and_one_that_is_not_there_are_refused(filled: Path) -> None:
    with pytest.raises(MoveRefusedError, match="same database"):
        database_move(source=here(), target=here())
    with pytest.raises(MoveRefusedError, match="There is no database"):
        database_move(source="sqlite:////nowhere/x.sqlite3", target=f"sqlite:///{filled}/y.sqlite3")
    assert not (filled / "y.sqlite3").exists()


@pytest.mark.services
def test_what_postgresql_cannot_hold_is_named_and_nothing_moves(
    filled: Path, empty_server: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite holds it")
    Banner.objects.update(message="with a \0 in it")
    with pytest.raises(MoveRefusedError, match=r"accounts\.Banner"):
        database_move(source=here(), target=empty_server)
    with databases.opened(databases.config_of(empty_server)) as alias:
        assert databases.is_used(alias) is False


def test_a_source_that_is_behind_is_refused(filled: Path) -> None:
    source = f"sqlite:///{filled}/behind.sqlite3"
    with databases.opened(databases.config_of(source)) as alias:
        databases.migrate(alias, {"contenttypes": ["0001_initial"]})
    with pytest.raises(MoveRefusedError, match="migrate first"):
        database_move(source=source, target=f"sqlite:///{filled}/moved.sqlite3")


def test_a_backup_names_the_migrations_it_was_made_at(filled: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'sessions'")
        assert cursor.fetchall() == [("0001_initial",)]
    made = backup_make()
    assert made.manifest.migrations["sessions"] == ["0001_initial"]
    assert backup_verify(path=made.path).faults == []
