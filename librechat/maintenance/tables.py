"""Rows in a form both databases share, and what stands for all rows of a table."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import connections
from django.db.models import Field, Model, QuerySet
from django.db.models.options import Options
from django.db.models.sql import InsertQuery

# The values of a row in the order of the columns, as JSON can hold them.
Row: TypeAlias = list[Any]
Columns: TypeAlias = "list[Field[Any, Any]]"

READ_AT_ONCE = 1_000
WRITTEN_AT_ONCE = 500
ALL_HASHES = 1 << 256
# Model → why it is not in a backup. Whatever is not named here is.
EXCLUDED: dict[str, str] = {}


@dataclass(slots=True)
class Tally:
    """How many rows there are, and their hash: the same in whatever order they come."""

    rows: int = 0
    _sum: int = field(default=0, repr=False)

    def add(self, row: Row) -> None:
        """Take a row in."""
        text = json.dumps([_canonical(value) for value in row], sort_keys=True)
        digest = hashlib.sha256(text.encode()).digest()
        # A sum, not a chain: the two databases sort text differently.
        self._sum = (self._sum + int.from_bytes(digest, "big")) % ALL_HASHES
        self.rows += 1

    @property
    def hash(self) -> str:
        """64 hex digits."""
        return f"{self._sum:064x}"


def label_of(model: type[Model]) -> str:
    """Return the name of a table's model, as ``app.Model``."""
    return _options(model).label


def table_of(model: type[Model]) -> str:
    """Return the name of a table in the database."""
    return _options(model).db_table


def _options(model: type[Model]) -> "Options[Model]":
    return model._meta  # noqa: SLF001 - public for all its underscore


def models_of(apps: Apps = installed) -> dict[str, type[Model]]:
    """Return label → model, for every table of rows."""
    found = apps.get_models(include_auto_created=True)
    return {
        label_of(model): model
        for model in sorted(found, key=label_of)
        if _options(model).managed and not _options(model).proxy and label_of(model) not in EXCLUDED
    }


def names_of(model: type[Model]) -> list[str]:
    """Return the names of a table's columns."""
    return [column.attname for column in _columns(model)]


def _columns(model: type[Model]) -> Columns:
    return [column for column in _options(model).concrete_fields if not column.generated]


def count(model: type[Model], alias: str) -> int:
    """Return how many rows a table has."""
    return QuerySet(model=model, using=alias).count()


def rows_of(model: type[Model], alias: str, names: Sequence[str] = ()) -> Iterator[Row]:
    """Yield every row of a table, a thousand in memory at once; all columns unless named."""
    wanted = names or names_of(model)
    found: QuerySet[Model, tuple[Any, ...]] = (
        QuerySet(model=model, using=alias).order_by("pk").values_list(*wanted)
    )
    for values in found.iterator(chunk_size=READ_AT_ONCE):
        yield [_portable(value) for value in values]


def tally(model: type[Model], alias: str, names: Sequence[str] = ()) -> Tally:
    """Return what stands for all rows of a table; the order of the columns counts."""
    found = Tally()
    for row in rows_of(model, alias, names):
        found.add(row)
    return found


def rows_clear(model: type[Model], alias: str) -> None:
    """Delete all rows of a table, and nothing of others."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table_of(model))
        cursor.execute(f"DELETE FROM {name}")  # noqa: S608 - a table of ours


def rows_write(
    model: type[Model],
    alias: str,
    rows: Iterable[Row],
    names: Sequence[str] = (),
) -> Tally:
    """Write rows as they are, no column filled in, and return what stands for them."""
    columns = _columns(model)
    given = names or names_of(model)
    # A model takes its values in its own order, which is that of its migrations in an older one.
    places = [given.index(column.attname) for column in columns]
    written = Tally()
    batch: list[Row] = []
    for row in rows:
        written.add(row)
        batch.append([row[place] for place in places])
        if len(batch) == WRITTEN_AT_ONCE:
            _insert(model, alias, columns, batch)
            batch = []
    _insert(model, alias, columns, batch)
    return written


def _insert(model: type[Model], alias: str, columns: Columns, rows: list[Row]) -> None:
    connection = connections[alias]
    names = [column.attname for column in columns]
    made = [
        model.from_db(
            alias,
            names,
            [column.to_python(value) for column, value in zip(columns, row, strict=True)],
        )
        for row in rows
    ]
    step = max(1, connection.ops.bulk_batch_size(columns, made)) if made else 1
    for start in range(0, len(made), step):
        query = InsertQuery(model)
        # Raw: times of the last change stay what they are.
        query.insert_values(columns, made[start : start + step], raw=True)
        query.get_compiler(using=alias).execute_sql()


def _portable(value: object) -> object:
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case bytes() | memoryview():
            return base64.b64encode(value).decode("ascii")
        case UUID():
            return str(value)
        case _:
            return value


def _canonical(value: object) -> object:
    """Return a value in the one form for numbers: PostgreSQL writes 1e3 in JSON as 1000."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_canonical(item) for item in value]
        case dict():
            return {key: _canonical(item) for key, item in value.items()}
        case _:
            return value
