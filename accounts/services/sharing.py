"""Writes to who may do what with a shared thing.

Whoever changes the entries needs the SHARE bit and the role permission to share things of this
kind, or the capability to manage them; to share with everybody needs its own permission, which
no capability stands in for. At least one person always owns the thing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from accounts.access.acl import access_require
from accounts.access.capabilities import capability_allows
from accounts.access.permissions import role_exists, role_require
from accounts.access.resources import AccessRole, ResourceType, resource_owner
from accounts.errors import LastOwnerError, OwnerStaysError
from accounts.limits.caller import Caller
from accounts.models import AclEntry, Group, PrincipalType, User
from accounts.models.acl import ALL_BITS, SHARE
from accounts.services.audit import Act, Target, audit_record
from librechat.kernel.errors import InvalidInputError, NotFoundError

MAX_CHANGES = 500


@dataclass(frozen=True, slots=True)
class Receiver:
    """To whom a thing is given: ``id`` of a person or group, name of a role, empty for all."""

    kind: PrincipalType
    id: str = ""


EVERYBODY = Receiver(PrincipalType.PUBLIC)


@dataclass(frozen=True, slots=True)
class Share:
    """What one receiver gets; it ends at ``expires_at`` if that is given."""

    receiver: Receiver
    access_role: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is given, changed and taken away in one go."""

    given: Sequence[Share] = ()
    taken: Sequence[Receiver] = ()


def sharing_update(
    *,
    actor: User,
    kind: ResourceType,
    resource_id: str,
    changes: Changes,
    caller: Caller | None = None,
) -> list[AclEntry]:
    """Change who may do what with a thing; all of it or nothing. Return what was given.

    Raises:
        NotFoundError: there is no such thing, or the actor does not see it.
        ForbiddenError: the actor may not share it, or not with everybody.
        InvalidInputError: an unknown receiver or access role, or too much at once.
        OwnerStaysError, LastOwnerError: it would lose its owner.
    """
    sharing_require(actor=actor, kind=kind, resource_id=resource_id)
    if not capability_allows(actor, kind.capability):
        role_require(actor, kind.permission, "SHARE")
    if len(changes.given) + len(changes.taken) > MAX_CHANGES:
        raise InvalidInputError(
            gettext("Change at most %(most)s entries at once.") % {"most": MAX_CHANGES}
        )
    roles = [_role(kind, share.access_role) for share in changes.given]
    _check_receivers([share.receiver for share in changes.given])
    with transaction.atomic():
        before = _locked(kind, resource_id)
        _check_public(actor, kind, changes, before)
        _check_owner(kind, resource_id, changes)
        for receiver in changes.taken:
            if receiver in before:
                before[receiver].delete()
        granted = [
            _put(actor, kind, resource_id, share, role)
            for share, role in zip(changes.given, roles, strict=True)
        ]
        _check_somebody_owns(kind, resource_id)
        _record(actor, caller, Target(kind.name, resource_id), _summary(changes, before))
    return granted


def sharing_require(*, actor: User, kind: ResourceType, resource_id: str) -> None:
    """Pass when the person may decide who uses a thing.

    Raises:
        NotFoundError: there is no such thing, or the person does not see it.
        ForbiddenError: they see it, but may not share it.
    """
    if resource_owner(kind, resource_id) is None:
        raise NotFoundError(gettext("Not Found"))
    access_require(actor, kind, resource_id, SHARE)


def resource_own(*, owner: User, kind: ResourceType, resource_id: str) -> AclEntry:
    """Give a new thing to the person who made it."""
    share = Share(Receiver(PrincipalType.USER, owner.pk), kind.owner_role.id)
    return _put(owner, kind, resource_id, share, kind.owner_role)


def resource_publish(*, owner: User, kind: ResourceType, resource_id: str) -> AclEntry:
    """Let everybody see a new thing.

    Raises:
        ForbiddenError: the owner's role may not share such things with everybody.
    """
    role_require(owner, kind.permission, "SHARE_PUBLIC")
    weakest = kind.roles[0]
    return _put(owner, kind, resource_id, Share(EVERYBODY, weakest.id), weakest)


def resource_forget(*, kind: ResourceType, resource_id: str) -> int:
    """Remove every entry of a thing that is deleted; return how many."""
    count, _ = AclEntry.objects.of(kind.name, resource_id).delete()
    return count


