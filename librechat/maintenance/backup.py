"""Making a backup while the site is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, cast

from django.conf import settings
from django.core.files.storage import storages

from librechat.kernel import clock, secrets
from librechat.kernel.failpoints import hit
from librechat.maintenance import databases, tables
from librechat.maintenance.acts import act
from librechat.maintenance.archive import (
    MANIFEST,
    SETTINGS,
    ArchiveWriter,
    archive_writing,
    line_of,
)
from librechat.maintenance.blobs import names_of, storage_names
from librechat.maintenance.errors import BackupFailedError, BackupKeyError
from librechat.maintenance.manifest import Manifest, Table
from librechat.maintenance.progress import Silent, Told

OPEN_SUFFIX, SEALED_SUFFIX = ".zip", ".zip.sealed"
SECRETS_MARK = "the secrets in this backup"
TRAVELLING = ("secrets.json",)  # of the data folder, in sealed backups only


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup."""

    path: Path
    size: int
    manifest: Manifest
    is_sealed: bool

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "file": str(self.path),
            "bytes": self.size,
            "sealed": self.is_sealed,
            "created": self.manifest.created,
            "tables": len(self.manifest.tables),
            "rows": self.manifest.rows,
            "files": self.manifest.files,
            "goneFiles": self.manifest.gone_files,
        }

    def text(self) -> str:
        """Return it in words."""
        lines = [
            f"{self.path}: {self.manifest.rows} rows of {len(self.manifest.tables)} tables,"
            f" {self.manifest.files} files, {self.size / 1e6:.1f} MB.",
        ]
        if not self.manifest.has_files:
            lines.append("Files are not in it, as you wished.")
        if not self.is_sealed:
            lines.append(
                "It is not sealed, so DATA_DIR/secrets.json is not in it: keep a copy of that file"
                " elsewhere, or set BACKUP_KEY and use --encrypt."
            )
        lines.append(f"See whether it is whole with: manage.py verify_backup {self.path}")
        return "\n".join(lines)


def backup_make(
    *,
    to: Path | None = None,
    is_sealed: bool = False,
    has_files: bool = True,
    told: Told | None = None,
) -> Made:
    """Write everything there is, as of one moment, into one file; nobody has to wait for it.

    ``to``: a folder, or the file itself; BACKUP_DIR when left out.

    Raises:
        BackupKeyError: it shall be sealed, and there is no BACKUP_KEY.
        BackupFailedError: it could not be written; nothing is left of it.
    """
    if is_sealed and not settings.BACKUP_KEY:
        raise BackupKeyError("Set BACKUP_KEY to a long pass phrase to seal backups.")
    path = _path(to, SEALED_SUFFIX if is_sealed else OPEN_SUFFIX)
    passphrase = settings.BACKUP_KEY if is_sealed else ""
    with act("backup", str(path)), _moment() as alias:
        manifest = _manifest(alias, has_files=has_files)
        with archive_writing(path, passphrase=passphrase) as archive:
            # Files first: one that is deleted while rows are written is in the backup then.
            if has_files:
                _files_copy(archive, manifest, told or Silent())
            hit("backup_between")
            _rows_copy(archive, manifest, alias, told or Silent())
            if is_sealed:
                _settings_copy(archive)
            archive.text(MANIFEST, manifest.dump())
            hit("backup_before_finish")
    return Made(path, path.stat().st_size, manifest, is_sealed)


def backups_there() -> list[Path]:
    """Return the backups in BACKUP_DIR, the newest first."""
    folder = Path(settings.BACKUP_DIR)
    found = [*folder.glob(f"*{OPEN_SUFFIX}"), *folder.glob(f"*{SEALED_SUFFIX}")]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def backup_age() -> timedelta | None:
    """Return how old the newest backup is; None when there is none."""
    there = backups_there()
    if not there:
        return None
    return timedelta(seconds=clock.now().timestamp() - there[0].stat().st_mtime)


def backups_thin_out(*, keep: int) -> list[Path]:
    """Delete all but the newest backups of BACKUP_DIR and return which."""
    old = backups_there()[max(1, keep) :]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def _path(to: Path | None, suffix: str) -> Path:
    name = f"librechat-{clock.now():%Y%m%d-%H%M%S}{suffix}"
    if to is None:
        return Path(settings.BACKUP_DIR) / name
    return to / name if to.is_dir() or not to.suffix else to


@contextmanager
def _moment() -> Iterator[str]:
    with databases.opened(databases.served()) as alias, databases.snapshot(alias):
        if later := databases.unknown(databases.applied(alias)):
            raise BackupFailedError(
                f"The database is newer than this program (it has {later[0]}). Nothing was written."
            )
        yield alias


def _manifest(alias: str, *, has_files: bool) -> Manifest:
    return Manifest(
        created=clock.iso(clock.now()),
        vendor=databases.wrapper(alias).vendor,
        title=settings.APP_TITLE,
        migrations=databases.applied(alias),
        secrets_mark=secrets.encrypt(SECRETS_MARK),
        has_files=has_files,
    )


def _rows_copy(archive: ArchiveWriter, manifest: Manifest, alias: str, told: Told) -> None:
    models = tables.models_of(databases.apps_at(alias))
    told.begin("rows", sum(tables.count(model, alias) for model in models.values()), " rows")
    for label, model in models.items():
        columns = tables.names_of(model)
        tally = tables.Tally()
        with archive.table(label) as out:
            for row in tables.rows_of(model, alias):
                out.write(line_of(row))
                tally.add(row)
                told.step(1)
        manifest.tables[label] = Table(columns, tally.rows, tally.hash)


def _files_copy(archive: ArchiveWriter, manifest: Manifest, told: Told) -> None:
    for storage in storage_names():
        names = list(names_of(storage))
        told.begin(storage, len(names), " files")
        for name in names:
            _file_copy(archive, manifest, storage, name)
            told.step(1)


def _file_copy(archive: ArchiveWriter, manifest: Manifest, storage: str, name: str) -> None:
    try:
        with storages[storage].open(name, "rb") as file:
            blob = archive.blob(storage, name, cast("IO[bytes]", file))  # a File reads like one
    except FileNotFoundError:
        manifest.gone_files.append(f"{storage}:{name}")
        return
    manifest.files += 1
    manifest.file_bytes += blob.size


def _settings_copy(archive: ArchiveWriter) -> None:
    for name in TRAVELLING:
        path = Path(settings.DATA_DIR) / name
        if path.exists():
            archive.text(f"{SETTINGS}{name}", path.read_bytes())
    configuration = Path(settings.CONFIG_PATH) if settings.CONFIG_PATH else None
    if configuration is not None and configuration.is_file():
        archive.text(f"{SETTINGS}librechat.yaml", configuration.read_bytes())
