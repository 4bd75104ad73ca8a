"""Pages of a list that is ordered by columns and, among equals, by id."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol, TypeAlias, TypeVar

from django.db.models import Model, Q, QuerySet

from librechat.kernel import pagination

Row = TypeVar("Row", bound=Model)
Value: TypeAlias = str | int | datetime
MAX_NUMBER = 9  # digits of a number in a cursor


class Placed(Protocol):
    """A row, or what is made of one: it has the columns of its order and an id."""

    @property
    def pk(self) -> str:
        """The row's id."""


Thing = TypeVar("Thing", bound=Placed)


@dataclass(frozen=True, slots=True)
class Column:
    """A field or annotation; ``key``: what it is called in the cursor."""

    name: str
    kind: Literal["text", "moment", "number"] = "moment"
    key: str = "primary"

    def value(self, text: str) -> Value | None:
        """Return the value in a cursor; None for what is none."""
        match self.kind:
            case "text":
                return text
            case "moment":
                return _moment(text)
            case "number":
                is_number = text.isascii() and text.isdigit() and len(text) <= MAX_NUMBER
                return int(text) if is_number else None

    def text(self, row: object) -> str:
        """Return a row's value as it stands in a cursor."""
        value = getattr(row, self.name)
        return value.isoformat() if isinstance(value, datetime) else str(value)


@dataclass(frozen=True, slots=True)
class KeysetOrder:
    """Columns, all in one direction; the row's id comes last.

    ``label``: a key and a value that every cursor of this order carries; one of another order
    cannot be read then.
    """

    columns: tuple[Column, ...]
    is_descending: bool = True
    label: tuple[tuple[str, str], ...] = ()

    def page(self, rows: QuerySet[Row], cursor: str, limit: int) -> tuple[list[Row], str | None]:
        """Return the rows after a cursor, and the next one, None at the end; one query.

        A cursor that cannot be read means the first page.
        """
        return self.cut(list(self.first(rows, cursor, limit)), limit)

    def first(self, rows: QuerySet[Row], cursor: str, limit: int) -> QuerySet[Row]:
        """Return the rows after a cursor in order, one more than a page has."""
        position = self._position(cursor)
        if position is not None:
            rows = rows.filter(self._beyond(position), self._not_before(position))
        return self.sorted(rows)[: limit + 1]

    def sorted(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Return the rows in order."""
        sign = "-" if self.is_descending else ""
        return rows.order_by(*(f"{sign}{name}" for name in [*self._names(), "pk"]))

    def cut(self, found: Sequence[Thing], limit: int) -> tuple[list[Thing], str | None]:
        """Return the page of ordered rows that may be one too many, and the next cursor."""
        page = list(found[:limit])
        return page, self._cursor(page[-1]) if len(found) > limit else None

    def _names(self) -> Iterable[str]:
        return dict.fromkeys(column.name for column in self.columns)

    def _cursor(self, last: Placed) -> str:
        values = {column.key: column.text(last) for column in self.columns}
        return pagination.encode({**dict(self.label), **values, "id": last.pk})

    def _position(self, cursor: str) -> Mapping[str, Value] | None:
        """Return column → value of the last row seen, its id as "pk"."""
        found = pagination.decode(cursor)
        if "id" not in found or not dict(self.label).items() <= found.items():
            return None
        position: dict[str, Value] = {}
        for column in self.columns:
            value = column.value(found[column.key]) if column.key in found else None
            if value is None:
                return None
            position[column.name] = value
        return {**position, "pk": found["id"]}

    def _beyond(self, position: Mapping[str, Value]) -> Q:
        step = "lt" if self.is_descending else "gt"
        condition = Q(**{f"pk__{step}": position["pk"]})
        for name in reversed(list(self._names())):
            value = position[name]
            condition = Q(**{f"{name}__{step}": value}) | (Q(**{name: value}) & condition)
        return condition

    def _not_before(self, position: Mapping[str, Value]) -> Q:
        """Return the plain bound that ``_beyond`` implies: with it an index starts at the page."""
        [name, *_] = self._names()
        return Q(**{f"{name}__{'lte' if self.is_descending else 'gte'}": position[name]})


def _moment(text: str) -> datetime | None:
    """Return a moment that a database can compare with: in UTC it is in the years 1 to 9999."""
    found = pagination.moment(text)
    try:
        return found.astimezone(UTC) if found is not None else None
    except OverflowError:
        return None
