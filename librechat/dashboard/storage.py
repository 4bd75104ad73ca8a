"""How much room the data takes."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import BigIntegerField, Func, Value

from librechat.dashboard.kept import FIVE_MINUTES, kept


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk that DATA_DIR is on, in bytes."""

    total: int
    free: int


def database_bytes() -> int | None:
    """Return the size of the database, at most five minutes old; None where nothing tells it."""
    return kept("database-bytes", _database_bytes, seconds=FIVE_MINUTES)


def _database_bytes() -> int | None:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        parts = [Path(f"{name}{end}") for end in ("", "-wal")]
        return sum(part.stat().st_size for part in parts if part.is_file())
    if connection.vendor == "postgresql":
        size = Func(Value(name), function="pg_database_size", output_field=BigIntegerField())
        # Any table will do, and this one has a row: that of whoever asks.
        return Session.objects.values_list(size, flat=True).first()
    return None


def disk() -> Disk:
    """Return the room on the disk."""
    path = settings.DATA_DIR if settings.DATA_DIR.exists() else Path.cwd()
    usage = shutil.disk_usage(path)
    return Disk(usage.total, usage.free)
