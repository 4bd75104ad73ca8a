"""Writes to roles."""

import pytest

from accounts.access.permissions import permissions_of, role_allows
from accounts.errors import LastAdminError, NameTakenError, SystemRoleError
from accounts.models import (
    INVITE,
    AclEntry,
    AuditEvent,
    AuthSession,
    ConfigOverride,
    Grant,
    OneTimeToken,
    PrincipalType,
    Role,
    User,
)
from accounts.services.roles import (
    permissions_stated,
    role_assign,
    role_create,
    role_delete,
    role_permissions_set,
    role_update,
    roles_seed,
)
from librechat.kernel import clock
from librechat.kernel.errors import ForbiddenError, InvalidInputError
from tests.factories.people import person, role, sign_in
from tests.factories.rights import AGENT, entry, grant

pytestmark = pytest.mark.django_db


def last() -> AuditEvent:
    return AuditEvent.objects.latest("sequence")


def everything_given_to(name: str) -> list[int]:
    tables = (AclEntry, Grant, ConfigOverride)
    return [table.objects.filter(principal_id=name).count() for table in tables]


@pytest.fixture
def guests() -> Role:
    made = role("guest", AGENTS={"USE": True})
    entry(AGENT, "a" * 24, PrincipalType.ROLE, "guest")
    Grant.objects.create(principal_type="role", principal_id="guest", capability="read:usage")
    ConfigOverride.objects.create(principal_type="role", principal_id="guest")
    return made


def test_a_new_role_allows_only_what_it_is_given(admin: User) -> None:
    made = role_create(
        name="  guest ",
        description="Visitors",
        permissions={"AGENTS": {"USE": True, "FLY": True}, "PLANETS": {"USE": True}},
        actor=admin,
    )
    allowed = [
        f"{kind}.{name}"
        for kind, answers in permissions_of("guest").items()
        for name, answer in answers.items()
        if answer
    ]
    assert (made.name, made.description, allowed) == ("guest", "Visitors", ["AGENTS.USE"])
    assert (last().action, last().actor_id, last().target_id) == ("role.created", admin.pk, "guest")


@pytest.mark.parametrize(
    "name",
    [None, 5, "", "  ", "x" * 65, "a\nb", "a/b", "Members", "permissions"],
)
def test_a_name_that_cannot_be_used_is_refused(name: object) -> None:
    with pytest.raises(InvalidInputError):
        role_create(name=name)
    assert not Role.objects.exists()


@pytest.mark.parametrize("name", ["ADMIN", "admin", "User"])
def test_names_of_the_system_are_refused(name: str, guests: Role) -> None:
    with pytest.raises(SystemRoleError):
        role_create(name=name)
    with pytest.raises(SystemRoleError):
        role_update(role=guests, name=name)
    assert list(Role.objects.values_list("name", flat=True)) == ["guest"]


@pytest.mark.parametrize("description", [5, "x" * 201])
def test_a_description_that_cannot_be_used_is_refused(description: object) -> None:
    with pytest.raises(InvalidInputError):
        role_create(name="guest", description=description)


@pytest.mark.parametrize(
    "given",
    [[], "x", {"AGENTS": 5}, {"AGENTS": {"USE": "yes"}}, {"PLANETS": {"USE": 1}}],
)
def test_permissions_of_another_shape_are_refused(given: object) -> None:
    with pytest.raises(InvalidInputError, match="permissions"):
        permissions_stated(given)


def test_a_name_is_given_once(guests: Role) -> None:
    with pytest.raises(NameTakenError):
        role_create(name="guest")
    other = role("other")
    with pytest.raises(NameTakenError):
        role_update(role=other, name="guest")
    assert other.name == "other"
    assert not AuditEvent.objects.exists()


def test_everything_follows_the_new_name_of_a_role(guests: Role, admin: User) -> None:
    user = person(role="guest")
    sign_in(user)
    invite = OneTimeToken.objects.create(
        purpose=INVITE,
        email="new@example.org",
        token_hash="x",
        data={"role": "guest"},
        expires_at=clock.now(),
    )
    role_update(role=guests, name="visitor", description="People at the door", actor=admin)
    user.refresh_from_db()
    invite.refresh_from_db()
    assert (user.role, user.auth_epoch, invite.data) == ("visitor", 0, {"role": "visitor"})
    assert AuthSession.objects.alive().filter(user=user).exists()
    assert everything_given_to("guest") == [0, 0, 0]
    assert everything_given_to("visitor") == [1, 1, 1]
    assert role_allows(user, "AGENTS", "USE")
    assert last().metadata == {"name_before": "guest"}


def test_a_role_can_be_described_and_keeps_its_name(guests: Role) -> None:
    role_update(role=guests, description="Hello")
    role_update(role=guests, name="guest")
    guests.refresh_from_db()
    assert (guests.name, guests.description) == ("guest", "Hello")


def test_the_people_of_a_deleted_role_become_users_and_are_signed_out(
    guests: Role,
    admin: User,
) -> None:
    user = person(role="guest")
    session = sign_in(user).session
    role_delete(role=guests, actor=admin)
    user.refresh_from_db()
    session.refresh_from_db()
    assert (user.role, user.auth_epoch, session.revoked_at is not None) == ("USER", 1, True)
    assert everything_given_to("guest") == [0, 0, 0]
    assert last().metadata == {"members": 1, "grants": ["read:usage"]}


def test_system_roles_are_neither_renamed_nor_deleted() -> None:
    roles_seed()
    for name in ("ADMIN", "USER"):
        system = Role.objects.get(name=name)
        with pytest.raises(SystemRoleError):
            role_delete(role=system)
        with pytest.raises(SystemRoleError):
            role_update(role=system, name="other")
        role_update(role=system, description="Of the system")


def test_changed_permissions_are_recorded_and_those_not_named_stay(
    guests: Role,
    admin: User,
) -> None:
    role_permissions_set(role=guests, permissions={"PROMPTS": {"USE": True}}, actor=admin)
    assert last().metadata == {"permissions": {"PROMPTS.USE": True}}
    assert permissions_of("guest")["AGENTS"]["USE"] is True
    count = AuditEvent.objects.count()
    role_permissions_set(role=guests, permissions={"PROMPTS": {"USE": True}}, actor=admin)
    assert AuditEvent.objects.count() == count


def test_assigning_a_role_signs_the_person_out(guests: Role, owner: User, admin: User) -> None:
    session = sign_in(owner).session
    role_assign(user=owner, role=guests, actor=admin)
    owner.refresh_from_db()
    session.refresh_from_db()
    assert (owner.role, owner.auth_epoch, session.revoked_at is not None) == ("guest", 1, True)
    assert last().actor_id == admin.pk


def test_who_manages_roles_cannot_make_or_unmake_an_administrator(
    owner: User,
    viewer: User,
    admin: User,
) -> None:
    roles_seed()
    grant(owner, "access:admin", "manage:roles")
    administrators, users = Role.objects.get(name="ADMIN"), Role.objects.get(name="USER")
    for user, wanted in ((owner, administrators), (viewer, administrators), (admin, users)):
        with pytest.raises(ForbiddenError):
            role_assign(user=user, role=wanted, actor=owner)
    assert User.objects.filter(role="ADMIN").get() == admin


def test_the_last_administrator_keeps_the_role(admin: User, owner: User) -> None:
    roles_seed()
    with pytest.raises(LastAdminError):
        role_assign(user=admin, role=Role.objects.get(name="USER"), actor=admin)
    admin.refresh_from_db()
    assert admin.role == "ADMIN"
