"""Dumps of MongoDB: a folder of mongodump's, or its archive, as streams of documents."""

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError
from django.utils.translation import gettext as _

from conversations.transfer.cleaning import mapping, object_of
from conversations.transfer.parsing import damaged, too_large
from conversations.transfer.reading import ARCHIVE_START, GZIP_START

SMALLEST = 5
LARGEST = 17 * 1024 * 1024  # MongoDB's limit is 16 MB and a little
LARGEST_DUMP = 64 * 1024 * 1024 * 1024  # unpacked
LENGTH_BYTES = 4
COPIED = 1024 * 1024
MOST_COLLECTIONS = 500  # an open file each
TERMINATOR = b"\xff\xff\xff\xff"
OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    unicode_decode_error_handler="replace",
    datetime_conversion=DatetimeConversion.DATETIME_CLAMP,
)


class Readable(Protocol):
    """The part of a file that is used, packed or not."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        ...


class Dump:
    """Collections by name, each a plain file of documents."""

    def __init__(self, files: dict[str, list[Path]]) -> None:
        self._files = files

    @property
    def names(self) -> list[str]:
        """The collections there are."""
        return sorted(self._files)

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield a collection's documents as JSON; ids are text, dates ISO 8601."""
        for _path, _place, raw in self.places(name):
            yield decoded(raw)

    def places(self, name: str) -> Iterator[tuple[Path, int, bytes]]:
        """Yield where each document is, and its bytes.

        Raises:
            ImportRefusedError: the file is damaged.
        """
        for path in self._files.get(name, []):
            with path.open("rb") as file:
                place = 0
                while raw := _document(file):
                    yield path, place, raw
                    place += len(raw)

    def count(self, name: str) -> int:
        """Return how many documents a collection has; they are stepped over, not read."""
        return sum(1 for _ in self.places(name))


def decoded(raw: bytes) -> dict[str, Any]:
    """Return a document as JSON.

    Raises:
        ImportRefusedError: it is no document.
    """
    try:
        return object_of(bson.decode(raw, OPTIONS))
    except (BSONError, RecursionError, ValueError, OverflowError) as exc:
        raise damaged(_("a document cannot be read")) from exc


@contextmanager
def opened(path: Path) -> Iterator[Dump]:
    """Open a dump; what is packed is unpacked into a folder that goes away afterwards.

    Raises:
        ImportRefusedError: it is damaged.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="move-in-")))
        try:
            files = _of_folder(path, folder) if path.is_dir() else _of_archive(path, folder)
        except (OSError, EOFError, zlib.error) as exc:
            raise damaged(_("the dump cannot be unpacked")) from exc
        yield Dump(files)


def names_of(path: Path) -> set[str]:
    """Return the collections of a dump; of what is none, nothing.

    Raises:
        ImportRefusedError: it is damaged.
    """
    if path.is_dir():
        return {file.name.partition(".bson")[0] for file in _bson_files(path)}
    try:
        with _archive(path) as file:
            if file.read(LENGTH_BYTES) != ARCHIVE_START:
                return set()
            names = (mapping(decoded(raw)).get("collection") for raw in _until_end(file))
            return {str(name) for name in names}
    except (OSError, EOFError, zlib.error) as exc:
        raise damaged(_("the dump cannot be unpacked")) from exc


def _until_end(file: Readable) -> Iterator[bytes]:
    while raw := _document(file):
        yield raw


@contextmanager
def _archive(path: Path) -> Iterator[Readable]:
    with path.open("rb") as raw:
        is_packed = raw.read(2) == GZIP_START
        raw.seek(0)
        if not is_packed:
            yield raw
            return
        with gzip.open(raw) as unpacked:
            yield unpacked


def _bson_files(folder: Path) -> Iterator[Path]:
    for pattern in ("*.bson", "*.bson.gz", "*/*.bson", "*/*.bson.gz"):
        yield from (path for path in sorted(folder.glob(pattern)) if path.is_file())


def _of_folder(path: Path, folder: Path) -> dict[str, list[Path]]:
    files: dict[str, list[Path]] = {}
    for number, file in enumerate(_bson_files(path)):
        name = file.name.partition(".bson")[0]
        if file.suffix == ".gz":
            unpacked = folder / str(number)
            with gzip.open(file) as packed, unpacked.open("wb") as plain:
                _copy(packed, plain)
            files.setdefault(name, []).append(unpacked)
        else:
            files.setdefault(name, []).append(file)
    return files


def _copy(packed: Readable, plain: IO[bytes]) -> None:
    size = 0
    while chunk := packed.read(COPIED):
        size += len(chunk)
        if size > LARGEST_DUMP:
            raise too_large(_("more in it than any instance has"))
        plain.write(chunk)


def _of_archive(path: Path, folder: Path) -> dict[str, list[Path]]:
    """Sort an archive's interleaved documents into a file per collection, named by number."""
    files: dict[str, list[Path]] = {}
    with ExitStack() as stack:
        file = stack.enter_context(_archive(path))
        if file.read(LENGTH_BYTES) != ARCHIVE_START:
            raise damaged(_("it is no archive of mongodump's"))
        for _about in _until_end(file):  # the header, then what is known of each collection
            continue
        written: dict[tuple[str, str], IO[bytes]] = {}
        size = 0
        for header in _until_end(file):
            about = decoded(header)
            key = (str(about.get("db", "")), str(about.get("collection", "")))
            if key not in written:
                if len(written) >= MOST_COLLECTIONS:
                    raise too_large(_("too many collections"))
                target = folder / str(len(written))
                written[key] = stack.enter_context(target.open("wb"))
                files.setdefault(key[1], []).append(target)
            for raw in _until_end(file):
                size += len(raw)
                if size > LARGEST_DUMP:
                    raise too_large(_("more in it than any instance has"))
                written[key].write(raw)
    return files


def _document(file: Readable) -> bytes:
    """Return the next document's bytes; nothing at the end, or at an archive's terminator.

    Raises:
        ImportRefusedError: its length is impossible, or the file ends within it.
    """
    length = file.read(LENGTH_BYTES)
    if length in (b"", TERMINATOR):
        return b""
    size = int.from_bytes(length, "little", signed=True)
    if len(length) < LENGTH_BYTES or not SMALLEST <= size <= LARGEST:
        raise damaged(_("a document has an impossible length"))
    rest = file.read(size - LENGTH_BYTES)
    if len(rest) != size - LENGTH_BYTES or rest[-1:] != b"\x00":
        raise damaged(_("it ends within a document"))
    return length + rest
