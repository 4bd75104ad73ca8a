"""What has begun and ended, written to disk at once, so that a crash loses no call.

Lines of JSON in segments: first ``{"fields": [...]}``, the names of what follows, then
``{"open": [...]}`` when a call begins and ``{"close": [...]}`` when it ends. A segment is deleted
when everything in it is in the database. Its process holds a lock on it: a segment that can be
locked belongs to a dead one and is replayed.
"""

import fcntl
import logging
import mmap
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from agents.relay.record import FIELDS, Record, values_of

logger = logging.getLogger(__name__)

SEGMENT_BYTES = 8 * 1024 * 1024
SUFFIX = ".jsonl"
HEAD = b'{"fields":%b}\n' % orjson.dumps(FIELDS)


@dataclass(slots=True)
class Segment:
    """One file, written through memory: what is there the system keeps when the process is killed.

    pending: calls that began in it and are not in the database. end: where the next line goes.
    """

    path: Path
    descriptor: int
    memory: mmap.mmap
    pending: int = 0
    end: int = 0

    @property
    def is_full(self) -> bool:
        """Whether calls should begin in another one; those of this one still end here."""
        return self.end > SEGMENT_BYTES // 2

    def append(self, line: bytes) -> None:
        """Write a line."""
        end = self.end + len(line)
        if end <= SEGMENT_BYTES:
            self.memory[self.end : end] = line
        else:  # behind what is mapped: very many calls that began here end at last
            os.pwrite(self.descriptor, line, max(self.end, SEGMENT_BYTES))
            end = max(self.end, SEGMENT_BYTES) + len(line)
        self.end = end


class Journal:
    """The segments of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self._current: Segment | None = None

    def opened(self, record: Record, segment: Segment | None = None) -> Segment:
        """Note that a call begins, or begins anew; return where its end is to be noted."""
        if segment is None:
            segment = self._segment()
            segment.pending += 1
        segment.append(_line(b"open", record))
        return segment

    def closed(self, segment: Segment, record: Record) -> None:
        """Note how a call ended; without room on the disk only the database will know."""
        try:
            segment.append(_line(b"close", record))
        except OSError:
            logger.exception("The end of a relayed call could not be written to the journal.")

    def noted(self, record: Record) -> Segment | None:
        """Note a call that cost nothing; None where there is no room: it may do without."""
        try:
            segment = self.opened(record)
        except OSError:
            logger.exception("A refused call could not be written to the journal.")
            return None
        self.closed(segment, record)
        return segment

    def flushed(self, segment: Segment) -> None:
        """Note that a call is in the database."""
        segment.pending -= 1
        if not segment.pending and segment is not self._current:
            _remove(segment)

    def close(self) -> None:
        """Let go of everything; what is not in the database stays for the next process."""
        if self._current is not None and not self._current.pending:
            _remove(self._current)
        self._current = None

    def _segment(self) -> Segment:
        if self._current is not None and not self._current.is_full:
            return self._current
        previous = self._current
        self._number += 1
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{os.getpid()}-{id(self):x}-{self._number}{SUFFIX}"
        self._current = _made(path)
        self._current.append(HEAD)
        if previous is not None and not previous.pending:
            _remove(previous)
        return self._current


def _made(path: Path) -> Segment:
    """Return a new segment, locked.

    Its room is taken at once: on a full disk a process dies that writes into memory without any.

    Raises:
        OSError: there is no room.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.posix_fallocate(descriptor, 0, SEGMENT_BYTES)
        return Segment(path, descriptor, mmap.mmap(descriptor, SEGMENT_BYTES))
    except OSError:
        path.unlink(missing_ok=True)
        os.close(descriptor)
        raise


def abandoned(folder: Path) -> Iterator[tuple[Path, list[Record], list[Record]]]:
    """Yield the segments of dead processes: path, calls that ended, calls that did not.

    The caller deletes what it has stored; until then nobody else gets the segment.
    """
    for path in sorted(folder.glob(f"*{SUFFIX}")) if folder.exists() else []:
        descriptor = _taken(path)
        if descriptor is None:
            continue
        try:
            yield (path, *_read(path))
        finally:
            os.close(descriptor)


def _taken(path: Path) -> int | None:
    """Return the lock on a dead process's segment; None for a living one's, or where there is none.

    Several processes start at once: what another one has stored meanwhile is gone.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if not path.exists():  # deleted between the two
        os.close(descriptor)
        return None
    return descriptor


def _read(path: Path) -> tuple[list[Record], list[Record]]:
    began: dict[str, Record] = {}
    ended: dict[str, Record] = {}
    names: list[str] = []
    for line in path.read_bytes().split(b"\n"):
        try:
            entry = orjson.loads(line.strip(b"\x00"))  # zeros: what was never written
        except orjson.JSONDecodeError:
            continue  # the last line of a process that was killed while it wrote
        if "fields" in entry:
            names = entry["fields"]
        elif "open" in entry:
            record = _record(names, entry["open"])
            began[record.id] = record
        elif "close" in entry:
            record = _record(names, entry["close"])
            ended[record.id] = record
    lost = [record for name, record in began.items() if name not in ended]
    return list(ended.values()), lost


def _record(names: Sequence[str], values: Sequence[object]) -> Record:
    """Return a record as some version of the program wrote it."""
    told = dict(zip(names, values, strict=True))
    return Record(**{name: told[name] for name in FIELDS if name in told})  # type: ignore[arg-type]  # our own line, read back


def _line(kind: bytes, record: Record) -> bytes:
    return b'{"%b":%b}\n' % (kind, orjson.dumps(values_of(record)))


def _remove(segment: Segment) -> None:
    segment.path.unlink(missing_ok=True)
    segment.memory.close()
    os.close(segment.descriptor)
