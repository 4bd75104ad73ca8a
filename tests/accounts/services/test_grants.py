"""Writes to grants of capabilities."""

import pytest

from accounts.access.capabilities import capability_allows
from accounts.errors import SystemRoleError
from accounts.models import AuditEvent, Grant, PrincipalType, User
from accounts.services.grants import grant_give, grant_revoke
from accounts.services.roles import roles_seed
from librechat.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError
from tests.factories.rights import grant, group

pytestmark = pytest.mark.django_db

PERSON, GROUP, ROLE, PUBLIC = PrincipalType


def give(actor: User, kind: PrincipalType, name: str, capability: str = "read:users") -> Grant:
    return grant_give(actor=actor, kind=kind, principal_id=name, capability=capability)


def take(actor: User, kind: PrincipalType, name: str, capability: str = "read:users") -> bool:
    return grant_revoke(actor=actor, kind=kind, principal_id=name, capability=capability)


def test_a_capability_is_given_once_and_recorded(admin: User, owner: User) -> None:
    first = give(admin, PERSON, owner.pk)
    assert give(admin, PERSON, owner.pk) == first
    assert (first.granted_by, capability_allows(owner, "read:users")) == (admin, True)
    event = AuditEvent.objects.get()
    assert (event.action, event.target_name, event.metadata) == (
        "grant.assigned",
        owner.email,
        {"capability": "read:users"},
    )


def test_groups_and_roles_can_be_given_capabilities(admin: User, owner: User) -> None:
    give(admin, GROUP, group("Staff", owner).pk)
    give(admin, ROLE, "USER", "manage:configs:interface")
    assert capability_allows(owner, "read:users", "read:configs:interface")


@pytest.mark.parametrize("kind", [PERSON, GROUP, ROLE])
def test_a_receiver_that_does_not_exist_is_refused(admin: User, kind: PrincipalType) -> None:
    with pytest.raises(NotFoundError):
        give(admin, kind, "f" * 24)
    assert not Grant.objects.exists()


def test_a_capability_that_does_not_exist_is_refused(admin: User) -> None:
    with pytest.raises(InvalidInputError):
        give(admin, ROLE, "USER", "fly:planes")


def test_nobody_gives_what_they_lack_or_to_whom_they_do_not_manage(
    owner: User,
    viewer: User,
) -> None:
    grant(owner, "access:admin", "manage:users")
    with pytest.raises(ForbiddenError, match="do not possess"):
        give(owner, PERSON, viewer.pk, "read:audit_log")
    with pytest.raises(ForbiddenError, match="Insufficient"):
        give(owner, ROLE, "USER")
    give(owner, PERSON, viewer.pk)
    assert not capability_allows(viewer, "read:audit_log")


def test_a_capability_taken_away_ends_at_once(admin: User, owner: User) -> None:
    give(admin, PERSON, owner.pk)
    assert take(admin, PERSON, owner.pk) is True
    assert not capability_allows(owner, "read:users")
    assert take(admin, PERSON, owner.pk) is False
    assert AuditEvent.objects.latest("sequence").action == "grant.removed"
    assert AuditEvent.objects.count() == 2


def test_who_cleans_up_need_not_have_the_capability(owner: User, viewer: User) -> None:
    grant(owner, "manage:users")
    grant(viewer, "read:audit_log")
    with pytest.raises(ForbiddenError):
        take(viewer, PERSON, viewer.pk, "read:audit_log")
    assert take(owner, PERSON, viewer.pk, "read:audit_log") is True


def test_the_admin_role_keeps_its_capabilities(admin: User) -> None:
    roles_seed()
    with pytest.raises(SystemRoleError):
        take(admin, ROLE, "ADMIN", "manage:users")
    extra = "manage:configs:interface"
    give(admin, ROLE, "ADMIN", extra)
    assert take(admin, ROLE, "ADMIN", extra) is True
