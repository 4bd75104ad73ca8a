"""The row of a receiver's overrides: found, checked, stored, with its revision and its record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from accounts.access.override_secrets import masked, resealed, sealed
from accounts.access.overrides import overrides_changed
from accounts.access.permissions import role_exists
from accounts.errors import InvalidOverrideError
from accounts.limits.caller import Caller
from accounts.models import ConfigOverride, Group, OverrideRevision, PrincipalType, User
from accounts.models.override import BASE
from accounts.services.audit import Act, Target, audit_record
from accounts.services.override_checks import override_check
from librechat.kernel.errors import NotFoundError
from librechat.kernel.secrets import UnreadableSecretError

DEFAULT_PRIORITY = 10
MAX_PRIORITY = 1_000_000

# {overrides, tombstones, priority, is_active} as stored; None without a row.
State: TypeAlias = dict[str, object] | None
STATE = ("overrides", "tombstones", "priority", "is_active")


@dataclass(frozen=True, slots=True)
class For:
    """Whose settings differ; ``__base__`` of type role for everybody's."""

    kind: PrincipalType
    id: str


EVERYBODY = For(PrincipalType.ROLE, BASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What is done by whom.

    action: the name on record. trusted: overrides that were stored once, whose secrets may
    stand here again. metadata: what the record says beside the row.
    """

    action: str
    actor: User
    caller: Caller | None = None
    note: str = ""
    trusted: Mapping[str, object] | None = None
    metadata: Mapping[str, object] = field(default_factory=dict)


def override_row(whose: For) -> tuple[ConfigOverride, bool]:
    """Return the locked row of a receiver, or a fresh one, and whether it is fresh.

    Raises:
        NotFoundError: there is no such receiver.
    """
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


def override_store(
    row: ConfigOverride,
    doing: Doing,
    *,
    priority: object = None,
) -> ConfigOverride:
    """Check and store a changed row; inside the transaction that locked it.

    Raises:
        InvalidOverrideError: a value does not fit; the message names its path.
    """
    if priority is not None:
        row.priority = _priority(priority)
    before = stored_state(row.pk)
    known = doing.trusted if doing.trusted is not None else _overrides(before)
    whole = override_check(row.overrides, row.tombstones, before=known)
    row.overrides = sealed(whole)
    row.version += 1
    row.save()
    overrides_changed()
    _revise(row, doing, before, stored_state(row.pk))
    _record(row, doing)
    return row


def override_drop(row: ConfigOverride, doing: Doing) -> None:
    """Remove a row; inside a transaction."""
    before = stored_state(row.pk)
    _record(row, doing)
    _revise(row, doing, before, None)
    row.delete()
    overrides_changed()


def overrides_reseal() -> int:
    """Write the secrets in all overrides anew with the newest key; return how many rows.

    What the history keeps and no key opens stays as it is: nothing in effect needs it.
    """
    written = 0
    for row in ConfigOverride.objects.select_for_update():
        fresh = resealed(row.overrides)
        if fresh != row.overrides:
            ConfigOverride.objects.filter(pk=row.pk).update(overrides=fresh)
            written += 1
    for revision in OverrideRevision.objects.select_for_update().iterator():
        states = [_state_resealed(state) for state in (revision.before, revision.after)]
        if states != [revision.before, revision.after]:
            found = OverrideRevision.objects.filter(pk=revision.pk)
            found.update(before=states[0], after=states[1])
    return written


def stored_state(pk: str) -> State:
    """Return what is stored of a row; None when there is none."""
    found: State = ConfigOverride.objects.filter(pk=pk).values(*STATE).first()
    return found


def _state_resealed(state: State) -> State:
    if state is None:
        return None
    try:
        return {**state, "overrides": resealed(_overrides(state))}
    except UnreadableSecretError:
        return state


def _overrides(state: State) -> dict[str, object]:
    found = state["overrides"] if state else {}
    return found if isinstance(found, dict) else {}


def _revise(row: ConfigOverride, doing: Doing, before: State, after: State) -> None:
    OverrideRevision.objects.create(
        principal_type=row.principal_type,
        principal_id=row.principal_id,
        action=doing.action,
        before=before,
        after=after,
        sections=sections_between(before, after),
        note=doing.note[:300],
        actor=doing.actor,
        actor_name=doing.actor.email,
    )


def sections_between(before: State, after: State) -> list[str]:
    """Return the sections whose values or tombstones differ, sorted."""
    old, new = _overrides(before), _overrides(after)
    found = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    gone = _tombstones(before) ^ _tombstones(after)
    return sorted(found | {path.partition(".")[0] for path in gone})


def _tombstones(state: State) -> set[str]:
    found = state["tombstones"] if state else []
    return {str(path) for path in found} if isinstance(found, list) else set()


def _priority(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise InvalidOverrideError("priority must be a whole number.")
    if not 0 <= given <= MAX_PRIORITY:
        raise InvalidOverrideError(f"priority must be between 0 and {MAX_PRIORITY}.")
    return given


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


def _record(row: ConfigOverride, doing: Doing) -> None:
    audit_record(
        Act(
            category="config",
            action=doing.action,
            severity="warning",
            actor=doing.actor,
            target=Target(row.principal_type, row.principal_id, str(row)),
            metadata={
                "overrides": masked(row.overrides),
                "tombstones": row.tombstones,
                "priority": row.priority,
                **doing.metadata,
            },
            caller=doing.caller,
        ),
    )
