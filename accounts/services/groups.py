"""Writes to groups; a group that a directory keeps is changed there."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.access.capabilities import rank_require
from accounts.access.menus import menus_changed
from accounts.errors import DirectoryGroupError, GroupInUseError
from accounts.limits.caller import Caller
from accounts.models import Group, GroupMember, PrincipalType, User
from accounts.models.group import LOCAL
from accounts.services.audit import Act, Target, audit_record
from accounts.services.principals import principal_forget
from accounts.signals import group_changed
from librechat.kernel.errors import InvalidInputError

FIELDS = ("name", "description", "email", "avatar")
MAX_MEMBERS_AT_ONCE = 500


def group_create(
    *,
    fields: Mapping[str, object],
    members: Iterable[User] = (),
    actor: User | None = None,
    caller: Caller | None = None,
) -> Group:
    """Add a local group.

    fields: name, description, email, avatar.

    Raises:
        InvalidInputError: a field cannot be used.
    """
    group = Group()
    _fill(group, {"name": "", **fields})
    with transaction.atomic():
        group.save(force_insert=True)
        _record("group.created", group, actor, caller)
        members_add(group=group, people=members, actor=actor, caller=caller)
    return group


def group_update(
    *,
    group: Group,
    fields: Mapping[str, object],
    actor: User | None = None,
    caller: Caller | None = None,
) -> Group:
    """Change what a group is called and how it is described.

    Raises:
        DirectoryGroupError: a directory keeps it.
        InvalidInputError: a field cannot be used, or none is given.
    """
    local_require(group)
    if not set(fields) & set(FIELDS):
        raise InvalidInputError(_("Give at least one of name, description, email and avatar."))
    before = {name: getattr(group, name) for name in FIELDS}
    _fill(group, fields)
    changed = [name for name in FIELDS if getattr(group, name) != before[name]]
    with transaction.atomic():
        group.save(update_fields=[*FIELDS, "updated_at"])
        _record("group.changed", group, actor, caller, fields=changed)
    return group


def group_delete(*, group: Group, actor: User | None = None, caller: Caller | None = None) -> None:
    """Remove a group and everything it was given; a directory may bring it back.

    Raises:
        GroupInUseError: it has a balance, which is to be taken away first; nothing was changed.
    """
    people = list(group.members.all())
    with transaction.atomic():
        principal_forget(kind=PrincipalType.GROUP, principal_id=group.pk)
        _record("group.deleted", group, actor, caller, members=len(people))
        try:
            group.delete()
        except ProtectedError as exc:
            raise GroupInUseError(
                _("The group %(name)s has credits. Take its balance away first.")
                % {"name": group.name},
            ) from exc
        for user in people:
            group_changed.send(sender=Group, user=user)


def members_add(
    *,
    group: Group,
    people: Iterable[User],
    actor: User | None = None,
    caller: Caller | None = None,
) -> int:
    """Put people into a local group; return how many were not in it before.

    Raises:
        DirectoryGroupError: a directory decides who belongs to it.
        ForbiddenError: the group brings capabilities that the actor lacks.
        InvalidInputError: too many at once.
    """
    wanted = {user.pk: user for user in people}
    _check_members(group, wanted, actor)
    with transaction.atomic():
        inside = GroupMember.objects.filter(group=group, user__in=wanted)
        known = set(inside.values_list("user_id", flat=True))
        added = [user for pk, user in wanted.items() if pk not in known]
        GroupMember.objects.bulk_create(
            [GroupMember(group=group, user=user) for user in added],
            ignore_conflicts=True,
        )
        _tell("group.members_added", group, added, actor, caller)
    return len(added)


def members_remove(
    *,
    group: Group,
    people: Iterable[User],
    actor: User | None = None,
    caller: Caller | None = None,
) -> int:
    """Take people out of a local group; what it gave them ends at once. Return how many.

    Raises:
        DirectoryGroupError: a directory decides who belongs to it.
        ForbiddenError: the group brings capabilities that the actor lacks.
        InvalidInputError: too many at once.
    """
    wanted = {user.pk: user for user in people}
    _check_members(group, wanted, actor)
    with transaction.atomic():
        rows = GroupMember.objects.filter(group=group, user__in=wanted)
        removed = [wanted[pk] for pk in rows.values_list("user_id", flat=True)]
        rows.delete()
        _tell("group.members_removed", group, removed, actor, caller)
    return len(removed)


def local_require(group: Group) -> None:
    """Pass when a group is kept here.

    Raises:
        DirectoryGroupError: it is kept by a directory.
    """
    if group.source != LOCAL:
        raise DirectoryGroupError(
            _("This group comes from the directory (%(source)s). Change it there.")
            % {"source": group.source},
        )


def _check_members(group: Group, people: Mapping[str, User], actor: User | None) -> None:
    if not people:
        return
    local_require(group)
    if len(people) > MAX_MEMBERS_AT_ONCE:
        raise InvalidInputError(
            _("Name at most %(most)s people at once.") % {"most": MAX_MEMBERS_AT_ONCE}
        )
    if actor is not None:
        rank_require(actor, PrincipalType.GROUP, group.pk)


def _fill(group: Group, fields: Mapping[str, object]) -> None:
    for name in FIELDS:
        if name in fields:
            value = fields[name]
            if not isinstance(value, str):
                raise InvalidInputError(_("%(name)s must be a text.") % {"name": name})
            setattr(group, name, value.strip())
    if not group.name:
        raise InvalidInputError("name is required.")
    try:
        group.clean_fields()
    except ValidationError as exc:
        text = "; ".join(f"{name}: {lines[0]}" for name, lines in exc.message_dict.items())
        raise InvalidInputError(text) from exc


def _tell(
    action: str,
    group: Group,
    people: list[User],
    actor: User | None,
    caller: Caller | None,
) -> None:
    if not people:
        return
    _record(action, group, actor, caller, people=[user.pk for user in people])
    for user in people:
        group_changed.send(sender=Group, user=user)


def _record(
    action: str,
    group: Group,
    actor: User | None,
    caller: Caller | None,
    **metadata: object,
) -> None:
    menus_changed()
    audit_record(
        Act(
            category="group",
            action=action,
            actor=actor,
            target=Target("group", group.pk, group.name),
            metadata=metadata,
            caller=caller,
        ),
    )
