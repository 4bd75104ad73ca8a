"""Copying all rows from one database to another, and making sure that they arrived."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connections, transaction
from django.db.models import Model

from librechat.kernel.failpoints import hit
from librechat.maintenance import tables
from librechat.maintenance.errors import MoveRefusedError
from librechat.maintenance.progress import Told

LOCK_TIMEOUT = "60s"


@contextmanager
def filling(alias: str) -> Iterator[None]:
    """Fill a database in one transaction: all of it, or nothing."""
    connection = connections[alias]
    with transaction.atomic(using=alias):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        yield
        connection.check_constraints()


def tables_empty(alias: str) -> None:
    """Delete every row of every table, inside the transaction that goes on."""
    connection = connections[alias]
    names = [tables.table_of(model) for model in tables.models_of().values()]
    if connection.vendor == "postgresql":
        # One statement: truncating one after another trips over the references between them.
        quoted = ", ".join(map(connection.ops.quote_name, names))
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {quoted}")
        return
    for model in tables.models_of().values():
        tables.rows_clear(model, alias)


def rows_copy(source: str, target: str, told: Told) -> int:
    """Copy every row, compare every table by its hash, and return how many rows there were.

    Raises:
        MoveRefusedError: a row does not fit, or reads differently afterwards.
    """
    models = tables.models_of()
    total = sum(tables.count(model, source) for model in models.values())
    told.begin("copying", total, " rows")
    copied = {label: _copied(model, source, target, told) for label, model in models.items()}
    hit("move_between")
    told.begin("comparing", total, " rows")
    for label, model in models.items():
        stored = tables.tally(model, target)
        told.step(stored.rows)
        if (stored.rows, stored.hash) != (copied[label].rows, copied[label].hash):
            raise MoveRefusedError(f"{label} reads differently there. Nothing was changed.")
    sequences_reset(target)
    return total


def sequences_reset(alias: str) -> None:
    """Let the counters of a database go on behind the highest number in use."""
    connection = connections[alias]
    statements = connection.ops.sequence_reset_sql(no_style(), list(tables.models_of().values()))
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _copied(model: type[Model], source: str, target: str, told: Told) -> tables.Tally:
    def counted() -> Iterator[tables.Row]:
        for row in tables.rows_of(model, source):
            yield row
            told.step(1)

    try:
        return tables.rows_write(model, target, counted())
    except (DatabaseError, ValidationError, ValueError) as exc:
        # PostgreSQL takes no NUL characters and no text that is too long; SQLite takes both.
        reason = str(exc).strip().partition("\n")[0]
        raise MoveRefusedError(
            f"A row of {tables.label_of(model)} does not fit there: {reason} Nothing was changed."
        ) from exc
