"""Putting a backup in the place of what is there, all at once."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from conversations.search.rebuild import index_missing, rebuild
from librechat.kernel import clock
from librechat.kernel.failpoints import hit
from librechat.maintenance import databases
from librechat.maintenance.acts import act
from librechat.maintenance.backup import OPEN_SUFFIX, SEALED_SUFFIX, Made, backup_make
from librechat.maintenance.blobs import blob_write
from librechat.maintenance.caches import cache_flush
from librechat.maintenance.copying import filling, rows_copy, tables_empty
from librechat.maintenance.errors import BackupDamagedError, RestoreRefusedError
from librechat.maintenance.letters import letters_stop
from librechat.maintenance.progress import Silent, Told
from librechat.maintenance.reading import ArchiveReader, archive_reading
from librechat.maintenance.serving import alone
from librechat.maintenance.verifying import (
    OTHER_SECRETS,
    can_read_secrets,
    files_check,
    loaded,
)

PAGES_AT_ONCE = 500
OWNER_ONLY = 0o600
UNREADABLE = (
    "The database that is here cannot be read ({reason}). Move it out of the way, or make an"
    " empty one, and restore again. Nothing was changed."
)


@dataclass(slots=True)
class Restored:
    """What was put in place."""

    path: Path
    created: str
    rows: int
    files: int
    written_files: int
    safety: Path | None
    stopped_mails: int = 0
    next_steps: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "file": str(self.path),
            "created": self.created,
            "rows": self.rows,
            "files": self.files,
            "writtenFiles": self.written_files,
            "stoppedMails": self.stopped_mails,
            "safetyBackup": str(self.safety) if self.safety else None,
            "next": self.next_steps,
        }

    def text(self) -> str:
        """Return it in words."""
        lines = [
            f"Restored {self.rows} rows and {self.files} files as of {self.created}.",
            *([f"What was here before is in {self.safety}."] if self.safety else []),
            *([_told_of(self.stopped_mails)] if self.stopped_mails else []),
            *(f"  {step}" for step in self.next_steps),
        ]
        return "\n".join(lines)


def _told_of(mails: int) -> str:
    return f"Not sent again, and marked as failed: {mails} mails that waited then."


def is_occupied() -> bool:
    """Return whether a restore would replace accounts.

    Raises:
        RestoreRefusedError: the database cannot be read.
    """
    with databases.opened(databases.served()) as alias:
        try:
            return databases.is_used(alias)
        except DatabaseError as exc:
            raise RestoreRefusedError(UNREADABLE.format(reason=exc)) from exc


def backup_restore(
    *,
    path: Path,
    may_replace: bool = False,
    is_forced: bool = False,
    told: Told | None = None,
) -> Restored:
    """Put a backup in the place of the database, and its files back.

    It is read and compared in a database of its own first. What is here is backed up before it is
    replaced, and it is replaced in one transaction. Mails that waited then are not sent.
    ``is_forced``: also while a server runs.

    Raises:
        InUseError: a server or a worker runs on the database.
        RestoreRefusedError: there are accounts here, or a newer version made the backup.
        BackupKeyError, BackupDamagedError, BackupFailedError: nothing was changed.
    """
    hears = told or Silent()
    occupied = is_occupied()
    if occupied and not may_replace:
        raise RestoreRefusedError("There are accounts here. Nothing was changed.")
    with (
        alone(databases.served(), is_forced=is_forced),
        act("restore", str(path)),
        archive_reading(path) as archive,
    ):
        with loaded(archive, hears) as alias:
            if faults := files_check(archive, hears):
                raise BackupDamagedError(f"{faults[0]} Nothing was changed.")
            databases.migrate(alias)
            stopped = letters_stop(alias)
            safety = _safety_backup().path if occupied else None
            hit("restore_before_files")
            written = _files_write(archive, hears)
            hit("restore_before_rows")
            _publish(alias, hears)
        hit("restore_after_rows")
        done = Restored(
            path,
            archive.manifest.created,
            archive.manifest.rows,
            archive.manifest.files,
            written,
            safety,
            stopped,
        )
        done.next_steps = [*_afterwards(archive), *_settings_keep(archive)]
    return done


def _safety_backup() -> Made:
    is_sealed = bool(settings.BACKUP_KEY)
    suffix = SEALED_SUFFIX if is_sealed else OPEN_SUFFIX
    name = f"before-restore-{clock.now():%Y%m%d-%H%M%S-%f}{suffix}"
    return backup_make(to=Path(settings.BACKUP_DIR) / name, is_sealed=is_sealed)


def _files_write(archive: ArchiveReader, told: Told) -> int:
    told.begin("files", archive.manifest.files, " files")
    written = 0
    for blob, place in archive.blobs():
        with archive.blob(place) as content:
            try:
                written += blob_write(blob, content)
            except OSError as exc:
                raise RestoreRefusedError(
                    f"A file could not be stored ({exc.strerror}). The database was not changed."
                ) from exc
        told.step(1)
    return written


def _publish(scratch: str, told: Told) -> None:
    """Replace the rows that are served; others see the old ones or the new ones."""
    with databases.opened(databases.served()) as target:
        if connections[target].vendor == "sqlite":
            _pages_replace(scratch, target, told)
            return
        databases.migrate(target)
        with filling(target):
            tables_empty(target)
            rows_copy(scratch, target, told)
            hit("restore_before_commit")


def _pages_replace(scratch: str, target: str, told: Told) -> None:
    """Copy the file page by page, in one transaction of SQLite: a kill leaves the old one."""
    source, goal = _file(connections[scratch]), _file(connections[target])
    (pages,) = source.execute("PRAGMA page_count").fetchone()
    told.begin("replacing", pages, " pages")

    def tell(_status: int, remaining: int, total: int) -> None:
        told.step(min(PAGES_AT_ONCE, total - remaining))
        hit("restore_between_pages")

    try:
        source.backup(goal, pages=PAGES_AT_ONCE, progress=tell)
    except sqlite3.Error as exc:
        raise RestoreRefusedError(UNREADABLE.format(reason=exc)) from exc


def _file(wrapper: BaseDatabaseWrapper) -> sqlite3.Connection:
    wrapper.ensure_connection()
    opened: sqlite3.Connection = wrapper.connection
    return opened


def _afterwards(archive: ArchiveReader) -> list[str]:
    """Make what follows from the rows: rights, caches, the search index; say what to do."""
    connection.close()  # whatever it remembers is of the data before
    call_command("migrate", verbosity=0, interactive=False)
    cache_flush()
    if settings.SEARCH.is_outside:
        for _ in rebuild():
            pass
    index_missing()
    steps = ["Start the server again, so that nothing of before is in its memory."]
    if not can_read_secrets(archive.manifest.secrets_mark):
        steps.append(OTHER_SECRETS)
    return steps


def _settings_keep(archive: ArchiveReader) -> list[str]:
    """Lay the settings of then beside those of today; return what to do about them."""
    folder = Path(settings.DATA_DIR) / "restored-settings"
    steps = []
    for name, content in archive.settings().items():
        today = Path(settings.DATA_DIR) / name
        if today.is_file() and today.read_bytes() == content:
            continue
        folder.mkdir(mode=0o700, exist_ok=True)
        kept = folder / Path(name).name
        kept.touch(mode=OWNER_ONLY)
        kept.write_bytes(content)
        steps.append(f"{name} of then is in {kept}; compare it with yours.")
    return steps
