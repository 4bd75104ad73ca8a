"""Notes on long work, so that one that was killed is told about afterwards."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings

from librechat.kernel import clock
from librechat.kernel.ids import short_id

Kind = Literal["backup", "restore", "move"]

# What is left behind when work of a kind is killed, and what to do.
AFTERWARDS = {
    "backup": "Nothing else was touched. Make it again with: manage.py backup",
    "restore": (
        "The data is as it was before, or all of it is that of the backup: both change places"
        " at once. Run the same command again: manage.py restore {subject}"
    ),
    "move": "The database that is served was not touched. Run manage.py move_database again.",
}


@dataclass(slots=True)
class Act:
    """Long work: what, on which file or database, when it began."""

    kind: Kind
    subject: str
    began: str

    def sentence(self) -> str:
        """Say what happened and what to do."""
        after = AFTERWARDS[self.kind].format(subject=self.subject)
        return f"A {self.kind} of {self.began} ({self.subject}) broke off. {after}"


@contextmanager
def act(kind: Kind, subject: str) -> Iterator[None]:
    """Note that work goes on; the note is gone when it ends, also when it fails in order."""
    path = _folder() / f"{kind}-{short_id(8)}.json"
    with path.open("x", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # ends with the process, however that ends
        json.dump(asdict(Act(kind, subject, clock.iso(clock.now()))), file)
        file.flush()
        _older_forget(kind, path)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def broken_off() -> list[Act]:
    """Return the work whose process is gone."""
    return [found for _, found in _abandoned()]


def _older_forget(kind: Kind, but: Path) -> None:
    """Forget what broke off earlier: it is being done again."""
    for path, found in _abandoned():
        if found.kind == kind and path != but:
            path.unlink(missing_ok=True)


def _abandoned() -> Iterator[tuple[Path, Act]]:
    for path in sorted(_place().glob("*.json")):
        with suppress(OSError, ValueError, TypeError), path.open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while the work goes on
            yield path, Act(**json.load(file))


def _place() -> Path:
    return Path(settings.DATA_DIR) / "maintenance"


def _folder() -> Path:
    folder = _place()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
