"""Databases as all migrations leave them: made once for these migrations, copied from then on.

Every test process and every server that a test starts would run them all again otherwise. The
first one runs them for all; a change of any migration, or of Django, makes another.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg
from django.apps import apps
from django.db.backends.postgresql.psycopg_any import sql

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".test-data" / "prepared"
PREFIX = "librechat_prepared_"
NAME_BYTES = 8


def sqlite_copy(target: Path) -> None:
    """Put a migrated SQLite database at a path where there is none."""
    with _alone():
        source = FOLDER / f"{_name()}.sqlite3"
        if not source.exists():
            with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
                unfinished = Path(folder) / "unfinished.sqlite3"
                _migrate(f"sqlite:///{unfinished}", folder)
                for older in FOLDER.glob("*.sqlite3"):
                    older.unlink()
                unfinished.rename(source)
        shutil.copyfile(source, target)


def postgresql_copy(admin: psycopg.Connection, url: str, name: str) -> None:
    """Create a migrated database of this name.

    ``admin``: a connection of its own that commits at once · ``url``: of the same server.
    """
    with _alone():
        source = _name()
        there = _prepared_names(admin)
        if source not in there:
            for older in there:
                _drop(admin, older)
            unfinished = f"unfinished_{source}"
            _drop(admin, unfinished)
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
            with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
                _migrate(f"{url.rpartition('/')[0]}/{unfinished}", folder)
            admin.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(unfinished), sql.Identifier(source)
                )
            )
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )


def _prepared_names(admin: psycopg.Connection) -> list[str]:
    found = admin.execute("SELECT datname FROM pg_database WHERE datname ^@ %s", [PREFIX])
    return [str(name) for (name,) in found]


def _drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _name() -> str:
    """Return the name of what today's migrations leave."""
    folders = sorted(Path(config.path) / "migrations" for config in apps.get_app_configs())
    digest = hashlib.sha256(django.__version__.encode())
    for path in [path for folder in folders for path in sorted(folder.glob("*.py"))]:
        digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{PREFIX}{digest.hexdigest()[: 2 * NAME_BYTES]}"


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time make or copy; the others find it made."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate(url: str, data_dir: str) -> None:
    variables = {"LIBRECHAT_ENV": "test", "SECRET_KEY": "tests-only-" + "0" * 40}
    made = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--no-input"],
        cwd=ROOT,
        env={**os.environ, **variables, "DATABASE_URL": url, "DATA_DIR": data_dir},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
