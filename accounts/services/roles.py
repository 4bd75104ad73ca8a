"""Writes to roles."""

import unicodedata
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext

from accounts import config
from accounts.access.capabilities import BASE, capabilities_given, rank_require
from accounts.access.menus import menus_changed
from accounts.access.permissions import (
    TYPES,
    Matrix,
    permission_defaults,
    permissions_from_interface,
    permissions_merge,
)
from accounts.errors import NameTakenError, SystemRoleError
from accounts.limits.caller import Caller
from accounts.models import ADMIN, INVITE, USER, AuthSession, Grant, OneTimeToken, Role, User
from accounts.models.principal import PrincipalType
from accounts.services.audit import Act, Target, audit_record
from accounts.services.people import role_change
from accounts.services.principals import principal_forget, principal_rename
from librechat.kernel import clock, yaml_config
from librechat.kernel.errors import InvalidInputError

MAX_NAME, MAX_DESCRIPTION = 64, 200
# They would be paths of the API.
RESERVED = {"members", "permissions"}


def roles_seed() -> None:
    """Add the system roles where they are missing and write what the yaml states.

    Called at every start. Permissions that the yaml is silent about stay as an
    administrator left them.
    """
    stated = permissions_from_interface(_given_interface())
    with transaction.atomic():
        for name in (USER, ADMIN):
            role, _ = Role.objects.select_for_update().get_or_create(
                name=name,
                defaults={"permissions": permission_defaults(name)},
            )
            wanted = permissions_merge(permission_defaults(name), role.permissions)
            if name == USER:
                wanted = permissions_merge(wanted, stated)
            if wanted != role.permissions:
                role.permissions = wanted
                role.save(update_fields=["permissions", "updated_at"])
        Grant.objects.bulk_create(
            [Grant(principal_type="role", principal_id=ADMIN, capability=name) for name in BASE],
            ignore_conflicts=True,
        )


def _given_interface() -> dict[str, object]:
    """Return the fields of the yaml's ``interface`` section that the file holds."""
    interface = config.interface()
    given = {
        config.InterfaceConfig.model_fields[name].alias
        for name in interface.model_fields_set
        if name in config.InterfaceConfig.model_fields
    }
    whole = yaml_config.plain(interface)
    fields = whole.items() if isinstance(whole, dict) else ()
    return {name: value for name, value in fields if name in given}


def role_create(
    *,
    name: object,
    description: object = "",
    permissions: object = None,
    actor: User | None = None,
    caller: Caller | None = None,
) -> Role:
    """Add a role; what it is not given, it does not allow.

    Raises:
        InvalidInputError: the name, description or permissions cannot be used.
        SystemRoleError, NameTakenError: the name is taken.
    """
    wanted = role_name_checked(name)
    role = Role(
        name=wanted,
        description=_description(description),
        permissions=permissions_merge(
            permission_defaults(wanted),
            permissions_stated({} if permissions is None else permissions),
        ),
    )
    try:
        with transaction.atomic():
            role.save(force_insert=True)
            _record("role.created", role.name, actor, caller)
    except IntegrityError as exc:
        raise NameTakenError(
            gettext('The role "%(wanted)s" already exists.') % {"wanted": wanted}
        ) from exc
    return role


def role_update(
    *,
    role: Role,
    name: object = None,
    description: object = None,
    actor: User | None = None,
    caller: Caller | None = None,
) -> Role:
    """Rename or describe a role; people, entries, grants and overrides follow its name.

    Raises:
        InvalidInputError: the name or description cannot be used.
        SystemRoleError: a system role keeps its name.
        NameTakenError: another role has the name.
    """
    before = role.name
    wanted = before if name is None or name == before else role_name_checked(name)
    if wanted != before and before in {USER, ADMIN}:
        raise SystemRoleError(gettext("A system role cannot be renamed."))
    text = role.description if description is None else _description(description)
    try:
        with transaction.atomic():
            role.name, role.description = wanted, text
            role.save(update_fields=["name", "description", "updated_at"])
            if wanted != before:
                _follow(before, wanted)
            _record("role.updated", wanted, actor, caller, name_before=before)
    except IntegrityError as exc:
        role.name = before
        raise NameTakenError(
            gettext('The role "%(wanted)s" already exists.') % {"wanted": wanted}
        ) from exc
    return role


