"""The settings that hold for one person: the file's, changed by overrides.

Everything is worked out from the rows that name the person, read in one query each time, so
that a change counts at once in every process; what is expensive, the checking, is remembered
by the versions of those rows.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from django.db.models import Q, QuerySet

from accounts.access.override_tree import SECTIONS, Tree, is_at_or_below, leaves, merged, without
from accounts.access.principals import held_by
from accounts.models import ConfigOverride, PrincipalType, User
from accounts.models.override import BASE
from librechat.kernel import yaml_config

logger = logging.getLogger(__name__)

T = TypeVar("T")
Row: TypeAlias = ConfigOverride
IN_FILE = "librechat.yaml"
REMEMBERED = 256
# Of two rows with the same priority the one for fewer people counts.
CLOSENESS = [PrincipalType.ROLE, PrincipalType.GROUP, PrincipalType.USER]
EVERYBODY = Q(principal_type=PrincipalType.ROLE, principal_id=BASE)

# (section, stamps of the rows) → (the section as the file has it, the checked result)
_checked: dict[tuple[str, tuple[tuple[str, int], ...]], tuple[object, object]] = {}


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective value and where it comes from."""

    path: str
    value: object
    source: str


def rows_of(user: User) -> list[Row]:
    """Return the active rows that hold for a person, the strongest last; one query."""
    return ordered(ConfigOverride.objects.filter(held_by(user) | EVERYBODY, is_active=True))


def rows_for(principal_type: str, principal_id: str) -> list[Row]:
    """Return the active rows for everybody and for exactly this receiver, the strongest last."""
    exact = Q(principal_type=principal_type, principal_id=principal_id)
    return ordered(ConfigOverride.objects.filter(exact | EVERYBODY, is_active=True))


def ordered(rows: "QuerySet[Row] | Iterable[Row]") -> list[Row]:
    """Return rows in the order in which they are laid over each other."""
    return sorted(rows, key=_strength)


def _strength(row: Row) -> tuple[bool, int, int, str]:
    is_closer = CLOSENESS.index(PrincipalType(row.principal_type))
    return (row.principal_id != BASE, row.priority, is_closer, row.pk)


def effective(section: str, kind: type[T], user: User) -> T:
    """Return a section of the yaml as it holds for a person, checked."""
    found = _effective(section, rows_of(user))
    if not isinstance(found, kind):
        raise TypeError(f"The section {section!r} is not a {kind.__name__}.")
    return found


def effective_plain(section: str, user: User) -> dict[str, object]:
    """Return a section as it holds for a person, in the file's own names."""
    found = yaml_config.plain(_effective(section, rows_of(user)))
    return found if isinstance(found, dict) else {}


def effective_document(rows: list[Row]) -> dict[str, object]:
    """Return every section that can be overridden, as it holds under these rows."""
    return {name: yaml_config.plain(_effective(name, rows)) for name in SECTIONS}


def _effective(section: str, rows: list[Row]) -> object:
    if not any(_touches(row, section) for row in rows):
        return yaml_config.value(section)
    file = yaml_config.written(section)
    key = (section, tuple((row.pk, row.version) for row in rows))
    remembered = _checked.get(key)
    if remembered is not None and remembered[0] == file:
        return remembered[1]
    found = _layered(section, file, rows)
    if len(_checked) >= REMEMBERED:
        _checked.clear()
    _checked[key] = (file, found)
    return found


def _layered(section: str, file: object, rows: list[Row]) -> object:
    tree: Tree = {section: file}
    found = yaml_config.value(section)
    for row in rows:
        above = laid_over(tree, row.overrides, row.tombstones)
        try:
            found = yaml_config.checked(section, above.get(section, {}))
        except yaml_config.ConfigError:
            # Right when it was written, but not together with the rows below it.
            logger.exception("A config override is left out.", extra={"override": row.pk})
        else:
            tree = above
    return found


def laid_over(
    below: Mapping[str, object],
    overrides: Mapping[str, object],
    tombstones: Iterable[str],
) -> Tree:
    """Return a tree after one row: what is taken away goes first, then the values are laid on."""
    tree = dict(below)
    for path in tombstones:
        tree = without(tree, path)
    whole = merged(tree, overrides)
    return whole if isinstance(whole, dict) else tree


def _touches(row: Row, section: str) -> bool:
    return section in row.overrides or any(is_at_or_below(path, section) for path in row.tombstones)


def explained(rows: list[Row]) -> list[Setting]:
    """Return every value the file or a row states, and which of them it comes from."""
    given = [name for name in SECTIONS if yaml_config.is_given(name)]
    sources: dict[str, str] = {
        path: IN_FILE for name in given for path, _ in leaves(yaml_config.written(name), name)
    }
    for row in rows:
        gone = [path for path in sources if any(is_at_or_below(path, t) for t in row.tombstones)]
        for path in gone:
            del sources[path]
        sources.update({path: str(row) for path, _ in leaves(row.overrides)})
    values = dict(leaves(effective_document(rows)))
    return [
        Setting(path, values[path], sources[path]) for path in sorted(values) if path in sources
    ]
