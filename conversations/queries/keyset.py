"""Pages of a list that is ordered by one column and, among equals, by id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from librechat.kernel import pagination

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class KeysetOrder:
    """A column, whether it holds a text or a moment, and the direction."""

    column: str
    is_text: bool
    is_descending: bool

    def page(self, rows: QuerySet[Row], cursor: str, limit: int) -> tuple[list[Row], str | None]:
        """Return the rows after a cursor, and the next one, None at the end; one query.

        A cursor that cannot be read means the first page.
        """
        sign = "-" if self.is_descending else ""
        ordered = rows.filter(self._after(cursor)).order_by(f"{sign}{self.column}", f"{sign}pk")
        found = list(ordered[: limit + 1])
        return found[:limit], self._next(found, limit)

    def _after(self, cursor: str) -> Q:
        position = pagination.decode(cursor)
        primary = self._value(position.get("primary", ""))
        if primary is None or not {"primary", "id"} <= position.keys():
            return Q()
        step = "lt" if self.is_descending else "gt"
        tie = Q(**{self.column: primary, f"pk__{step}": position["id"]})
        return Q(**{f"{self.column}__{step}": primary}) | tie

    def _value(self, text: str) -> str | datetime | None:
        return text if self.is_text else pagination.moment(text)

    def _next(self, found: Sequence[Model], limit: int) -> str | None:
        if len(found) <= limit:
            return None
        last = found[limit - 1]
        value = getattr(last, self.column)
        primary = value if isinstance(value, str) else value.isoformat()
        return pagination.encode({"primary": primary, "id": str(last.pk)})
