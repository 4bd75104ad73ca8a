"""Values out of bodies and query strings; what does not fit is refused by its name."""

from collections.abc import Mapping
from dataclasses import dataclass

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from librechat.kernel.errors import InvalidInputError
from librechat.kernel.pagination import page_size

DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET = 50, 200, 1_000_000_000
MAX_SEARCH = 200
PAGE = [
    OpenApiParameter("limit", OpenApiTypes.INT, description="1 to 200; 50 by default."),
    OpenApiParameter("offset", OpenApiTypes.INT, description="How many to leave out."),
]


def text_in(body: Mapping[str, object], name: str, *, longest: int = 256) -> str:
    """Return a text of a body that must be there.

    Raises:
        InvalidInputError: it is missing, empty, too long or something else.
    """
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidInputError(f"{name} is required.")
    if len(value) > longest:
        raise InvalidInputError(f"{name} must not exceed {longest} characters.")
    return value.strip()


def flag_in(body: Mapping[str, object], name: str) -> bool:
    """Return a yes or no of a body.

    Raises:
        InvalidInputError: it is missing or something else.
    """
    value = body.get(name)
    if not isinstance(value, bool):
        raise InvalidInputError(f"{name} must be true or false.")
    return value


def objects_in(body: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """Return a list of objects of a body; empty when it is missing.

    Raises:
        InvalidInputError: it is something else.
    """
    given = body.get(name)
    rows = [] if given is None else given
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise InvalidInputError(f"{name} must be a list of objects.")
    return rows


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for."""

    limit: int
    offset: int

    @classmethod
    def of(cls, request: Request) -> "Page":
        """Return the part; what is not a number means the default."""
        limit = page_size(
            request.query_params.get("limit"),
            default=DEFAULT_LIMIT,
            largest=MAX_LIMIT,
        )
        asked = request.query_params.get("offset", "")
        offset = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < MAX_LIMIT else 0
        return cls(limit, min(offset, MAX_OFFSET))

    @property
    def rows(self) -> slice:
        """The part as a slice."""
        return slice(self.offset, self.offset + self.limit)

    def around(self, name: str, rows: list[dict[str, object]], total: int) -> dict[str, object]:
        """Return the answer of a list."""
        return {name: rows, "total": total, "limit": self.limit, "offset": self.offset}


def search_in(request: Request, name: str = "search") -> str:
    """Return what is searched for; empty for everything.

    Raises:
        InvalidInputError: it is too long.
    """
    text = request.query_params.get(name, "").strip()
    if len(text) > MAX_SEARCH:
        raise InvalidInputError(f"{name} must not exceed {MAX_SEARCH} characters.")
    return text
