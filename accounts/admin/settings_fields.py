"""The fields of a section of librechat.yaml, read off the model that checks it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Literal, TypeAlias, Union, get_args, get_origin

from django.utils.translation import gettext
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from accounts.access.override_secrets import SECTIONS_WITH_SECRETS
from accounts.admin.settings_words import description_of
from librechat.kernel import yaml_config
from librechat.kernel.yaml_config.report import SECRET_NAME

Kind: TypeAlias = Literal[
    "boolean", "integer", "number", "choice", "text", "texts", "secret", "json"
]
MAX_DEPTH = 6
LONG = re.compile(r"(content|prompt|welcome|template|instructions|message)$", re.IGNORECASE)
ONE_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")
SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value. path: dotted, in the file's names. bounds: ``ge``, ``le`` … and the number.

    is_whole: it stands for all values of its group at once.
    """

    path: str
    kind: Kind
    is_optional: bool
    choices: tuple[str, ...] = ()
    bounds: tuple[tuple[str, float], ...] = ()
    is_long: bool = False
    is_whole: bool = False

    @property
    def label(self) -> str:
        """What people read."""
        return gettext("All of it") if self.is_whole else label_of(self.path)

    @property
    def description(self) -> str:
        """What it is for; blank where the name says it all."""
        return description_of(self.path)

    @property
    def range(self) -> str:
        """Its bounds, as people read them; blank without any."""
        return " ".join(f"{SIGNS[name]} {limit:g}" for name, limit in self.bounds)


@dataclass(frozen=True, slots=True)
class Group:
    """Values that belong together."""

    path: str
    entries: tuple["Field | Group", ...]

    @property
    def label(self) -> str:
        """What people read."""
        return label_of(self.path)

    @property
    def description(self) -> str:
        """What it is for."""
        return description_of(self.path)


Entry: TypeAlias = Field | Group


def section_group(name: str) -> Group:
    """Return the fields of a section; one that is no mapping of known keys is a single field."""
    found = yaml_config.value(name)
    if isinstance(found, BaseModel):
        return Group(name, tuple(_entries(type(found), name, MAX_DEPTH)))
    return Group(name, (Field(path=name, kind="json", is_optional=True),))


def fields_in(entries: Iterable[Entry]) -> Iterator[Field]:
    """Yield the fields of entries and of the groups among them."""
    for entry in entries:
        if isinstance(entry, Group):
            yield from fields_in(entry.entries)
        else:
            yield entry


def label_of(path: str) -> str:
    """Return the last name of a path as words: ``custom welcome`` of ``customWelcome``."""
    words = ONE_WORD.split(path.rpartition(".")[2])
    text = " ".join(word if word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:]


def _entries(model: type[BaseModel], path: str, depth: int) -> Iterator[Entry]:
    for name, field in model.model_fields.items():
        below = f"{path}.{field.alias or name}"
        yield _entry(below, field, depth)


def _entry(path: str, field: FieldInfo, depth: int) -> Entry:
    variants, bounds = _variants(field.annotation)
    bounds = {**_bounds(field.metadata), **bounds}
    inner = [one for one in variants if isinstance(one, type) and issubclass(one, BaseModel)]
    rest = [one for one in variants if one not in inner]
    if len(inner) == 1 and depth and rest in ([], [bool]):
        below = tuple(_entries(inner[0], path, depth - 1))
        whole = Field(path=path, kind="boolean", is_optional=False, is_whole=True)
        return Group(path, (whole, *below) if rest else below)
    kind, choices = _kind(path, variants)
    is_optional = NoneType in get_args(field.annotation) and not field.is_required()
    return Field(
        path=path,
        kind=kind,
        is_optional=is_optional,
        choices=choices,
        bounds=tuple(bounds.items()),
        is_long=LONG.search(path) is not None,
    )


def _kind(path: str, variants: list[object]) -> tuple[Kind, tuple[str, ...]]:
    simple: dict[object, Kind] = {bool: "boolean", int: "integer"}
    single = variants[0] if len(variants) == 1 else None
    if single in simple:
        return simple[single], ()
    if get_origin(single) is Literal:
        return "choice", tuple(str(one) for one in get_args(single))
    if get_origin(single) is list and _holds_texts(single):
        return "texts", ()
    if variants in ([int, float], [float, int]):
        return "number", ()
    if str in variants and all(_is_text_too(one) for one in variants):
        is_secret = SECRET_NAME.search(path) and path.partition(".")[0] in SECTIONS_WITH_SECRETS
        return ("secret" if is_secret else "text"), ()
    return "json", ()


def _is_text_too(kind: object) -> bool:
    """Return whether what fits beside a text can be written as a text as well."""
    return kind in (str, int, float) or (get_origin(kind) is list and _holds_texts(kind))


def _holds_texts(kind: object) -> bool:
    items, _limits = _variants(get_args(kind)[0])
    return len(items) == 1 and (items[0] is str or get_origin(items[0]) is Literal)


def _variants(annotation: object) -> tuple[list[object], dict[str, float]]:
    """Return the types of an annotation without ``None`` and its bounds."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        found, bounds = _variants(inner)
        return found, {**bounds, **_bounds(marks)}
    if get_origin(annotation) not in (Union, UnionType):
        return ([] if annotation is NoneType else [annotation]), {}
    whole: list[object] = []
    limits: dict[str, float] = {}
    for one in get_args(annotation):
        found, bounds = _variants(one)
        whole += found
        limits |= bounds
    return whole, limits


def _bounds(marks: Iterable[object]) -> dict[str, float]:
    found: dict[str, float] = {}
    for mark in marks:
        if isinstance(mark, FieldInfo):
            found |= _bounds(mark.metadata)
        found |= {name: getattr(mark, name) for name in SIGNS if hasattr(mark, name)}
    return found
