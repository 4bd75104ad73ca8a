"""Files of people, in whatever storage they are."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.core.files.utils import validate_file_name

from librechat.maintenance.errors import BackupDamagedError

PIECE_BYTES = 1024 * 1024
# Storage → why it is not in a backup. Whatever is not named here is.
EXCLUDED = {"staticfiles": "made from the program's own files by collectstatic"}


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file: where, under which name, what is in it."""

    storage: str
    name: str
    size: int
    sha256: str


def storage_names() -> list[str]:
    """Return the storages that hold what people gave."""
    return sorted(set(settings.STORAGES) - set(EXCLUDED))


def names_of(alias: str) -> Iterator[str]:
    """Yield the name of every file in a storage."""
    yield from _names(storages[alias], "")


def _names(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return  # nothing was ever stored
    for name in sorted(files):
        yield f"{folder}{name}"
    for name in sorted(folders):
        yield from _names(storage, f"{folder}{name}/")


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield what is in a file, a megabyte in memory at once."""
    while piece := file.read(PIECE_BYTES):
        yield piece


def stored(storage: str, name: str) -> Blob | None:
    """Return what is stored under a name; None when there is nothing."""
    digest, size = hashlib.sha256(), 0
    if not storages[storage].exists(name):
        return None
    with storages[storage].open(name, "rb") as file:
        for piece in pieces(file):
            digest.update(piece)
            size += len(piece)
    return Blob(storage, name, size, digest.hexdigest())


def blob_check(blob: Blob) -> None:
    """Pass when a blob names a place inside a storage of ours.

    Raises:
        BackupDamagedError: it leads somewhere else.
    """
    if blob.storage not in storage_names():
        raise BackupDamagedError(f"The backup has files for {blob.storage!r}, which is no storage.")
    try:
        validate_file_name(blob.name, allow_relative_path=True)
        is_inside = "\\" not in blob.name and "\0" not in blob.name
    except SuspiciousOperation:
        is_inside = False
    if not is_inside:
        raise BackupDamagedError("The backup has a file whose name leads out of its folder.")


def blob_write(blob: Blob, content: IO[bytes]) -> bool:
    """Store a file, unless it is there already; return whether it was written."""
    there = stored(blob.storage, blob.name)
    if there == blob:
        return False
    if there is not None:
        storages[blob.storage].delete(blob.name)
    storages[blob.storage].save(blob.name, File(content))
    return True
