"""Fields of JSON that a stranger wrote: read without trust, never raising."""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import NoReturn, TypeAlias

import orjson

JsonObject: TypeAlias = Mapping[str, object]

MAX_COUNT = 2**53
# An escape of JSON text: a surrogate pair, a lone surrogate or anything else.
_ESCAPE = re.compile(
    r"\\(?:(?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


class NotJsonError(ValueError):
    """The text is no JSON."""


def parse_json(text: str | bytes) -> object:
    """Return the parsed text.

    Lone surrogates become U+FFFD, NaN and Infinity None: neither may reach a database. Whole
    numbers of more than 64 bits become floating ones: no other parser would read them again.

    Raises:
        NotJsonError: the text is no JSON, or nested too deep.
    """
    try:
        parsed: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parse_leniently(text, lambda _number: None)
    return parsed


def parse_asked(text: str | bytes) -> tuple[object, bool]:
    """Return a request's parsed text as ``parse_json`` does, and whether it was no strict JSON.

    Raises:
        NotJsonError: the text is no JSON, nested too deep, or has NaN or Infinity in it: a request
            without them would be another one.
    """
    try:
        parsed: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parse_leniently(text, _refuse), True
    return parsed, False


def _refuse(number: str) -> NoReturn:
    raise NotJsonError(number)


def _parse_leniently(text: str | bytes, endless: Callable[[str], float | None]) -> object:
    """Return the parsed text; ``endless`` stands for numbers that are none, or too large."""

    def floating(digits: str) -> float | None:
        number = float(digits)
        return number if math.isfinite(number) else endless(digits)

    def whole(digits: str) -> int | float | None:
        number = int(digits)  # refuses more than some thousand digits
        return number if -(2**63) <= number < 2**64 else floating(digits)

    written = text if isinstance(text, str) else text.decode("utf-8", "replace")
    repaired = _ESCAPE.sub(lambda m: "\\ufffd" if m["lone"] else m[0], written)
    printable = repaired.encode("utf-8", "replace").decode()
    try:
        parsed: object = json.loads(
            printable, parse_constant=endless, parse_int=whole, parse_float=floating
        )
    except (ValueError, RecursionError) as exc:
        raise NotJsonError("The text is not JSON.") from exc
    return parsed


def text_of(value: object) -> str:
    """Return a string, or "" for anything else."""
    return value if isinstance(value, str) else ""


def object_of(value: object) -> JsonObject:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[JsonObject]:
    """Return the objects of a list, or none for anything else."""
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def texts_of(value: object) -> list[str]:
    """Return the strings of a list; a single string counts as a list of one."""
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if isinstance(item, str) and item]


def count_of(value: object) -> int | None:
    """Return a number of tokens, or None for anything that cannot be one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value < MAX_COUNT:
        return None
    return int(value)


def number_of(value: object) -> float | None:
    """Return a finite number, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < MAX_COUNT else None


def to_json(value: object) -> str:
    """Return compact JSON text of a parsed value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
