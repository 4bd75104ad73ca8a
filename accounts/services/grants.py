"""Writes to grants of capabilities."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.capabilities import (
    BASE,
    capabilities_grantable,
    capabilities_granted,
    capability_is_known,
    covers,
)
from accounts.access.menus import menus_changed
from accounts.access.permissions import role_exists
from accounts.errors import SystemRoleError
from accounts.limits.caller import Caller
from accounts.models import ADMIN, Grant, Group, PrincipalType, User
from accounts.services.audit import Act, Target, audit_record
from librechat.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError

# The area whose capabilities decide about the grants of each kind of receiver.
AREAS = {
    PrincipalType.USER: "users",
    PrincipalType.GROUP: "groups",
    PrincipalType.ROLE: "roles",
}


def grant_give(
    *,
    actor: User,
    kind: PrincipalType,
    principal_id: str,
    capability: str,
    caller: Caller | None = None,
) -> Grant:
    """Give a capability to a person, group or role; giving it twice changes nothing.

    Raises:
        InvalidInputError: there is no such capability.
        NotFoundError: there is no such receiver.
        ForbiddenError: the actor may not manage such receivers, or lacks the capability.
    """
    if not capability_is_known(capability):
        raise InvalidInputError(_("Invalid capability"))
    held = capabilities_granted(actor)
    if not covers(held, [f"manage:{AREAS[kind]}"]):
        raise ForbiddenError(_("Insufficient permissions"))
    if not covers(capabilities_grantable(actor), [capability]):
        raise ForbiddenError(_("Cannot grant a capability you do not possess"))
    name = _name_of(kind, principal_id)
    with transaction.atomic():
        grant, is_new = Grant.objects.get_or_create(
            principal_type=kind,
            principal_id=principal_id,
            capability=capability,
            defaults={"granted_by": actor},
        )
        if is_new:
            _record("grant.assigned", grant, name, actor, caller)
    return grant


def grant_revoke(
    *,
    actor: User,
    kind: PrincipalType,
    principal_id: str,
    capability: str,
    caller: Caller | None = None,
) -> bool:
    """Take a capability away; it ends at once. Return whether it was there.

    Who takes away need not have it: otherwise nobody could clean up.

    Raises:
        ForbiddenError: the actor may not manage such receivers.
        SystemRoleError: the ADMIN role keeps what the system gives it.
    """
    if not covers(capabilities_granted(actor), [f"manage:{AREAS[kind]}"]):
        raise ForbiddenError(_("Insufficient permissions"))
    if kind == PrincipalType.ROLE and principal_id == ADMIN and capability in BASE:
        raise SystemRoleError(_("The ADMIN role keeps all capabilities of the system."))
    with transaction.atomic():
        rows = Grant.objects.filter(
            principal_type=kind,
            principal_id=principal_id,
            capability=capability,
        )
        grant = rows.select_for_update().first()
        if grant is None:
            return False
        _record("grant.removed", grant, principal_id, actor, caller)
        grant.delete()
    return True


def _name_of(kind: PrincipalType, principal_id: str) -> str:
    """Return what a receiver is called.

    Raises:
        NotFoundError: there is none by this id.
    """
    found: str | None = None
    if kind == PrincipalType.USER:
        found = User.objects.filter(pk=principal_id).values_list("email", flat=True).first()
    elif kind == PrincipalType.GROUP:
        found = Group.objects.filter(pk=principal_id).values_list("name", flat=True).first()
    elif role_exists(principal_id):
        found = principal_id
    if found is None:
        raise NotFoundError(_("There is no such %(value)s.") % {"value": kind.value})
    return found


def _record(
    action: str,
    grant: Grant,
    name: str,
    actor: User,
    caller: Caller | None,
) -> None:
    menus_changed()
    audit_record(
        Act(
            category="grant",
            action=action,
            severity="warning",
            actor=actor,
            target=Target(grant.principal_type, grant.principal_id, name),
            metadata={"capability": grant.capability},
            caller=caller,
        ),
    )
