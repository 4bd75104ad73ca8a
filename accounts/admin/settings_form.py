"""The form of a section: what was typed, read into what the overrides shall be."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from django.utils.translation import gettext as _

from accounts.access.override_tree import Tree, is_at_or_below, placed, without
from accounts.admin.settings_fields import Field, fields_in
from accounts.admin.settings_lines import line_of, read_value
from accounts.admin.settings_values import MISSING, SectionValues, at, control_text, own_value
from accounts.errors import InvalidOverrideError
from accounts.services.override_checks import override_check
from accounts.services.overrides import Proposal
from librechat.kernel.yaml_config import ConfigError

Posted: TypeAlias = Mapping[str, str]
MOST_DIGITS = 30
SEPARATOR = re.compile(r"; (?=[A-Za-z]\w*[.\[:])")


@dataclass
class Reading:
    """What a form said. typed: path → text of a control; problems: path → what is wrong with it.

    others: what is wrong with nothing in particular.
    """

    proposal: Proposal
    typed: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems and not self.others


def form_read(values: SectionValues, posted: Posted) -> Reading:
    """Return what the overrides of the receiver shall be; nothing is stored.

    posted: ``v:<path>`` the text of a control, blank for what is not set here; ``reset:<path>``
    leaves it to the layers below; ``gone:<path>`` takes it away.
    """
    own = values.scope.own
    reading = Reading(Proposal({}, [], own.version if own else 0))
    tree: Tree = dict(values.own)
    gone = set(values.gone)
    for one in fields_in(values.group.entries):
        if f"v:{one.path}" not in posted:
            continue
        tree = _field_read(one, values, posted, tree=tree, reading=reading)
        gone.discard(one.path)
        if f"gone:{one.path}" in posted and f"reset:{one.path}" not in posted:
            tree = without(tree, one.path)
            gone.add(one.path)
    # What is set lies over what is taken away; a mark above it would be an act of its own.
    reading.proposal = Proposal(tree, sorted(gone), reading.proposal.version)
    if reading.is_good:
        _check(values, reading)
    return reading


def is_change(values: SectionValues, proposal: Proposal) -> bool:
    """Return whether a proposal differs from what is stored."""
    return proposal.overrides != values.own or {*proposal.tombstones} != values.gone


def _field_read(
    one: Field,
    values: SectionValues,
    posted: Posted,
    *,
    tree: Tree,
    reading: Reading,
) -> Tree:
    """Return the tree with what a field says."""
    text = posted[f"v:{one.path}"].replace("\r\n", "\n").strip()
    stored = own_value(one, values.own)
    reading.typed[one.path] = "" if one.kind == "secret" else text
    if f"reset:{one.path}" in posted:
        reading.typed[one.path] = text = ""
    elif one.kind == "secret" and not text:
        return tree  # write-only: what is stored stays
    elif stored is not MISSING and text == control_text(one, stored, one.path).strip():
        return tree
    if not text:
        return tree if stored is MISSING else without(tree, one.path)
    try:
        value = value_of(one, text)
    except ValueError as exc:
        reading.problems[one.path] = str(exc)
        return tree
    parent = at(tree, one.path.rpartition(".")[0])
    if isinstance(parent, bool):
        reading.problems[one.path] = _("Either all of it is set, or single values.")
        return tree
    return placed(tree, one.path, value)


def value_of(one: Field, text: str) -> object:
    """Return what a text in a control says.

    Raises:
        ValueError: it does not fit; the message says why.
    """
    match one.kind:
        case "boolean":
            if text not in {"true", "false"}:
                raise ValueError(_("Choose one of the values."))
            return text == "true"
        case "choice":
            if text not in one.choices:
                raise ValueError(_("Choose one of the values."))
            return text
        case "integer" | "number":
            return _number(one, text)
        case "texts":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "json":
            return _structure(text)
        case _:
            return text


def _number(one: Field, text: str) -> int | float:
    try:
        found = float(text) if one.kind == "number" else int(text)
    except ValueError as exc:
        kind = _("Enter a number.") if one.kind == "number" else _("Enter a whole number.")
        raise ValueError(kind) from exc
    if len(text) > MOST_DIGITS or not math.isfinite(found):
        raise ValueError(_("Enter a number that is not that large."))
    return int(found) if float(found).is_integer() else found


def _structure(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as exc:
        if text[:1] in "[{":
            said = {"line": exc.lineno, "problem": exc.msg}
            raise ValueError(_("Line %(line)d: %(problem)s.") % said) from exc
    try:
        return read_value(text)
    except ConfigError as exc:
        raise ValueError(str(exc)) from exc


def _check(values: SectionValues, reading: Reading) -> None:
    """Note what the overrides' own check has to say, each at its field."""
    proposal = reading.proposal
    try:
        whole = override_check(proposal.overrides, proposal.tombstones, before=values.own)
    except InvalidOverrideError as exc:
        found = exc.data.get("problems")
        problems = found if isinstance(found, list) else [exc.message]
        for problem in (part for whole in problems for part in SEPARATOR.split(str(whole))):
            _note(values, reading, problem)
    else:
        reading.proposal = Proposal(whole, proposal.tombstones, proposal.version)


def _note(values: SectionValues, reading: Reading, problem: str) -> None:
    path, _colon, words = problem.partition(": ")
    dotted = path.replace("[", ".").replace("]", "")
    fields = [one for one in fields_in(values.group.entries) if is_at_or_below(dotted, one.path)]
    if not words or not fields:
        reading.others.append(problem)
        return
    one = max(fields, key=lambda found: len(found.path))
    line = line_of(reading.typed.get(one.path, ""), path[len(one.path) :])
    said = {"line": line, "path": path, "problem": words}
    text = _("Line %(line)d: %(path)s: %(problem)s") % said if line else f"{path}: {words}"
    reading.problems.setdefault(one.path, text if path != one.path else words)
