"""Columns as the database gives them: what has thousands of rows is not converted one by one."""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Func, Subquery, Sum, TextField
from django.db.models.functions import Cast
from typing_extensions import override


class WholeSum(Cast):
    """A sum of whole numbers, made a whole number by the database itself."""

    def __init__(self, column: str) -> None:
        super().__init__(Sum(column), BigIntegerField())

    @override
    def get_db_converters(self, connection: BaseDatabaseWrapper) -> list[Any]:
        return []


class OfGroup(Subquery):
    """A text that follows from what rows are grouped by, "" where there is none.

    It is looked up once for each group. Joined to the rows, it would be for every one of them;
    and so it would be again if the database were told to group by it too.
    """

    template = "COALESCE((%(subquery)s), '')"

    @override
    def get_group_by_cols(self) -> list[Any]:
        return []


class StoredMoment(Func):
    """A moment as the driver gives it; ``moment_of`` reads it, once for each that is different."""

    template = "%(expressions)s"
    arity = 1

    @override
    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **extra: Any) -> Any:
        """Ask for a text: a column that is called a date would be parsed row by row."""
        return self.as_sql(compiler, connection, template="CAST(%(expressions)s AS text)")

    @override
    def get_group_by_cols(self) -> list[Any]:
        """Group by the column itself, in whose order an index has the rows."""
        return self.get_source_expressions()

    def __init__(self, column: str) -> None:
        super().__init__(column, output_field=TextField())

    @override
    def get_db_converters(self, connection: BaseDatabaseWrapper) -> list[Any]:
        return []


def moment_of(stored: str | datetime) -> datetime:
    """Return a moment in UTC: SQLite has a text without a zone, PostgreSQL a moment."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
