"""The file of a backup: a zip, open or sealed, complete or not there at all."""

import fcntl
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from typing import IO, cast

from librechat.maintenance.blobs import Blob, pieces
from librechat.maintenance.errors import BackupFailedError
from librechat.maintenance.sealing import SealedWriter
from librechat.maintenance.tables import Row

MANIFEST, FILES, SETTINGS, ROWS = "manifest.json", "files.jsonl", "settings/", "rows/"
PART = ".part"
OWNER_ONLY = 0o600
INDEX_IN_MEMORY = 1024 * 1024


class ArchiveWriter:
    """Puts a backup together; made by ``archive_writing``."""

    def __init__(self, target: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._index = tempfile.SpooledTemporaryFile(max_size=INDEX_IN_MEMORY)  # noqa: SIM115 - close()
        self._files = 0

    @contextmanager
    def _entry(self, name: str, kind: int = zipfile.ZIP_DEFLATED) -> Iterator[IO[bytes]]:
        entry = zipfile.ZipInfo(name)
        entry.compress_type = kind
        entry.external_attr = OWNER_ONLY << 16
        with self._zip.open(entry, "w", force_zip64=True) as out:
            yield out

    @contextmanager
    def table(self, label: str) -> Iterator[IO[bytes]]:
        """Give where the rows of a table go, a line each."""
        with self._entry(f"{ROWS}{label}.jsonl") as out:
            yield out

    def blob(self, storage: str, name: str, file: IO[bytes]) -> Blob:
        """Copy a file and return what it is."""
        place = f"files/{self._files:08d}"
        self._files += 1
        digest, size = hashlib.sha256(), 0
        with self._entry(place, zipfile.ZIP_STORED) as out:
            for piece in pieces(file):
                out.write(piece)
                digest.update(piece)
                size += len(piece)
        blob = Blob(storage, name, size, digest.hexdigest())
        self._index.write(json.dumps([*astuple(blob), place]).encode() + b"\n")
        return blob

    def text(self, name: str, content: bytes) -> None:
        """Put a short text in."""
        with self._entry(name) as out:
            out.write(content)

    def discard(self) -> None:
        """Let go of what is open, after a failure; once closed, this does nothing."""
        self._index.close()
        with suppress(OSError, ValueError):
            self._zip.close()

    def close(self) -> None:
        """Write the list of files and the end of the zip."""
        self._index.seek(0)
        with self._entry(FILES) as out:
            for piece in pieces(cast("IO[bytes]", self._index)):  # it reads like any file
                out.write(piece)
        self._index.close()
        self._zip.close()


class _Target:
    """The file a zip is written to, which cannot go back: sealed or not, it reads the same."""

    def __init__(self, target: IO[bytes] | SealedWriter) -> None:
        self._target = target

    def write(self, data: bytes) -> int:
        return self._target.write(data)

    def flush(self) -> None:
        pass


@contextmanager
def archive_writing(path: Path, *, passphrase: str = "") -> Iterator[ArchiveWriter]:
    """Write a backup under a name of its own; it gets ``path`` when it is complete.

    Raises:
        BackupFailedError: there is no space, or the folder cannot be written to.
    """
    part = path.with_name(f".{path.name}{PART}")
    if path.exists():
        raise BackupFailedError(f"There is a file {path} already. It was not touched.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        leftovers_remove(path.parent)
        with ExitStack() as stack:
            opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
            file = stack.enter_context(os.fdopen(opened, "wb"))
            stack.callback(part.unlink, missing_ok=True)
            fcntl.flock(file, fcntl.LOCK_EX)  # says to others that somebody is writing it
            sealed = SealedWriter(file, passphrase) if passphrase else None
            writer = ArchiveWriter(cast("IO[bytes]", _Target(sealed or file)))  # all zip needs
            stack.callback(writer.discard)
            yield writer
            writer.close()
            if sealed:
                sealed.finish()
            file.flush()
            os.fsync(file.fileno())
            part.rename(path)
        _folder_sync(path.parent)
    except OSError as exc:
        raise BackupFailedError(f"The backup was not written: {exc.strerror or exc}.") from exc


def leftovers_remove(folder: Path) -> int:
    """Remove what backups that broke off left behind, and return how many."""
    count = 0
    for part in folder.glob(f".*{PART}"):
        with suppress(OSError), part.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while it is written
            part.unlink()
            count += 1
    return count


def line_of(row: Row) -> bytes:
    """Return a row as a line."""
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


def _folder_sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
