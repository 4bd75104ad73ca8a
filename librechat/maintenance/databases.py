"""Databases beside the one that is served: by address, for as long as they are needed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit, urlunsplit

from django.apps import apps as installed
from django.apps.registry import Apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.recorder import MigrationRecorder
from psycopg import IsolationLevel

from accounts.models import User
from librechat.kernel.ids import short_id
from librechat.sqlite import addresses

# An entry of settings.DATABASES.
Config: TypeAlias = dict[str, Any]
# App → names of its migrations, in alphabetical order.
Migrations: TypeAlias = dict[str, list[str]]

POSTGRESQL = "django.db.backends.postgresql"
SQLITE = addresses.ENGINE
LOCK_SECONDS = 60


def config_of(url: str) -> Config:
    """Return the settings of a database by its address.

    Raises:
        ValueError: it is no address of a database of a kind we know.
    """
    found: Config = addresses.address_parse(url)
    if found["ENGINE"] not in {POSTGRESQL, SQLITE} or found["NAME"] in {"", ":memory:"}:
        raise ValueError(f"{shown(url)} is neither sqlite:///… nor postgres://….")
    return found


def shown(url: str) -> str:
    """Return an address without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{place}"))


def served() -> Config:
    """Return the settings of the database that is served."""
    connection = connections[DEFAULT_DB_ALIAS]
    # From the connection: tests serve another one than the settings name.
    options = {k: v for k, v in connection.settings_dict["OPTIONS"].items() if k != "pool"}
    return {**{key: connection.settings_dict[key] for key in _ADDRESS}, "OPTIONS": options}


_ADDRESS = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")


@contextmanager
def opened(config: Config) -> Iterator[str]:
    """Give the alias of a further connection; it reads without keeping writers waiting."""
    alias = f"maintenance-{short_id(8)}"
    own = {**{key: config.get(key, "") for key in _ADDRESS}, "OPTIONS": _options(config)}
    configured = connections.configure_settings({DEFAULT_DB_ALIAS: own})[DEFAULT_DB_ALIAS]
    # Another dictionary each time: threads that serve people may be going through this one.
    connections.settings = {**connections.settings, alias: configured}
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        kept = {name: one for name, one in connections.settings.items() if name != alias}
        connections.settings = kept


def _options(config: Config) -> dict[str, object]:
    if config["ENGINE"] == POSTGRESQL:
        given = dict(config.get("OPTIONS", {}))
        return {**given, "isolation_level": IsolationLevel.REPEATABLE_READ}
    begin = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;"
    # DEFERRED: a reader that began as IMMEDIATE would lock everybody else out.
    return {"transaction_mode": "DEFERRED", "timeout": LOCK_SECONDS, "init_command": begin}


@contextmanager
def scratch() -> Iterator[str]:
    """Give the alias of an empty database that is gone afterwards."""
    for left in scratch_leftovers():
        shutil.rmtree(left, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix="database-", dir=_scratch_folder()) as folder,
        _locked(Path(folder)),
        opened({"ENGINE": SQLITE, "NAME": str(Path(folder) / "scratch.sqlite3")}) as alias,
    ):
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")  # nobody needs it after a power cut
        yield alias


def scratch_leftovers() -> list[Path]:
    """Return the folders of processes that were killed."""
    left = []
    for folder in _scratch_folder().iterdir():
        with suppress(OSError), _locked(folder):  # refused while somebody uses it
            left.append(folder)
    return left


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    opened_folder = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened_folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened_folder)


def _scratch_folder() -> Path:
    # Beside the data, where the space is: the folder for temporary files may be in memory.
    folder = Path(settings.DATA_DIR) / "scratch"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def snapshot(alias: str) -> Iterator[None]:
    """Read one moment of a database, whatever is written to it meanwhile."""
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        # The moment is that of the first read, not of the beginning of the transaction.
        cursor.execute("SELECT COUNT(*) FROM django_migrations")
        cursor.fetchone()
        yield


def applied(alias: str) -> Migrations:
    """Return the migrations a database has."""
    found: Migrations = {}
    for app, name in sorted(MigrationRecorder(connections[alias]).applied_migrations()):
        found.setdefault(app, []).append(name)
    return found


def unapplied(alias: str) -> list[str]:
    """Return the migrations a database lacks, as ``app.name``."""
    executor = MigrationExecutor(connections[alias])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def unknown(migrations: Migrations) -> list[str]:
    """Return which of these migrations this version of the product does not have."""
    known = MigrationExecutor(connections[DEFAULT_DB_ALIAS]).loader.graph.nodes
    return [
        f"{app}.{name}"
        for app, names in migrations.items()
        for name in names
        if (app, name) not in known
    ]


def migrate(alias: str, migrations: Migrations | None = None) -> None:
    """Bring a database to these migrations, else to the newest."""
    executor = MigrationExecutor(connections[alias])
    graph = executor.loader.graph
    targets = graph.leaf_nodes() if migrations is None else _newest(graph, migrations)
    if executor.migration_plan(targets):
        executor.migrate(targets)


def _newest(graph: MigrationGraph, migrations: Migrations) -> list[tuple[str, str]]:
    """Return those of these migrations that no other of their app follows."""
    wanted = {(app, name) for app, names in migrations.items() for name in names}
    return [
        node
        for node in sorted(wanted)
        if not any(
            child.key in wanted and child.key[0] == node[0]
            for child in graph.node_map[node].children
        )
    ]


def apps_at(alias: str) -> Apps:
    """Return the models as a database has them, which may be behind the program.

    Raises:
        LookupError: it has migrations this version of the product does not know.
    """
    there = applied(alias)
    if later := unknown(there):
        raise LookupError(later[0])
    if not unapplied(alias):
        return installed
    loader = MigrationExecutor(connections[alias]).loader
    return loader.project_state(_newest(loader.graph, there)).apps


def is_used(alias: str) -> bool:
    """Return whether a database holds accounts; one of something else counts as used."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        if not there:
            return False
        if "accounts_user" not in there:
            return "django_migrations" not in there
        return User.objects.using(alias).exists()


def wrapper(alias: str) -> BaseDatabaseWrapper:
    """Return the connection of an alias."""
    return connections[alias]