def role_permissions_set(
    *,
    role: Role,
    permissions: Mapping[str, Mapping[str, bool]],
    actor: User | None = None,
    caller: Caller | None = None,
) -> None:
    """Set what a role allows; what is not given stays, what does not exist is left out.

    A change counts from the next request of everybody with the role.
    """
    before = permissions_merge(permission_defaults(role.name), role.permissions)
    wanted = {
        kind: {
            name: bool(permissions.get(kind, {}).get(name, answer))
            for name, answer in before[kind].items()
            if name in names
        }
        for kind, (names, _) in TYPES.items()
    }
    changed = {
        f"{kind}.{name}": answer
        for kind, answers in wanted.items()
        for name, answer in answers.items()
        if answer != before[kind][name]
    }
    role.permissions = wanted
    with transaction.atomic():
        role.save()
        if changed:
            _record("role.permissions_changed", role.name, actor, caller, permissions=changed)


def permissions_stated(given: object) -> Matrix:
    """Return type → permission → yes or no from outside, without what does not exist.

    Raises:
        InvalidInputError: it has another shape.
    """
    if not isinstance(given, Mapping):
        raise InvalidInputError("permissions must be an object.")
    found: Matrix = {}
    for kind, answers in given.items():
        if not isinstance(answers, Mapping):
            raise InvalidInputError(f"permissions.{str(kind)[:64]} must be an object.")
        for name, answer in answers.items():
            if not isinstance(answer, bool):
                path = f"permissions.{str(kind)[:64]}.{str(name)[:64]}"
                raise InvalidInputError(gettext("%(path)s must be true or false.") % {"path": path})
        names = TYPES.get(str(kind), ((), frozenset()))[0]
        found[str(kind)] = {str(name): answer for name, answer in answers.items() if name in names}
    return {kind: answers for kind, answers in found.items() if answers}


def role_delete(*, role: Role, actor: User | None = None, caller: Caller | None = None) -> None:
    """Remove a role; its people become USER and are signed out everywhere.

    Raises:
        SystemRoleError: it belongs to the system.
    """
    if role.name in {USER, ADMIN}:
        raise SystemRoleError(gettext("A system role cannot be deleted."))
    people = User.objects.filter(role=role.name)
    with transaction.atomic():
        grants = sorted(capabilities_given(PrincipalType.ROLE, role.name))
        # All at once: there may be thousands. The epoch ends their tokens, pages and sockets.
        AuthSession.objects.filter(user__role=role.name, revoked_at=None).update(
            revoked_at=clock.now(),
        )
        count = people.update(role=USER, auth_epoch=F("auth_epoch") + 1)
        principal_forget(kind=PrincipalType.ROLE, principal_id=role.name)
        role.delete()
        _record("role.deleted", role.name, actor, caller, members=count, grants=grants)


def role_assign(
    *,
    user: User,
    role: Role,
    actor: User,
    caller: Caller | None = None,
) -> None:
    """Give a person another role, on behalf of somebody who has all that it brings.

    Raises:
        ForbiddenError: the actor lacks a capability of the new role or of the present one.
        LastAdminError: nobody else is an administrator.
    """
    for name in (role.name, user.role):
        rank_require(actor, PrincipalType.ROLE, name)
    role_change(user=user, role=role.name, actor=actor, caller=caller)


def role_name_checked(given: object) -> str:
    """Return a name that a new role can have.

    Raises:
        InvalidInputError: it cannot be used.
        SystemRoleError: it belongs to the system.
    """
    name = given.strip() if isinstance(given, str) else ""
    if not name:
        raise InvalidInputError("name is required.")
    if len(name) > MAX_NAME:
        raise InvalidInputError(f"name must not exceed {MAX_NAME} characters.")
    if "/" in name or any(unicodedata.category(letter) == "Cc" for letter in name):
        raise InvalidInputError(gettext("name contains characters that cannot be used."))
    if name.lower() in RESERVED:
        raise InvalidInputError(gettext("name is reserved."))
    if name.upper() in {USER, ADMIN}:
        raise SystemRoleError(gettext("The name belongs to a system role."))
    return name


def _description(given: object) -> str:
    if not isinstance(given, str):
        raise InvalidInputError("description must be a text.")
    if len(given) > MAX_DESCRIPTION:
        raise InvalidInputError(f"description must not exceed {MAX_DESCRIPTION} characters.")
    return given.strip()


def _follow(before: str, after: str) -> None:
    User.objects.filter(role=before).update(role=after)
    principal_rename(kind=PrincipalType.ROLE, before=before, after=after)
    for invite in OneTimeToken.objects.filter(purpose=INVITE, used_at=None, data__role=before):
        invite.data = {**invite.data, "role": after}
        invite.save(update_fields=["data"])


def _record(
    action: str,
    name: str,
    actor: User | None,
    caller: Caller | None,
    **metadata: object,
) -> None:
    menus_changed()
    audit_record(
        Act(
            category="role",
            action=action,
            actor=actor,
            target=Target("role", name, name),
            metadata=metadata,
            caller=caller,
        ),
    )
