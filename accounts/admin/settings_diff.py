"""Before and after of settings, line by line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import ndiff

import yaml
from django.utils.translation import gettext as _

from accounts.access.override_secrets import opened
from accounts.access.override_tree import leaves
from accounts.access.overrides import effective_document
from accounts.admin.settings_scope import Scope
from accounts.admin.settings_secrets import hinted
from accounts.admin.settings_values import MISSING
from accounts.models import ConfigOverride
from accounts.services.override_rows import DEFAULT_PRIORITY, State, sections_between
from accounts.services.overrides import Proposal

MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class Difference:
    """A path with its lines: (``-``, ``+`` or blank, text)."""

    path: str
    lines: tuple[tuple[str, str], ...]
    note: str = ""


def differences(before: object, after: object, note: str = "") -> list[Difference]:
    """Return what differs between two trees of settings, by path."""
    old, new = dict(leaves(before)), dict(leaves(after))
    paths = [
        path for path in sorted({*old, *new}) if old.get(path, MISSING) != new.get(path, MISSING)
    ]
    return [
        Difference(path, _lines(old.get(path, MISSING), new.get(path, MISSING)), note)
        for path in paths
    ]


def state_differences(before: State, after: State) -> list[Difference]:
    """Return what differs between two states of a receiver's overrides."""
    return differences(_flat(before), _flat(after))


def proposal_differences(scope: Scope, proposal: Proposal) -> list[Difference]:
    """Return what a proposal changes in effect, then what only changes where a value comes from."""
    sections = sections_between(_state(scope.own), _proposed(proposal))
    before = effective_document(scope.rows(scope.own))
    after = effective_document(scope.rows(_as_row(scope, proposal)))
    in_effect = differences(_cut(before, sections), _cut(after, sections))
    seen = {one.path for one in in_effect}
    own = state_differences(_state(scope.own), _proposed(proposal))
    note = _("No difference in effect.")
    rest = [Difference(one.path, one.lines, note) for one in own if one.path not in seen]
    return in_effect + rest


def _as_row(scope: Scope, proposal: Proposal) -> ConfigOverride:
    """Return a row that is never stored; its id is fresh, so nothing remembered is mixed up."""
    stored = scope.own
    return ConfigOverride(
        principal_type=scope.whose.kind,
        principal_id=scope.whose.id,
        priority=stored.priority if stored else DEFAULT_PRIORITY,
        is_active=stored.is_active if stored else True,
        overrides=dict(proposal.overrides),
        tombstones=list(proposal.tombstones),
    )


def _proposed(proposal: Proposal) -> dict[str, object]:
    return {"overrides": dict(proposal.overrides), "tombstones": list(proposal.tombstones)}


def _state(row: ConfigOverride | None) -> State:
    return {"overrides": row.overrides, "tombstones": row.tombstones} if row else None


def _cut(document: Mapping[str, object], sections: Iterable[str]) -> object:
    return hinted({name: document[name] for name in sections if name in document})


def _flat(state: State) -> dict[str, object]:
    """Return a state as one tree, with words for what is no setting."""
    if state is None:
        return {}
    overrides, gone = state.get("overrides"), state.get("tombstones")
    shown = hinted(opened(overrides)) if isinstance(overrides, Mapping) else {}
    tree: dict[str, object] = dict(shown) if isinstance(shown, Mapping) else {}
    for path in gone if isinstance(gone, list) else []:
        tree[_("%(path)s (taken away)") % {"path": path}] = True
    if "priority" in state:
        tree[_("priority")] = state["priority"]
        tree[_("switched on")] = state["is_active"]
    return tree


def _lines(before: object, after: object) -> tuple[tuple[str, str], ...]:
    old, new = _text(before), _text(after)
    whole = [(line[0], line[2:]) for line in ndiff(old, new) if line[0] != "?"]
    return tuple((sign.strip(), text) for sign, text in whole[:MOST_LINES])


def _text(value: object) -> list[str]:
    match value:
        case _ if value is MISSING:
            return []
        case str():
            return value.splitlines() or [""]
        case bool():
            return ["true" if value else "false"]
        case None | int() | float():
            return [str(value)]
        case _:
            return yaml.safe_dump(value, allow_unicode=True, sort_keys=False).splitlines()
