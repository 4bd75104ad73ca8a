"""Opaque cursors: where a list goes on."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

import orjson
from django.utils.dateparse import parse_datetime

MAX_CURSOR_CHARACTERS = 2048


def encode(position: Mapping[str, str]) -> str:
    """Return a position as an opaque cursor."""
    return base64.b64encode(orjson.dumps(dict(position))).decode()


def decode(cursor: str) -> dict[str, str]:
    """Return the position in a cursor; one that cannot be read means the first page: {}."""
    if not cursor or len(cursor) > MAX_CURSOR_CHARACTERS:
        return {}
    try:
        position = orjson.loads(base64.b64decode(cursor, validate=True))
    except (binascii.Error, ValueError):
        return {}
    if not isinstance(position, dict):
        return {}
    return {
        str(name): value.replace("\x00", "")  # which no database compares with
        for name, value in position.items()
        if isinstance(value, str)
    }


def moment(text: str) -> datetime | None:
    """Return the moment in a cursor's value; None for what is none, or has no time zone."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def page_size(asked: str | None, *, default: int = 25, largest: int = 100) -> int:
    """Return how many rows to show; what is not a number means the default."""
    try:
        number = int(asked or "")
    except ValueError:
        return default
    return min(max(number, 1), largest)
