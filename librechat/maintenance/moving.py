"""Moving everything from one database to another: SQLite to PostgreSQL, or back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError, connections

from librechat.kernel.failpoints import hit
from librechat.maintenance import databases, tables
from librechat.maintenance.acts import act
from librechat.maintenance.copying import filling, rows_copy, tables_empty
from librechat.maintenance.errors import MoveRefusedError
from librechat.maintenance.progress import Silent, Told
from librechat.maintenance.serving import alone

PART = ".part"


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved, or would be."""

    source: str
    target: str
    rows: int
    tables: int
    is_dry_run: bool

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "from": self.source,
            "to": self.target,
            "rows": self.rows,
            "tables": self.tables,
            "dryRun": self.is_dry_run,
        }

    def text(self) -> str:
        """Return it in words."""
        what = f"{self.rows} rows of {self.tables} tables"
        if self.is_dry_run:
            return f"{what} would move to {self.target}, which is empty. Nothing was changed."
        return (
            f"{what} are in {self.target}; every table has the same hash there.\n"
            f"  Set DATABASE_URL to it and start the server again. {self.source} was only read;\n"
            "  what is written to it from now on does not come along."
        )


def database_move(
    *,
    source: str,
    target: str,
    is_dry_run: bool = False,
    is_forced: bool = False,
    told: Told | None = None,
) -> Moved:
    """Copy everything into an empty database and compare it there; addresses as DATABASE_URL.

    Broken off, it is run again: a half filled target does not come about. ``is_forced``: also
    while a server runs on the source.

    Raises:
        InUseError: a server or a worker runs on the source.
        MoveRefusedError: an address is wrong, the target is not empty, or a row does not fit.
    """
    read, written = _config(source), _config(target)
    if read == written:
        raise MoveRefusedError("Both addresses name the same database. Nothing was changed.")
    hears = told or Silent()
    with (
        _reachable("source"),
        alone(read, is_forced=is_forced or is_dry_run),
        act("move", databases.shown(target)),
        _reading(read) as here,
    ):
        count = sum(tables.count(model, here) for model in tables.models_of().values())
        if is_dry_run:
            _look(written)
        elif written["ENGINE"] == databases.SQLITE:
            _into_file(here, Path(written["NAME"]), hears)
        else:
            _into_server(here, written, hears)
    shown = databases.shown(source), databases.shown(target)
    return Moved(*shown, count, len(tables.models_of()), is_dry_run)


def _config(url: str) -> databases.Config:
    try:
        return databases.config_of(url)
    except ValueError as exc:
        raise MoveRefusedError(f"{exc} Nothing was changed.") from exc


@contextmanager
def _reading(config: databases.Config) -> Iterator[str]:
    """Give the alias of the source, as of one moment."""
    is_file = config["ENGINE"] == databases.SQLITE
    if is_file and not Path(config["NAME"]).is_file():
        raise MoveRefusedError(f"There is no database {config['NAME']}. Nothing was changed.")
    with databases.opened(config) as alias, _reachable("source"), databases.snapshot(alias):
        if later := databases.unknown(databases.applied(alias)):
            raise MoveRefusedError(f"The source is newer than this program (it has {later[0]}).")
        if missing := databases.unapplied(alias):
            raise MoveRefusedError(
                f"The source lacks {missing[0]}. Run manage.py migrate first. Nothing was changed."
            )
        yield alias


@contextmanager
def _reachable(which: str) -> Iterator[None]:
    try:
        yield
    except DatabaseError as exc:
        reason = str(exc).strip().partition("\n")[0]
        raise MoveRefusedError(
            f"The {which} cannot be used: {reason} Nothing was changed."
        ) from exc


def _look(config: databases.Config) -> None:
    """Pass when the target can be reached and is empty."""
    if config["ENGINE"] == databases.SQLITE and not Path(config["NAME"]).exists():
        return
    with databases.opened(config) as alias, _reachable("target"):
        _refuse_used(alias)


def _refuse_used(alias: str) -> None:
    if databases.is_used(alias):
        raise MoveRefusedError("The target is not empty. Nothing was changed.")


def _into_server(source: str, config: databases.Config, told: Told) -> None:
    with databases.opened(config) as target, _reachable("target"):
        _refuse_used(target)
        databases.migrate(target)
        hit("move_before_rows")
        with filling(target):
            tables_empty(target)
            rows_copy(source, target, told)


def _into_file(source: str, path: Path, told: Told) -> None:
    """Fill a file beside it, which gets its name when it is complete."""
    if path.exists():
        _look({"ENGINE": databases.SQLITE, "NAME": str(path)})
    part = path.with_name(path.name + PART)
    _files_delete(part)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = {"ENGINE": databases.SQLITE, "NAME": str(part)}
    try:
        with databases.opened(beside) as target, _reachable("target"):
            databases.migrate(target)
            hit("move_before_rows")
            with filling(target):
                tables_empty(target)
                rows_copy(source, target, told)
            with connections[target].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _files_delete(path)
        part.rename(path)
    finally:
        _files_delete(part)


def _files_delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
