"""The stores: database, disk, cache, channels, search, backups, the clock."""

import asyncio
import os
import shutil
import stat
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from channels.exceptions import ChannelFull
from channels.layers import get_channel_layer
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from conversations.errors import SearchUnavailableError
from conversations.models import SearchTask
from conversations.search.backends import chosen
from conversations.search.search import is_server_away
from librechat import serving
from librechat.kernel import clock
from librechat.kernel.errors import CACHE_AWAY
from librechat.kernel.ids import short_id
from librechat.maintenance.acts import broken_off
from librechat.maintenance.backup import backup_age
from librechat.maintenance.findings import Finding, amber, green, red

MEGABYTE = 1024 * 1024
LITTLE_SPACE, NO_SPACE = 2_000 * MEGABYTE, 200 * MEGABYTE
LARGE_LOG = 1_000 * MEGABYTE
OLD_BACKUP = timedelta(days=7)
SKEW_SECONDS = 5
WAIT_SECONDS = 3
LATE = timedelta(minutes=5)
REDIS_FIX = "See whether Redis runs where REDIS_URI says: redis-cli -u $REDIS_URI ping"


def database() -> Iterator[Finding]:
    """See whether the database answers, writes ahead, and is up to date."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if connection.vendor == "sqlite":
            yield from _sqlite()
        else:
            cursor.execute("SHOW server_version")
            yield green("database", f"PostgreSQL {cursor.fetchone()[0]}")
    if serving.has_unapplied_migrations():
        yield red("migrations", "the database is behind the program", "manage.py migrate")
    else:
        yield green("migrations", "all are applied")


def _sqlite() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
    name = str(connection.settings_dict["NAME"])
    log = Path(f"{name}-wal")
    size = log.stat().st_size if log.exists() else 0
    if mode not in {"wal", "memory"}:
        fix = f"sqlite3 {name} 'PRAGMA journal_mode=WAL'"
        yield red("database", f"SQLite in mode {mode}: readers and writers wait", fix)
    elif size > LARGE_LOG:
        fix = f"Stop the server and type: sqlite3 {name} 'PRAGMA wal_checkpoint(TRUNCATE)'"
        yield amber("database", f"its write-ahead log has {size // MEGABYTE} MB", fix)
    else:
        yield green("database", f"SQLite, {mode}")


def disk() -> Iterator[Finding]:
    """Look for space, and who can read the data."""
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    seen = f"{free // MEGABYTE:,} MB free in {folder}"
    fix = "manage.py prune, then a larger disk for DATA_DIR"
    if free < NO_SPACE:
        yield red("disk", seen, fix)
    elif free < LITTLE_SPACE:
        yield amber("disk", seen, fix)
    else:
        yield green("disk", seen)
    if not os.access(folder, os.W_OK):
        yield red("data folder", f"{folder} cannot be written to", f"chown -R $(id -u) {folder}")
    secret = folder / "secrets.json"
    if secret.exists() and stat.S_IMODE(secret.stat().st_mode) & 0o077:
        yield red("data folder", f"others can read {secret}", f"chmod 600 {secret}")


def cached() -> Iterator[Finding]:
    """Write something to the cache and read it."""
    key, value = f"doctor:{short_id(8)}", short_id(8)
    try:
        cache.set(key, value, 10)
        found = cache.get(key)
        cache.delete(key)
    except CACHE_AWAY as exc:
        yield red("cache", f"Redis cannot be reached ({type(exc).__name__})", REDIS_FIX)
        return
    where = "Redis" if settings.REDIS_URI else "in this process"
    if found == value:
        yield green("cache", where)
    else:
        yield red("cache", f"{where} does not give back what it was given", REDIS_FIX)


def channels() -> Iterator[Finding]:
    """Send something through the channel layer."""
    try:
        asyncio.run(_round_trip())
    except (OSError, ChannelFull, TimeoutError, RuntimeError, *CACHE_AWAY) as exc:
        yield red("channel layer", f"nothing comes through ({type(exc).__name__})", REDIS_FIX)
    else:
        yield green("channel layer", "Redis" if settings.REDIS_URI else "in this process")


async def _round_trip() -> None:
    layer = get_channel_layer()
    if layer is None:
        raise RuntimeError("No channel layer is configured.")
    name = await layer.new_channel()
    async with asyncio.timeout(WAIT_SECONDS):
        waiting = asyncio.create_task(layer.receive(name))
        await asyncio.sleep(0.05)  # a subscription takes a moment
        await layer.send(name, {"type": "doctor"})
        await waiting


def search() -> Iterator[Finding]:
    """See whether chats are found, and how far behind the index is."""
    if settings.SEARCH.is_outside:
        try:
            chosen().prepare()
        except SearchUnavailableError:
            fix = f"See whether it runs: curl {settings.SEARCH.url}/health"
            yield red("search", "the search server does not answer; the database searches", fix)
            return
    late = SearchTask.objects.filter(created_at__lt=clock.now() - LATE).count()
    if late or is_server_away():
        fix = "manage.py rebuild_search"
        yield amber("search", f"{late} changes wait to be told for over five minutes", fix)
    else:
        yield green("search", settings.SEARCH.backend)


def backups() -> Iterator[Finding]:
    """Look for a recent backup, and for work that was killed."""
    age = backup_age()
    if age is None:
        yield amber("backup", f"there is none in {settings.BACKUP_DIR}", "manage.py backup")
    elif age > OLD_BACKUP:
        yield amber("backup", f"the newest one is {age.days} days old", "manage.py backup")
    else:
        yield green("backup", f"the newest one is {int(age.total_seconds() // 3600)} hours old")
    for act in broken_off():
        yield red("maintenance", f"a {act.kind} of {act.began} broke off", act.sentence())


def clocks() -> Iterator[Finding]:
    """Compare the clock with those of the database and of the disk."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXTRACT(EPOCH FROM clock_timestamp())")
            there = float(cursor.fetchone()[0])
    else:
        mark = Path(settings.DATA_DIR) / ".clock"
        mark.touch()
        there = mark.stat().st_mtime
        mark.unlink(missing_ok=True)
    skew = abs(there - time.time())
    if skew > SKEW_SECONDS:
        seen = f"the clock is {skew:.0f} seconds off that of the database or disk"
        yield red("clock", seen, "timedatectl set-ntp true, on both machines")
    else:
        yield green("clock", clock.iso(clock.now()))


CHECKUPS = (database, disk, cached, channels, search, backups, clocks)
