"""The values of a section as they hold for a receiver: which, and where each comes from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import BaseModel

from accounts.access.override_secrets import masked, opened
from accounts.access.override_tree import SECTIONS, is_at_or_below
from accounts.access.overrides import IN_FILE, effective_document, explained
from accounts.admin.settings_fields import Entry, Field, Group, section_group
from accounts.admin.settings_scope import Scope, source_label
from accounts.admin.settings_secrets import hinted, secret_hint
from librechat.kernel import yaml_config

MISSING = object()
SHOWN_CHARACTERS = 300


def at(tree: object, path: str) -> object:
    """Return what is at a dotted path, or ``MISSING``."""
    found = tree
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return MISSING
        found = found[name]
    return found


def spelled(value: object) -> str:
    """Return a value as people read it; blank for none."""
    match value:
        case _ if value is MISSING or value is None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case list() if all(isinstance(item, str) for item in value):
            return ", ".join(value)
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)


def shortened(text: str) -> str:
    """Return at most so much of a text that a line of a form bears."""
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A field with its values, in words. own: as its control takes it; may_go: can be taken away.

    source: where the value in force comes from, and blank when it is the default.
    """

    field: Field
    in_force: str
    source: str
    default: str
    below: str
    own: str
    is_set: bool
    is_gone: bool
    may_go: bool
    secret_hint: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A group of lines. is_open: one of them is set here, or wrong."""

    group: Group
    entries: "tuple[Line | Box, ...]"
    is_open: bool


@dataclass(frozen=True)
class SectionValues:
    """A section for a receiver."""

    name: str
    scope: Scope
    is_editable: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_editable", self.name in SECTIONS)

    @cached_property
    def group(self) -> Group:
        """Its fields."""
        return section_group(self.name)

    @cached_property
    def own(self) -> Mapping[str, object]:
        """What the receiver's own row says, secrets sealed."""
        return self.scope.own.overrides if self.scope.own else {}

    @cached_property
    def gone(self) -> set[str]:
        """The paths that the own row takes away."""
        return {*self.scope.own.tombstones} if self.scope.own else set()

    @cached_property
    def in_force(self) -> object:
        """The section as it holds, secrets hinted."""
        if not self.is_editable:
            return hinted({self.name: yaml_config.plain(yaml_config.value(self.name))})
        return _document(self.scope, self.name, own=True)

    @cached_property
    def below(self) -> object:
        """The section without the own row, secrets hinted."""
        if not self.is_editable:
            return self.in_force
        return _document(self.scope, self.name, own=False)

    @cached_property
    def defaults(self) -> object:
        """The section as it is without a file."""
        try:
            found = yaml_config.checked(self.name, {})
        except yaml_config.ConfigError:
            return {}
        return {self.name: yaml_config.plain(found)} if isinstance(found, BaseModel) else {}

    @cached_property
    def sources(self) -> dict[str, str]:
        """Path → where its value comes from, of those that something states."""
        if not self.is_editable:
            return {self.name: IN_FILE} if yaml_config.is_given(self.name) else {}
        stated = explained(self.scope.rows(self.scope.own))
        return {one.path: source_label(one.source, self.scope) for one in stated}

    def may_go(self, field_: Field) -> bool:
        """Return whether a value can be taken away: one that need not be there, but is."""
        is_there = at(self.below, field_.path) is not MISSING
        return field_.path in self.gone or (field_.is_optional and is_there)

    def boxes(
        self,
        typed: Mapping[str, str] | None = None,
        problems: Mapping[str, str] | None = None,
    ) -> "Box":
        """Return the form's lines; typed: path → what stands in its control after a refusal."""
        return self._box(self.group, typed or {}, problems or {})

    def _box(self, group: Group, typed: Mapping[str, str], problems: Mapping[str, str]) -> "Box":
        entries = tuple(self._shown(entry, typed, problems) for entry in group.entries)
        is_open = any(
            one.is_open if isinstance(one, Box) else one.is_set or one.is_gone or one.problem
            for one in entries
        )
        return Box(group, entries, bool(is_open))

    def _shown(
        self, entry: Entry, typed: Mapping[str, str], problems: Mapping[str, str]
    ) -> "Line | Box":
        if isinstance(entry, Group):
            return self._box(entry, typed, problems)
        return self._line(entry, typed.get(entry.path), problems.get(entry.path, ""))

    def _line(self, field_: Field, typed: str | None, problem: str) -> Line:
        path = field_.path
        own = own_value(field_, self.own)
        is_secret = field_.kind == "secret"
        written = "" if is_secret else control_text(field_, own, path)
        return Line(
            field=field_,
            in_force=shortened(spelled(whole_or_nothing(field_, at(self.in_force, path)))),
            source=_source(path, self.sources),
            default=shortened(spelled(whole_or_nothing(field_, at(self.defaults, path)))),
            below=shortened(spelled(whole_or_nothing(field_, at(self.below, path)))),
            own=written if typed is None else typed,
            is_set=own is not MISSING,
            is_gone=path in self.gone,
            may_go=self.may_go(field_),
            secret_hint=_stored_hint(path, self.own) if is_secret else "",
            problem=problem,
        )


def own_value(field_: Field, own: Mapping[str, object]) -> object:
    """Return what the own row says at a field, or ``MISSING``."""
    return whole_or_nothing(field_, at(own, field_.path))


def whole_or_nothing(field_: Field, value: object) -> object:
    """Return a value; of a field that stands for a group only one for all of it."""
    return MISSING if field_.is_whole and isinstance(value, Mapping) else value


def control_text(field_: Field, value: object, path: str) -> str:
    """Return a value of the own row as its control takes it."""
    if value is MISSING:
        return ""
    if field_.kind == "texts" and isinstance(value, list):
        return "\n".join(str(item) for item in value)
    if field_.kind == "json":
        section, _dot, rest = path.partition(".")
        shown = at(masked({section: _planted(rest, value)}), path)
        return json.dumps(shown, indent=2, ensure_ascii=False)
    return spelled(value)


def _planted(rest: str, value: object) -> object:
    """Return a tree with a value at a dotted path."""
    for name in reversed(rest.split(".") if rest else []):
        value = {name: value}
    return value


def _document(scope: Scope, name: str, *, own: bool) -> object:
    rows = scope.rows(scope.own if own else None)
    return hinted({name: effective_document(rows)[name]})


def _source(path: str, sources: Mapping[str, str]) -> str:
    """Return where a value comes from; of one with values below, all of theirs."""
    found = {source for one, source in sources.items() if is_at_or_below(one, path)}
    above = [one for one in sources if is_at_or_below(path, one)]
    if not found and above:
        found = {sources[max(above, key=len)]}
    return ", ".join(sorted(found))


def _stored_hint(path: str, own: Mapping[str, object]) -> str:
    found = at(opened(own), path)
    return secret_hint(found) if isinstance(found, str) and found else ""