def entry_revoke(*, actor: User, entry: AclEntry, caller: Caller | None = None) -> None:
    """Take away one entry on behalf of an administrator.

    Raises:
        LastOwnerError: the thing would be left without an owner.
    """
    with transaction.atomic():
        list(AclEntry.objects.select_for_update().of(entry.resource_type, entry.resource_id))
        others = AclEntry.objects.of(entry.resource_type, entry.resource_id).exclude(pk=entry.pk)
        if _owns(entry) and others.exists() and not any(_owns(other) for other in others):
            raise LastOwnerError(gettext("Somebody must own it. Give it to somebody else first."))
        AclEntry.objects.filter(pk=entry.pk).delete()
        receiver = Receiver(PrincipalType(entry.principal_type), entry.principal_id)
        target = Target(entry.resource_type, entry.resource_id)
        _record(actor, caller, target, {"taken": [_plain(receiver)]})


def _role(kind: ResourceType, role_id: str) -> AccessRole:
    role = kind.role(role_id)
    if role is None:
        raise InvalidInputError(
            gettext("Unknown access role for %(name)s: %(role_id)s.")
            % {"name": kind.name, "role_id": role_id[:64]}
        )
    return role


def _check_receivers(receivers: Iterable[Receiver]) -> None:
    wanted: dict[PrincipalType, set[str]] = {kind: set() for kind in PrincipalType}
    for receiver in receivers:
        wanted[receiver.kind].add(receiver.id)
    people, groups = wanted[PrincipalType.USER], wanted[PrincipalType.GROUP]
    missing = [
        *(people - set(User.objects.filter(pk__in=people).values_list("pk", flat=True))),
        *(groups - set(Group.objects.filter(pk__in=groups).values_list("pk", flat=True))),
        *(name for name in wanted[PrincipalType.ROLE] if not role_exists(name)),
    ]
    if missing:
        names = ", ".join(sorted(name[:64] for name in missing))
        raise InvalidInputError(
            gettext("There is nobody by this id: %(names)s. Nothing was changed.")
            % {"names": names}
        )


def _locked(kind: ResourceType, resource_id: str) -> dict[Receiver, AclEntry]:
    # Locked, so that two owners who remove each other do not both succeed.
    rows = AclEntry.objects.select_for_update().of(kind.name, resource_id)
    return {Receiver(PrincipalType(row.principal_type), row.principal_id): row for row in rows}


def _check_public(
    actor: User,
    kind: ResourceType,
    changes: Changes,
    before: Mapping[Receiver, AclEntry],
) -> None:
    opened = [share for share in changes.given if share.receiver == EVERYBODY]
    entry = before.get(EVERYBODY)
    if any(entry is None or share.access_role != entry.access_role for share in opened):
        role_require(actor, kind.permission, "SHARE_PUBLIC")


def _check_owner(kind: ResourceType, resource_id: str, changes: Changes) -> None:
    if not kind.owner_stays:
        return
    owner = Receiver(PrincipalType.USER, resource_owner(kind, resource_id) or "")
    weaker = [
        share.receiver
        for share in changes.given
        if share.access_role != kind.owner_role.id or share.expires_at is not None
    ]
    if owner in {*changes.taken, *weaker}:
        raise OwnerStaysError(gettext("What the owner may do cannot be changed."))


def _check_somebody_owns(kind: ResourceType, resource_id: str) -> None:
    if not any(_owns(entry) for entry in AclEntry.objects.of(kind.name, resource_id)):
        raise LastOwnerError(gettext("Somebody must own it. Give it to somebody else first."))


def _owns(entry: AclEntry) -> bool:
    is_person = entry.principal_type == PrincipalType.USER
    return is_person and entry.bits == ALL_BITS and entry.expires_at is None


def _put(
    actor: User,
    kind: ResourceType,
    resource_id: str,
    share: Share,
    role: AccessRole,
) -> AclEntry:
    entry, _ = AclEntry.objects.update_or_create(
        resource_type=kind.name,
        resource_id=resource_id,
        principal_type=share.receiver.kind,
        principal_id=share.receiver.id,
        defaults={
            "bits": role.bits,
            "access_role": role.id,
            "granted_by": actor,
            "expires_at": share.expires_at,
        },
    )
    return entry


def _summary(changes: Changes, before: Mapping[Receiver, AclEntry]) -> dict[str, object]:
    given = [
        {
            **_plain(share.receiver),
            "role": share.access_role,
            "before": before[share.receiver].access_role if share.receiver in before else "",
        }
        for share in changes.given
    ]
    taken = [_plain(receiver) for receiver in changes.taken if receiver in before]
    return {"given": given, "taken": taken}


def _record(
    actor: User,
    caller: Caller | None,
    target: Target,
    metadata: Mapping[str, object],
) -> None:
    audit_record(
        Act(
            category="permission",
            action="sharing.changed",
            actor=actor,
            target=target,
            metadata=metadata,
            caller=caller,
        ),
    )


def _plain(receiver: Receiver) -> dict[str, str]:
    return {"type": receiver.kind.value, "id": receiver.id}
