"""Writes to config overrides, each checked by the models that check librechat.yaml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.access.override_secrets import masked, resealed, sealed
from accounts.access.override_tree import Tree, is_at_or_below, placed, without
from accounts.access.overrides import overrides_changed
from accounts.access.permissions import role_exists
from accounts.errors import InvalidOverrideError
from accounts.limits.caller import Caller
from accounts.models import ConfigOverride, Group, PrincipalType, User
from accounts.models.override import BASE
from accounts.services.audit import Act, Target, audit_record
from accounts.services.override_checks import override_check, path_check
from librechat.kernel.errors import NotFoundError

DEFAULT_PRIORITY = 10
MAX_PRIORITY = 1_000_000


@dataclass(frozen=True, slots=True)
class For:
    """Whose settings differ; ``__base__`` of type role for everybody's."""

    kind: PrincipalType
    id: str


EVERYBODY = For(PrincipalType.ROLE, BASE)


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
    with transaction.atomic():
        row, is_new = _row(whose)
        row.overrides = dict(overrides)
        if tombstones is not None:
            row.tombstones = list(tombstones)
        return _save(row, "config.replaced", actor, caller, priority), is_new


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
        raise InvalidOverrideError("Give at least one fieldPath.")
    with transaction.atomic():
        row, _ = _row(whose)
        tree: Tree = dict(row.overrides)
        for path, value in entries.items():
            tree = placed(tree, path_check(path), value)
            row.tombstones = [gone for gone in row.tombstones if not is_at_or_below(gone, path)]
        row.overrides = tree
        return _save(row, "config.fields_set", actor, caller, priority, paths=sorted(entries))


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
    with transaction.atomic():
        row, _ = _row(whose)
        row.overrides = without(row.overrides, name)
        row.tombstones = sorted({*row.tombstones, name})
        return _save(row, "config.field_buried", actor, caller, paths=[name])


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
    with transaction.atomic():
        fresh = ConfigOverride.objects.select_for_update().get(pk=row.pk)
        fresh.overrides = without(fresh.overrides, name)
        fresh.tombstones = [gone for gone in fresh.tombstones if gone != name]
        return _save(fresh, "config.field_unset", actor, caller, paths=[name])


def override_activate(
    *,
    row: ConfigOverride,
    is_active: bool,
    actor: User,
    caller: Caller | None = None,
) -> ConfigOverride:
    """Switch all overrides of a receiver on or off."""
    with transaction.atomic():
        fresh = ConfigOverride.objects.select_for_update().get(pk=row.pk)
        fresh.is_active = is_active
        return _save(fresh, "config.switched", actor, caller, is_active=is_active)


def override_delete(*, row: ConfigOverride, actor: User, caller: Caller | None = None) -> None:
    """Remove all overrides of a receiver."""
    with transaction.atomic():
        _record("config.deleted", row, actor, caller)
        row.delete()
        overrides_changed()


def overrides_reseal() -> int:
    """Write the secrets in all overrides anew with the newest key; return how many rows."""
    written = 0
    with transaction.atomic():
        for row in ConfigOverride.objects.select_for_update():
            fresh = resealed(row.overrides)
            if fresh != row.overrides:
                ConfigOverride.objects.filter(pk=row.pk).update(overrides=fresh)
                written += 1
    return written


def _row(whose: For) -> tuple[ConfigOverride, bool]:
    _check_receiver(whose)
    row = (
        ConfigOverride.objects.select_for_update()
        .filter(principal_type=whose.kind, principal_id=whose.id)
        .first()
    )
    if row is not None:
        return row, False
    fresh = ConfigOverride(principal_type=whose.kind, principal_id=whose.id)
    fresh.priority = 0 if whose == EVERYBODY else DEFAULT_PRIORITY
    return fresh, True


def _check_receiver(whose: For) -> None:
    match whose.kind:
        case PrincipalType.USER:
            is_there = User.objects.filter(pk=whose.id).exists()
        case PrincipalType.GROUP:
            is_there = Group.objects.filter(pk=whose.id).exists()
        case PrincipalType.ROLE:
            is_there = whose.id == BASE or role_exists(whose.id)
        case _:
            is_there = False
    if not is_there:
        raise NotFoundError(f"There is no such {whose.kind.value}.")


def _save(
    row: ConfigOverride,
    action: str,
    actor: User,
    caller: Caller | None,
    priority: object = None,
    **metadata: object,
) -> ConfigOverride:
    if priority is not None:
        if isinstance(priority, bool) or not isinstance(priority, int):
            raise InvalidOverrideError("priority must be a whole number.")
        if not 0 <= priority <= MAX_PRIORITY:
            raise InvalidOverrideError(f"priority must be between 0 and {MAX_PRIORITY}.")
        row.priority = priority
    stored = ConfigOverride.objects.filter(pk=row.pk).values_list("overrides", flat=True).first()
    whole = override_check(row.overrides, row.tombstones, before=stored or {})
    row.overrides = sealed(whole)
    row.version += 1
    row.save()
    overrides_changed()
    _record(action, row, actor, caller, **metadata)
    return row


def _record(
    action: str,
    row: ConfigOverride,
    actor: User,
    caller: Caller | None,
    **metadata: object,
) -> None:
    audit_record(
        Act(
            category="config",
            action=action,
            severity="warning",
            actor=actor,
            target=Target(row.principal_type, row.principal_id, str(row)),
            metadata={
                "overrides": masked(row.overrides),
                "tombstones": row.tombstones,
                "priority": row.priority,
                **metadata,
            },
            caller=caller,
        ),
    )
