"""A librechat.yaml that has every key of the table beside this file."""

import copy
import csv
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("librechat_yaml_keys.tsv")
UNCHECKED = {"lazy", "unknown", "undefined", "(strict)"}
# Sections whose keys differ by variant, and how many variants they have.
VARIANTS = {"mcpServers": 4, "memory": 2, "summarization": 3}


@dataclass(frozen=True)
class Key:
    """``path``: parts without marks; ``[]`` is the item of a list, ``<name>`` a free key."""

    text: str
    path: tuple[str, ...]
    type: str
    default: str
    variants: frozenset[int]

    def stands_in(self, variant: int) -> bool:
        count = VARIANTS.get(self.path[0], 1)
        return not self.variants or min(variant, count) in self.variants


@cache
def known_keys() -> list[Key]:
    with TABLE.open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [_key(row["key"], row["type"], row["default"] or "") for row in rows]


def _key(text: str, kind: str, default: str) -> Key:
    marks = re.findall(r"<([\d,]+)>", text)
    plain = re.sub(r"<[\d,]+>", "", text).replace("[]", ".[]")
    variants = frozenset(int(number) for mark in marks for number in mark.split(","))
    return Key(text, tuple(plain.split(".")), kind, default, variants)


def full_document(variant: int) -> dict[str, Any]:
    """Return a document with every key that stands in this variant of the unions."""
    document: dict[str, Any] = {}
    for key in known_keys():
        if key.stands_in(variant) and key.type not in {"undefined", "(strict)"}:
            place(document, key.path, sample(key, variant))
    return document


@cache
def _whole(variant: int) -> dict[str, Any]:
    return full_document(variant)


def section(name: str, variant: int) -> dict[str, Any]:
    """Return a fresh copy of one top-level key of the full document, as a document."""
    return {name: copy.deepcopy(_whole(variant)[name])}


def place(document: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    """Put a value at a path; a mapping that children filled already stays."""
    holder: Any = document
    for part, following in itertools.pairwise(path):
        holder = _step(holder, part, [] if following == "[]" else {})
    if path[-1] == "[]":
        holder[:] = [value]
    elif not (isinstance(value, dict | list) and not value and path[-1] in holder):
        holder[path[-1]] = value


def _step(holder: Any, part: str, empty: object) -> Any:
    if part == "[]":
        if not holder:
            holder.append(empty)
        return holder[0]
    if not isinstance(holder.get(part), type(empty)) or not holder[part]:
        holder[part] = empty
    return holder[part]


def look(document: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        document = document[0] if part == "[]" else document[part]
    return document


def drop(document: dict[str, Any], path: tuple[str, ...]) -> None:
    look(document, path[:-1]).pop(path[-1], None)


def expected_default(key: Key) -> object:
    return json.loads(key.default)


def sample(key: Key, variant: int) -> Any:
    """Return a value of the key's type; a container without children shown is left empty."""
    if key.path[0] == "mcpServers" and key.path[-1] == "url":
        return "ws://example.org" if variant == 2 else "https://example.org"
    return _sample(key.type)


def _sample(kind: str) -> Any:
    if kind.endswith(" min 1"):
        kind = kind.removesuffix(" min 1")
    if kind in {"object", "lazy", "unknown", "record<object>", "boolean or object"}:
        return {}
    if kind in {"object[]", "string or object[]", "object[] or string[]"}:
        return []
    if "record<object or boolean>" in kind:
        return {}
    if match := re.fullmatch(r"record<(.*)>", kind):
        return {"name": _sample(match[1].split(" or ")[0])}
    first = kind.split(" or ", maxsplit=1)[0]
    if first.endswith("[]") or kind.endswith("bedrock[]"):
        return [_sample(first.removesuffix("[]"))]
    return _scalar(first)


def _scalar(kind: str) -> Any:
    if kind == "string" or (kind.startswith("string(") and "url" not in kind):
        return "text"
    if kind.startswith("string("):
        return "https://example.org"
    if kind == "boolean":
        return True
    if re.fullmatch(r"number(\(.*\))?", kind):
        least = re.search(r"min ([\d.]+)", kind)
        number = float(least[1]) if least else 1.5
        return int(number) if number.is_integer() else number
    if kind.startswith('"'):
        return json.loads(kind)
    return next(word for word in kind.split("/") if word)


def wrong_places(variant: int) -> Iterator[Key]:
    """Yield the keys whose type refuses a list of lists; shared ones only for variant 1."""
    for key in known_keys():
        is_due = key.stands_in(variant) and (variant == 1 or bool(key.variants))
        if is_due and key.type not in UNCHECKED and key.text != "version":
            yield key
