"""Values of foreign files made safe to store: text, ids, dates, JSON."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import category

from librechat.kernel import clock

LONGEST_TEXT = 400_000  # characters of a message; see services/texts.py
LONGEST_ID = 320
DEEPEST_JSON = 60
LONGEST_DATE = 40  # characters of any way to write one
LARGEST_NUMBER = 2**53
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MILLISECONDS_FROM = 100_000_000_000  # larger numbers of seconds lie beyond the year 5000
CONTROL = "Cc"  # the Unicode category
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return the text without NUL; lone surrogates become the replacement character."""
    if text.isascii() and "\x00" not in text:
        return text
    return UNSTORABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", text)


def text_of(value: object) -> str:
    """Return a text as it may be stored; what is no text is empty."""
    return storable(value) if isinstance(value, str) else ""


def line_of(value: object, longest: int) -> str:
    """Return a text as one line of at most so many characters, control characters left out."""
    words = " ".join(text_of(value)[: longest * 4].split())
    # Only these: joiners hold emoji together, and letters newer than our tables are letters.
    return "".join(letter for letter in words if category(letter) != CONTROL)[:longest]


def id_of(value: object) -> str:
    """Return a source's id as text; what cannot be one is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return line_of(str(value) if abs_is_small(value) else "", LONGEST_ID)


def abs_is_small(value: str | int) -> bool:
    """Return whether a number is short enough to be written out."""
    return isinstance(value, str) or abs(value) < LARGEST_NUMBER


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object of JSON; anything else is empty."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """Return a list of JSON; anything else is empty."""
    return value if isinstance(value, list) else []


def moment(value: object) -> datetime | None:
    """Return a date given as seconds, milliseconds or ISO 8601; None when it cannot be true.

    Dates before 2000 or after tomorrow are mistakes: a chat of the year 9999 would stay on top.
    """
    found = any_moment(value)
    if found is None or not EARLIEST <= found <= clock.now() + timedelta(days=1):
        return None
    return found


def any_moment(value: object) -> datetime | None:
    """Return a date however far away it is."""
    match value:
        case bool():
            return None
        case datetime():
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        case int() | float():
            return _from_number(value)
        case str() if len(value) <= LONGEST_DATE:
            return _from_text(value)
        case {"$date": date}:
            return None if isinstance(date, dict) else any_moment(date)
        case _:
            return None


def _from_number(value: float) -> datetime | None:
    try:
        seconds = float(value)
        if not math.isfinite(seconds):
            return None
        if abs(seconds) >= MILLISECONDS_FROM:
            seconds /= 1000
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _from_text(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def json_of(value: object, depth: int = 0) -> object:
    """Return JSON as every database keeps it; what is nested too deeply becomes null."""
    match value:
        case dict() | list() if depth >= DEEPEST_JSON:
            return None
        case dict():
            return {storable(str(name)): json_of(item, depth + 1) for name, item in value.items()}
        case list():
            return [json_of(item, depth + 1) for item in value]
        case _:
            return _scalar(value)


def _scalar(value: object) -> object:
    match value:
        case None | bool():
            return value
        case int():
            return int(value) if abs_is_small(value) else None
        case float():
            return value if math.isfinite(value) else None
        case datetime():
            return clock.iso(value)
        case _:
            return storable(str(value))


def object_of(value: object) -> dict[str, Any]:
    """Return an object of JSON as every database keeps it; anything else is empty."""
    kept = json_of(mapping(value))
    return kept if isinstance(kept, dict) else {}


def objects_of(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list as every database keeps them."""
    return [object_of(item) for item in sequence(value) if isinstance(item, dict)]
