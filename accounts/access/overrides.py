"""The settings that hold for one person: the file's, changed by overrides.

Everything is worked out from the rows that name the person. They are remembered together with a
stamp that the shared cache keeps: a write takes the stamp away, so that a change counts at once,
and it lives for seconds, so that nothing else (another process without a shared cache, somebody
who joins a group) counts later than that. Without any override nothing is read. What is
expensive, the checking, is remembered by the versions of the rows.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.access.override_layers import laid_over
from accounts.access.override_secrets import opened
from accounts.access.override_tree import SECTIONS, Tree, is_at_or_below, leaves
from accounts.access.principals import held_by
from accounts.models import ConfigOverride, PrincipalType, User
from accounts.models.override import BASE
from librechat.kernel import yaml_config
from librechat.kernel.errors import CACHE_AWAY
from librechat.kernel.ids import new_uuid
from librechat.kernel.yaml_config.report import redacted

logger = logging.getLogger(__name__)

T = TypeVar("T")
Row: TypeAlias = ConfigOverride
IN_FILE = "librechat.yaml"
REMEMBERED = 256
STAMP = "overrides:stamp"
STAMP_SECONDS = 5
NONE_ACTIVE = ""
# Of two rows with the same priority the one for fewer people counts.
CLOSENESS = [PrincipalType.ROLE, PrincipalType.GROUP, PrincipalType.USER]
EVERYBODY = Q(principal_type=PrincipalType.ROLE, principal_id=BASE)

# (section, stamps of the rows) → (the section as the file has it, the checked result)
_checked: dict[tuple[str, tuple[tuple[str, int], ...]], tuple[object, object]] = {}
# (person, role) → (stamp, rows)
_rows: dict[tuple[str, str], tuple[str, list[Row]]] = {}


@dataclass(frozen=True, slots=True)
class Setting:
    """One effective value, hidden if it is a secret, and where it comes from."""

    path: str
    value: object
    source: str


def rows_of(user: User) -> list[Row]:
    """Return the active rows that hold for a person, the strongest last; at most a query a stamp.

    The rows are shared: nobody changes them.
    """
    stamp = _stamp()
    if stamp == NONE_ACTIVE:
        return []
    key = (user.pk, user.role)
    known = _rows.get(key)
    if stamp is not None and known is not None and known[0] == stamp:
        return known[1]
    found = ordered(ConfigOverride.objects.filter(held_by(user) | EVERYBODY, is_active=True))
    if stamp is not None:
        if len(_rows) >= REMEMBERED:
            _rows.clear()
        _rows[key] = (stamp, found)
    return found


def overrides_changed() -> None:
    """Let what was just written count: here at once, elsewhere once it is committed."""
    _stamp_forget()
    transaction.on_commit(_stamp_forget)


def _stamp_forget() -> None:
    try:
        cache.delete(STAMP)
    except CACHE_AWAY:
        logger.warning("The cache is away; an override counts a few seconds later.")


def _stamp() -> str | None:
    """Return what names the overrides as they are; None while the cache is away."""
    try:
        known = cache.get(STAMP)
        if known is None:
            is_any = ConfigOverride.objects.filter(is_active=True).exists()
            known = new_uuid() if is_any else NONE_ACTIVE
            cache.set(STAMP, known, STAMP_SECONDS)
    except CACHE_AWAY:
        return None
    return str(known)


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
    """Return every section as it holds under these rows, secrets in the clear."""
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
        above = laid_over(section, tree, opened(row.overrides), row.tombstones)
        try:
            found = yaml_config.checked(section, above.get(section, {}))
        except yaml_config.ConfigError:
            # Right when it was written, but not together with the rows below it.
            logger.exception("A config override is left out.", extra={"override": row.pk})
        else:
            tree = above
    return found


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
        # An endpoint that is taken away stays in the tree, hidden.
        sources.update({f"{path}.hidden": str(row) for path in row.tombstones})
        sources.update({path: str(row) for path, _ in leaves(row.overrides)})
    document = effective_document(rows)
    values = dict(leaves({name: redacted(found, name) for name, found in document.items()}))
    return [
        Setting(path, values[path], sources[path]) for path in sorted(values) if path in sources
    ]
