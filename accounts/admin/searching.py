"""Searching lists of large tables: what a row refers to is looked up first, where it is few."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import CharField, ForeignKey, Model, Q
from django.utils.text import smart_split, unescape_string_literal

# Of people and the like that a word may mean; whoever finds more types more of the name.
MOST_MEANT = 500
QUOTES = {'"', "'"}
# What Django's admin writes before the name of a field → how it is compared.
LOOKUPS = {"=": "iexact", "^": "istartswith"}


def can_match(model: type[Model], fields: Iterable[str]) -> bool:
    """Return whether all fields are the row's own or of what it refers to."""
    paths = {_parted(model, field)[0] for field in fields} - {""}
    return all(
        "__" not in path and isinstance(model._meta.get_field(path), ForeignKey)  # noqa: SLF001 - public but for its name
        for path in paths
    )


def matching(model: type[Model], fields: Iterable[str], text: str) -> Q:
    """Return the rows that have every word in one of the fields, given as in ``search_fields``.

    A field of what a row refers to, as ``user__email``, costs one query and no join.
    """
    condition = Q()
    asked = tuple(fields)
    for word in _words(text):
        found = Q()
        for path, lookups in _by_path(model, asked, word).items():
            found |= lookups if not path else Q(**{f"{path}__in": _meant(model, path, lookups)})
        condition &= found
    return condition


def _words(text: str) -> Iterator[str]:
    for word in smart_split(text):
        is_quoted = word[0] in QUOTES and word[0] == word[-1] and len(word) > 1
        yield unescape_string_literal(word) if is_quoted else word


def _by_path(model: type[Model], fields: Iterable[str], word: str) -> dict[str, Q]:
    """Return relation → what is asked there, "" for the row's own columns."""
    asked: dict[str, Q] = {}
    for field in fields:
        path, column, lookup = _parted(model, field)
        asked[path] = asked.get(path, Q()) | Q(**{f"{column}__{lookup}": word})
    return asked


def _parted(model: type[Model], field: str) -> tuple[str, str, str]:
    """Return relation, column and lookup of one of ``search_fields``."""
    lookup = LOOKUPS.get(field[0], "icontains")
    path, _, column = field.lstrip("".join(LOOKUPS)).rpartition("__")
    # An id is the same or it is another one: regardless of case, no index would serve.
    is_id = lookup == "iexact" and (column in {"id", "key"} or column.endswith("_id"))
    is_text = bool(path) or isinstance(model._meta.get_field(column), CharField)  # noqa: SLF001 - as above
    return path, column, "exact" if is_id and is_text else lookup


def _meant(model: type[Model], path: str, condition: Q) -> list[Any]:
    related: type[Model] = model._meta.get_field(path).related_model  # type: ignore[assignment]  # noqa: SLF001 - a foreign key's model, once apps are ready
    rows = related._base_manager.filter(condition).order_by()  # noqa: SLF001 - as above
    return list(rows.values_list("pk", flat=True)[:MOST_MEANT])
