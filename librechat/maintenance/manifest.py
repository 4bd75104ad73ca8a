"""The table of contents of a backup."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from pydantic import TypeAdapter

from librechat.maintenance.databases import Migrations
from librechat.maintenance.errors import BackupDamagedError, RestoreRefusedError

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns in order, how many rows, and the hash of all of them."""

    columns: list[str]
    rows: int
    sha256: str


@dataclass(slots=True)
class Manifest:
    """What a backup holds.

    tables: label of the model → table. vendor: the database it was made from. secrets_mark: a
    text that CREDS_KEY encrypted; who can read it can read the secrets in the backup. gone_files:
    files that were deleted while the backup was made.
    """

    created: str
    vendor: str
    title: str
    migrations: Migrations
    secrets_mark: str
    format: int = FORMAT
    tables: dict[str, Table] = field(default_factory=dict)
    files: int = 0
    file_bytes: int = 0
    has_files: bool = True
    gone_files: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows in all tables."""
        return sum(table.rows for table in self.tables.values())

    def dump(self) -> bytes:
        """Return it as it stands in a backup."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def load(cls, text: bytes) -> Self:
        """Read it.

        Raises:
            BackupDamagedError: it is none.
            RestoreRefusedError: a later version of the product made it.
        """
        try:
            given: dict[str, Any] = json.loads(text)
            if given["format"] > FORMAT:
                raise RestoreRefusedError(
                    "A newer version of the product made this backup. Install that version first."
                )
            return TypeAdapter(cls).validate_python(given)
        except (ValueError, KeyError, TypeError) as exc:
            raise BackupDamagedError("The table of contents of this backup is damaged.") from exc
