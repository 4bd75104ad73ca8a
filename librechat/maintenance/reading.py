"""Reading a backup, which may be damaged or made to do harm."""

import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO

from django.conf import settings

from librechat.maintenance.archive import FILES, MANIFEST, ROWS, SETTINGS
from librechat.maintenance.blobs import Blob, blob_check
from librechat.maintenance.errors import BackupDamagedError, BackupKeyError, RestoreRefusedError
from librechat.maintenance.manifest import Manifest
from librechat.maintenance.sealing import DAMAGED, SealedReader, is_sealed
from librechat.maintenance.tables import Row

# What a zip that unpacks to far more than it is looks like; rows are ids and words.
LARGEST_RATIO = 200
ALWAYS_FINE_BYTES = 64 * 1024 * 1024
LARGEST_TEXT_BYTES = 16 * 1024 * 1024
LARGEST_LINE_BYTES = 256 * 1024 * 1024
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


class ArchiveReader:
    """A backup that is open; made by ``archive_reading``."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._zip = opened
        self._places = {entry.filename: entry for entry in opened.infolist()}
        if len(self._places) != len(opened.infolist()):
            raise BackupDamagedError("The backup has two things of one name.")
        _refuse_bomb(opened)
        self.manifest = Manifest.load(self._text(MANIFEST))

    def rows(self, label: str) -> Iterator[Row]:
        """Yield the rows of a table."""
        width = len(self.manifest.tables[label].columns)
        with self._open(f"{ROWS}{label}.jsonl") as file:
            for line in _lines(file):
                row = _parsed(line)
                if len(row) != width:
                    raise BackupDamagedError(f"A row of {label} has the wrong number of columns.")
                yield row

    def blobs(self) -> Iterator[tuple[Blob, str]]:
        """Yield every file and the name of its place."""
        with self._open(FILES) as file:
            for line in _lines(file):
                match _parsed(line):
                    case [str(storage), str(name), int(size), str(sha256), str(place)]:
                        blob = Blob(storage, name, size, sha256)
                    case _:
                        raise BackupDamagedError("The list of files of this backup is damaged.")
                blob_check(blob)
                yield blob, place

    @contextmanager
    def blob(self, place: str) -> Iterator[IO[bytes]]:
        """Give what is in a file."""
        with self._open(place) as file:
            yield file

    def settings(self) -> dict[str, bytes]:
        """Return name → content of the settings that travel with a sealed backup."""
        names = [name for name in self._places if name.startswith(SETTINGS)]
        return {name.removeprefix(SETTINGS): self._text(name) for name in names}

    def _text(self, name: str) -> bytes:
        with self._open(name) as file:
            text = file.read(LARGEST_TEXT_BYTES + 1)
        if len(text) > LARGEST_TEXT_BYTES:
            raise BackupDamagedError(f"{name} of this backup is larger than it can be.")
        return text

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        entry = self._places.get(name)
        if entry is None:
            raise BackupDamagedError(f"{name} is missing from this backup.")
        with _damages(), self._zip.open(entry) as file:
            yield file


@contextmanager
def archive_reading(path: Path) -> Iterator[ArchiveReader]:
    """Open a backup.

    Raises:
        RestoreRefusedError: there is no such file, or a newer version made it.
        BackupKeyError: it is sealed, and BACKUP_KEY does not open it.
        BackupDamagedError: it is no backup, or not what was written.
    """
    if not path.is_file():
        raise RestoreRefusedError(f"There is no file {path}. Nothing was changed.")
    with ExitStack() as stack:
        file: IO[bytes] = stack.enter_context(path.open("rb"))
        if is_sealed(path):
            if not settings.BACKUP_KEY:
                raise BackupKeyError("This backup is sealed. Set BACKUP_KEY to the key it has.")
            file = BufferedReader(SealedReader(file, settings.BACKUP_KEY), 64 * 1024)
        with _damages(ValueError, OSError):
            opened = stack.enter_context(zipfile.ZipFile(file))
        yield ArchiveReader(opened)


@contextmanager
def _damages(*further: type[Exception]) -> Iterator[None]:
    kinds: tuple[type[Exception], ...] = (*BROKEN, *further)
    try:
        yield
    except kinds as exc:
        raise BackupDamagedError(DAMAGED) from exc


def _refuse_bomb(opened: zipfile.ZipFile) -> None:
    packed = sum(entry.compress_size for entry in opened.infolist())
    unpacked = sum(entry.file_size for entry in opened.infolist())
    if unpacked > max(ALWAYS_FINE_BYTES, packed * LARGEST_RATIO):
        raise BackupDamagedError(
            "This file would unpack to far more than it is: no backup of ours."
        )


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(LARGEST_LINE_BYTES):
        yield line


def _parsed(line: bytes) -> Row:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise BackupDamagedError(DAMAGED) from exc
    if not isinstance(found, list):
        raise BackupDamagedError(DAMAGED)
    return found
