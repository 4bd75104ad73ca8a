"""Seeing whether a backup is whole, by restoring it where nobody sees it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import DatabaseError, OperationalError, connections
from django.db.models import Model

from librechat.kernel import secrets
from librechat.maintenance import databases, tables
from librechat.maintenance.blobs import Blob, pieces
from librechat.maintenance.errors import BackupDamagedError, RestoreRefusedError
from librechat.maintenance.manifest import Table
from librechat.maintenance.progress import Silent, Told
from librechat.maintenance.reading import ArchiveReader, archive_reading


@dataclass(slots=True)
class Verified:
    """What was found; a backup without faults can be restored."""

    path: Path
    created: str
    vendor: str
    tables: int
    rows: int
    files: int
    has_our_secrets: bool
    gone_files: list[str]
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "ok": not self.faults,
            "file": str(self.path),
            "created": self.created,
            "vendor": self.vendor,
            "tables": self.tables,
            "rows": self.rows,
            "files": self.files,
            "secretsReadable": self.has_our_secrets,
            "goneFiles": self.gone_files,
            "faults": self.faults,
        }

    def text(self) -> str:
        """Return it in words."""
        lines = [
            f"{self.path} of {self.created} ({self.vendor}):"
            f" {self.rows} rows of {self.tables} tables, {self.files} files.",
            *(f"  {fault}" for fault in self.faults),
        ]
        if not self.has_our_secrets:
            lines.append(OTHER_SECRETS)
        lines.append(
            "It is NOT whole." if self.faults else "It is whole: all counts and hashes agree."
        )
        return "\n".join(lines)


OTHER_SECRETS = (
    "CREDS_KEY here cannot read the secrets in it (two-factor keys, saved provider keys):"
    " bring back DATA_DIR/secrets.json of the time of the backup, or the CREDS_KEY of then."
)


def backup_verify(*, path: Path, told: Told | None = None) -> Verified:
    """Restore a backup into a database of its own, compare everything, and forget it.

    Raises:
        RestoreRefusedError, BackupKeyError, BackupDamagedError: it cannot even be read.
    """
    hears = told or Silent()
    with archive_reading(path) as archive:
        found = _verified(path, archive)
        with loaded(archive, hears) as alias:
            found.faults += _broken_references(alias)
        found.faults += files_check(archive, hears)
    return found


@contextmanager
def loaded(archive: ArchiveReader, told: Told) -> Iterator[str]:
    """Give the alias of a scratch database with the rows of a backup, at its migrations.

    Raises:
        RestoreRefusedError: a newer version of the product made it.
        BackupDamagedError: what is in it is not what the table of contents says.
    """
    manifest = archive.manifest
    if later := databases.unknown(manifest.migrations):
        raise RestoreRefusedError(
            "A newer version of the product made this backup (it has"
            f" {later[0]}). Install that version first; nothing was changed.",
        )
    with databases.scratch() as alias:
        databases.migrate(alias, manifest.migrations)
        models = tables.models_of(databases.apps_at(alias))
        if missing := sorted(set(models) - set(manifest.tables)):
            raise BackupDamagedError(f"The table {missing[0]} is missing from this backup.")
        told.begin("reading", manifest.rows, " rows")
        with databases.wrapper(alias).constraint_checks_disabled():
            for label, table in manifest.tables.items():
                model = models.get(label)
                if model is None or set(tables.names_of(model)) != set(table.columns):
                    raise BackupDamagedError(f"The table {label} of this backup has other columns.")
                tables.rows_clear(model, alias)
                written = _written(archive, label, model, alias, told)
                _compare(label, table, written)
                _compare(label, table, tables.tally(model, alias, table.columns))
        yield alias


def _written(
    archive: ArchiveReader, label: str, model: type[Model], alias: str, told: Told
) -> tables.Tally:
    def counted() -> Iterator[tables.Row]:
        for row in archive.rows(label):
            yield row
            told.step(1)

    try:
        return tables.rows_write(model, alias, counted(), archive.manifest.tables[label].columns)
    except OperationalError as exc:
        raise RestoreRefusedError(f"There is no room to read it: {exc}. Nothing changed.") from exc
    except (ValidationError, DatabaseError, TypeError, ValueError) as exc:
        raise BackupDamagedError(f"The rows of {label} do not fit into its table.") from exc


def _compare(label: str, table: Table, found: tables.Tally) -> None:
    if (found.rows, found.hash) != (table.rows, table.sha256):
        raise BackupDamagedError(f"The rows of {label} are not those that were saved.")


def files_check(archive: ArchiveReader, told: Told) -> list[str]:
    """Return a sentence for every file that is not what was saved."""
    told.begin("files", archive.manifest.files, " files")
    faults, count = [], 0
    for blob, place in archive.blobs():
        count += 1
        if _content(archive, place, blob) != blob:
            faults.append(f"The file {blob.name} is not the one that was saved.")
        told.step(1)
    if count != archive.manifest.files:
        faults.append(f"{archive.manifest.files} files were saved, {count} are there.")
    return faults


def _content(archive: ArchiveReader, place: str, blob: Blob) -> Blob:
    digest, size = hashlib.sha256(), 0
    with archive.blob(place) as file:
        for piece in pieces(file):
            digest.update(piece)
            size += len(piece)
    return Blob(blob.storage, blob.name, size, digest.hexdigest())


def _broken_references(alias: str) -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        found = {(row[0], row[2]) for row in cursor.fetchall()}
    return [f"Rows of {table} name rows of {other} that are not there." for table, other in found]


def can_read_secrets(mark: str) -> bool:
    """Return whether CREDS_KEY here reads what was encrypted there."""
    try:
        secrets.decrypt(mark)
    except secrets.UnreadableSecretError:
        return False
    return True


def _verified(path: Path, archive: ArchiveReader) -> Verified:
    manifest = archive.manifest
    return Verified(
        path=path,
        created=manifest.created,
        vendor=manifest.vendor,
        tables=len(manifest.tables),
        rows=manifest.rows,
        files=manifest.files,
        has_our_secrets=can_read_secrets(manifest.secrets_mark),
        gone_files=manifest.gone_files,
    )
