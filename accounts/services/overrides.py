"""Writes to config overrides, each checked by the models that check librechat.yaml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_noop

from accounts.access.override_tree import Tree, is_at_or_below, placed, without
from accounts.errors import InvalidOverrideError
from accounts.limits.caller import Caller
from accounts.models import ConfigOverride, User
from accounts.services import override_rows
from accounts.services.override_checks import path_check
from accounts.services.override_rows import (
    EVERYBODY,
    Doing,
    For,
    override_drop,
    override_row,
    override_store,
)
from librechat.kernel.errors import ConflictError

__all__ = [
    "EVERYBODY",
    "For",
    "Proposal",
    "override_activate",
    "override_bury",
    "override_delete",
    "override_patch",
    "override_put",
    "override_replace",
    "override_unset",
    "overrides_reseal",
]

IN_BETWEEN = gettext_noop(
    "Somebody else changed these settings in between. Nothing was changed: look at them again and"
    " repeat what is still wanted.",
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What all overrides of a receiver shall be, worked out from a version of them.

    version: of the row it was worked out from; 0 when there was none.
    """

    overrides: Mapping[str, object]
    tombstones: Sequence[str]
    version: int


def override_put(
    *,
    whose: For,
    overrides: object,
    priority: object = None,
    tombstones: Sequence[str] | None = None,
    actor: User,
    caller: Caller | None = None,
) -> tuple[ConfigOverride, bool]:
    """Replace all overrides of a receiver; return the row and whether it is new.

    tombstones: the paths that are taken away; None leaves them as they are.

    Raises:
        InvalidOverrideError: a value does not fit; the message names its path.
        NotFoundError: there is no such receiver.
    """
    if not isinstance(overrides, Mapping):
        raise InvalidOverrideError("overrides must be an object.")
    doing = Doing(action="config.replaced", actor=actor, caller=caller)
    with transaction.atomic():
        row, is_new = override_row(whose)
        row.overrides = dict(overrides)
        if tombstones is not None:
            row.tombstones = list(tombstones)
        return override_store(row, doing, priority=priority), is_new


def override_replace(
    *,
    whose: For,
    proposal: Proposal,
    actor: User,
    caller: Caller | None = None,
    note: str = "",
) -> ConfigOverride:
    """Replace all overrides of a receiver, unless somebody changed them since they were read.

    Raises:
        ConflictError: somebody did; nothing was changed.
        InvalidOverrideError: a value does not fit; the message names its path.
        NotFoundError: there is no such receiver.
    """
    doing = Doing(action="config.replaced", actor=actor, caller=caller, note=note)
    try:
        with transaction.atomic():
            row, _ = override_row(whose)
            if row.version != proposal.version:
                raise ConflictError(gettext(IN_BETWEEN))
            row.overrides = dict(proposal.overrides)
            row.tombstones = list(proposal.tombstones)
            return override_store(row, doing)
    except IntegrityError as exc:  # the first overrides of this receiver, by two at once
        raise ConflictError(gettext(IN_BETWEEN)) from exc


def override_patch(
    *,
    whose: For,
    entries: Mapping[str, object],
    priority: object = None,
    actor: User,
    caller: Caller | None = None,
) -> ConfigOverride:
    """Set single values by dotted path; a tombstone on the way is lifted.

    Raises:
        InvalidOverrideError: a path or value does not fit; the message names the path.
        NotFoundError: there is no such receiver.
    """
    if not entries:
        raise InvalidOverrideError(gettext("Give at least one fieldPath."))
    told = {"paths": sorted(entries)}
    doing = Doing(action="config.fields_set", actor=actor, caller=caller, metadata=told)
    with transaction.atomic():
        row, _ = override_row(whose)
        tree: Tree = dict(row.overrides)
        for path, value in entries.items():
            tree = placed(tree, path_check(path), value)
            row.tombstones = [gone for gone in row.tombstones if not is_at_or_below(gone, path)]
        row.overrides = tree
        return override_store(row, doing, priority=priority)


def override_bury(
    *,
    whose: For,
    path: object,
    actor: User,
    caller: Caller | None = None,
) -> ConfigOverride:
    """Take a value of the layers below away for this receiver.

    Raises:
        InvalidOverrideError: the path names nothing, or the section does not work without it.
        NotFoundError: there is no such receiver.
    """
    name = path_check(path)
    told = {"paths": [name]}
    doing = Doing(action="config.field_buried", actor=actor, caller=caller, metadata=told)
    with transaction.atomic():
        row, _ = override_row(whose)
        row.overrides = without(row.overrides, name)
        row.tombstones = sorted({*row.tombstones, name})
        return override_store(row, doing)


def override_unset(
    *,
    row: ConfigOverride,
    path: object,
    actor: User,
    caller: Caller | None = None,
) -> ConfigOverride:
    """Let one value, and a tombstone on it, go: the layers below count again.

    Raises:
        InvalidOverrideError: the path names nothing, or the rest does not work without it.
    """
    name = path_check(path)
    told = {"paths": [name]}
    doing = Doing(action="config.field_unset", actor=actor, caller=caller, metadata=told)
    with transaction.atomic():
        fresh = ConfigOverride.objects.select_for_update().get(pk=row.pk)
        fresh.overrides = without(fresh.overrides, name)
        fresh.tombstones = [gone for gone in fresh.tombstones if gone != name]
        return override_store(fresh, doing)


def override_activate(
    *,
    row: ConfigOverride,
    is_active: bool,
    actor: User,
    caller: Caller | None = None,
) -> ConfigOverride:
    """Switch all overrides of a receiver on or off."""
    told = {"is_active": is_active}
    doing = Doing(action="config.switched", actor=actor, caller=caller, metadata=told)
    with transaction.atomic():
        fresh = ConfigOverride.objects.select_for_update().get(pk=row.pk)
        fresh.is_active = is_active
        return override_store(fresh, doing)


def override_delete(*, row: ConfigOverride, actor: User, caller: Caller | None = None) -> None:
    """Remove all overrides of a receiver."""
    with transaction.atomic():
        override_drop(row, Doing(action="config.deleted", actor=actor, caller=caller))


def overrides_reseal() -> int:
    """Write the secrets in all overrides anew with the newest key; return how many rows."""
    with transaction.atomic():
        return override_rows.overrides_reseal()
