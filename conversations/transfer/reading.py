"""Files to import: JSON, zips of JSON, databases, dumps; opened within bounds."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Literal, TypeAlias

from django.utils.translation import gettext as _

from conversations.errors import ImportRefusedError
from conversations.transfer.parsing import damaged, items_of, too_large

Kind: TypeAlias = Literal["json", "zip", "sqlite", "archive", "folder", "unknown"]

ZIP_START = (b"PK\x03\x04", b"PK\x05\x06")
SQLITE_START = b"SQLite format 3\x00"
ARCHIVE_START = bytes.fromhex("6de29981")
GZIP_START = b"\x1f\x8b"
JSON_STARTS = (b"[", b"{")
HEAD = 1024

LARGEST_DIRECTORY = 16 * 1024 * 1024  # bytes of a zip's table of contents
LARGEST_CONTENT = 2 * 1024 * 1024 * 1024  # of all JSON in a zip, unpacked
LARGEST_RATIO = 200  # unpacked to packed: exports reach about 30
RATIO_COUNTS_FROM = 1024 * 1024
END_OF_ZIP = b"PK\x05\x06"
END_BYTES = 22
LOCATOR = b"PK\x06\x07"
LOCATOR_BYTES = 20
END64_BYTES = 56
LONGEST_COMMENT = 65_535


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside of what was given; its name is shown and compared, never a path."""

    name: str
    size: int
    is_json: bool


class Source:
    """A file, or a dump's folder, to import from."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def kind(self) -> Kind:
        """What the first bytes say it is, whatever its name."""
        if self.path.is_dir():
            return "folder"
        with self.path.open("rb") as file:
            head = file.read(HEAD)
        if head.startswith(ZIP_START):
            return "zip"
        if head.startswith(SQLITE_START):
            return "sqlite"
        if head.startswith((ARCHIVE_START, GZIP_START)):
            return "archive"
        text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        return "json" if text.startswith(JSON_STARTS) else "unknown"

    @cached_property
    def members(self) -> list[Member]:
        """The files inside, by name; a JSON file is its own only member.

        Raises:
            ImportRefusedError: a damaged zip, or one made to fill the disk.
        """
        if self.kind == "json":
            return [Member("", self.path.stat().st_size, is_json=True)]
        if self.kind != "zip":
            return []
        return _zip_members(self.path)

    def items(self, member: Member) -> Iterator[object]:
        """Yield the items of a JSON member; of an object, the object.

        Raises:
            ImportRefusedError: it is damaged.
        """
        with self._opened(member) as stream:
            yield from items_of(stream)

    @contextmanager
    def _opened(self, member: Member) -> Iterator[IO[bytes]]:
        if self.kind == "json":
            with self.path.open("rb") as file:
                yield file
            return
        with _refusing(), zipfile.ZipFile(self.path) as archive, archive.open(member.name) as file:
            yield file


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except ImportRefusedError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError) as exc:
        raise damaged(_("the zip cannot be unpacked")) from exc
    except (RuntimeError, NotImplementedError) as exc:  # a password, a method nobody uses
        raise damaged(_("the zip is encrypted or packed in an unknown way")) from exc


def _zip_members(path: Path) -> list[Member]:
    if _directory_bytes(path) > LARGEST_DIRECTORY:
        raise too_large(_("too many files in it"))
    with _refusing(), zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    unpacked = 0
    for entry in entries:
        if not _is_json(entry.filename):
            continue
        unpacked += entry.file_size
        is_bomb = entry.file_size > max(entry.compress_size, 1) * LARGEST_RATIO
        if unpacked > LARGEST_CONTENT or (entry.file_size > RATIO_COUNTS_FROM and is_bomb):
            raise too_large(_("more in it than it seems, like a zip made to fill a disk"))
    members = {
        entry.filename: Member(entry.filename, entry.file_size, _is_json(entry.filename))
        for entry in entries
    }
    return sorted(members.values(), key=lambda member: member.name)


def _is_json(name: str) -> bool:
    last = name.rpartition("/")[2]
    return last.lower().endswith(".json") and not last.startswith("._")  # macOS puts those


def _directory_bytes(path: Path) -> int:
    """Return the size of a zip's table of contents before anything reads it into memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - LONGEST_COMMENT - END_BYTES - LOCATOR_BYTES - END64_BYTES))
        tail = file.read()
    end = tail.rfind(END_OF_ZIP)
    if end < 0 or len(tail) - end < END_BYTES:
        raise damaged(_("the zip ends too early"))
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    locator = tail[max(0, end - LOCATOR_BYTES) : end]
    if locator.startswith(LOCATOR):
        start = end - LOCATOR_BYTES - END64_BYTES
        directory = max(directory, int.from_bytes(tail[start + 40 : start + 48], "little"))
    return directory
