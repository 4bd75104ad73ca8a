"""A site with something in every table and every storage."""

import sqlite3
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import Settings

from librechat.maintenance import databases
from librechat.maintenance.blobs import storage_names
from tests.librechat.maintenance.everything import fill_every_table

TEMPLATE: list[sqlite3.Connection] = []  # once it is made
NEWEST: databases.Migrations = {}
PICTURE = b"\x89PNG" + bytes(range(256)) * 9


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """Keep the data of a test in a folder of its own."""
    settings.DATA_DIR = tmp_path / "data"
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.BACKUP_KEY = ""
    backend = "django.core.files.storage.FileSystemStorage"
    where = {"location": str(tmp_path / "uploads")}
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": where}}
    return tmp_path


@pytest.fixture
def further_databases(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let connections be opened that Django's test runner does not know."""
    guarded = BaseDatabaseWrapper.ensure_connection

    def ensure(self: BaseDatabaseWrapper) -> None:
        if not self.alias.startswith("maintenance-"):
            guarded(self)
        elif self.connection is None:
            with self.wrap_database_errors:
                self.connect()

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", ensure)


@pytest.fixture
def filled(further_databases: None, folder: Path) -> Path:
    """Fill every table and every storage; return the folder."""
    fill_every_table()
    for name in storage_names():
        storages[name].save(f"pictures/{name}.png", ContentFile(PICTURE))
    return folder


@pytest.fixture(autouse=True)
def _quick_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Migrate one database from nothing to the newest state, and copy it from then on."""
    slow = databases.migrate

    def migrate(alias: str, migrations: databases.Migrations | None = None) -> None:
        connection = databases.wrapper(alias)
        with connection.cursor() as cursor:
            is_fresh = not connection.introspection.table_names(cursor)
        if connection.vendor != "sqlite" or not is_fresh:
            slow(alias, migrations)
            return
        if TEMPLATE and migrations in (None, NEWEST):
            TEMPLATE[0].backup(connection.connection)
            return
        slow(alias, migrations)
        if not TEMPLATE and not databases.unapplied(alias):
            TEMPLATE.append(sqlite3.connect(":memory:"))
            connection.connection.backup(TEMPLATE[0])
            NEWEST.update(databases.applied(alias))

    monkeypatch.setattr(databases, "migrate", migrate)
