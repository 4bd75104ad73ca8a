"""Writes to groups."""

from typing import Any

import pytest

from accounts.access.acl import bits_of
from accounts.errors import DirectoryGroupError, GroupInUseError
from accounts.models import AclEntry, AuditEvent, Grant, Group, PrincipalType, User
from accounts.services.groups import (
    group_create,
    group_delete,
    group_update,
    members_add,
    members_remove,
)
from accounts.signals import group_changed
from billing.models import Balance
from librechat.kernel.errors import ForbiddenError, InvalidInputError
from tests.factories.people import person
from tests.factories.rights import AGENT, entry, grant, group

pytestmark = pytest.mark.django_db


@pytest.fixture
def told() -> Any:
    heard: list[User] = []

    def listen(user: User, **_rest: object) -> None:
        heard.append(user)

    group_changed.connect(listen)
    yield heard
    group_changed.disconnect(listen)


def last() -> AuditEvent:
    return AuditEvent.objects.latest("sequence")


def test_a_group_is_made_with_its_people(owner: User, admin: User, told: list[User]) -> None:
    fields = {"name": " Staff ", "email": "staff@example.org", "nonsense": 5}
    made = group_create(fields=fields, members=[owner, owner], actor=admin)
    assert (made.name, made.source, list(made.members.all())) == ("Staff", "local", [owner])
    assert told == [owner]
    actions = list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))
    assert actions == ["group.created", "group.members_added"]


@pytest.mark.parametrize(
    "fields",
    [{}, {"name": " "}, {"name": 5}, {"name": "x" * 129}, {"name": "x", "email": "nowhere"}],
)
def test_a_group_that_does_not_fit_is_refused(fields: dict[str, object], admin: User) -> None:
    with pytest.raises(InvalidInputError):
        group_create(fields=fields, actor=admin)
    assert not Group.objects.exists()


def test_a_group_is_renamed(admin: User) -> None:
    made = group("Staff")
    group_update(group=made, fields={"name": "Crew"}, actor=admin)
    made.refresh_from_db()
    assert (made.name, last().metadata) == ("Crew", {"fields": ["name"]})
    with pytest.raises(InvalidInputError):
        group_update(group=made, fields={"members": []}, actor=admin)


def test_people_come_and_go_and_their_rights_with_them(
    owner: User,
    admin: User,
    told: list[User],
) -> None:
    made = group("Staff")
    entry(AGENT, "a" * 24, PrincipalType.GROUP, made.pk)
    assert members_add(group=made, people=[owner], actor=admin) == 1
    assert members_add(group=made, people=[owner], actor=admin) == 0
    assert bits_of(owner, AGENT, "a" * 24) == 1
    assert members_remove(group=made, people=[owner], actor=admin) == 1
    assert bits_of(owner, AGENT, "a" * 24) == 0
    assert members_remove(group=made, people=[owner], actor=admin) == 0
    assert told == [owner, owner]
    assert AuditEvent.objects.count() == 2
    assert last().metadata == {"people": [owner.pk]}


def test_a_group_that_a_directory_keeps_is_not_changed_here(owner: User, admin: User) -> None:
    made = group("Staff", source="ldap", external_id="cn=staff")
    with pytest.raises(DirectoryGroupError):
        group_update(group=made, fields={"name": "Mine"}, actor=admin)
    for change in (members_add, members_remove):
        with pytest.raises(DirectoryGroupError):
            change(group=made, people=[owner], actor=admin)
    assert not AuditEvent.objects.exists()


def test_a_deleted_group_leaves_nothing_behind(
    owner: User,
    admin: User,
    told: list[User],
) -> None:
    made = group("Staff", owner)
    entry(AGENT, "a" * 24, PrincipalType.GROUP, made.pk)
    Grant.objects.create(principal_type="group", principal_id=made.pk, capability="read:users")
    group_delete(group=made, actor=admin)
    assert not AclEntry.objects.exists()
    assert not Grant.objects.exists()
    assert (told, last().metadata) == ([owner], {"members": 1})


def test_a_group_with_credits_is_not_deleted(owner: User, admin: User, told: list[User]) -> None:
    made = group("Staff", owner)
    Grant.objects.create(principal_type="group", principal_id=made.pk, capability="read:users")
    Balance.objects.create(group=made)
    with pytest.raises(GroupInUseError, match="Staff has credits") as refused:
        group_delete(group=made, actor=admin)
    assert refused.value.status == 409
    assert Group.objects.filter(pk=made.pk).exists()
    assert Grant.objects.exists()
    assert (told, AuditEvent.objects.count()) == ([], 0)


def test_nobody_fills_a_group_that_brings_more_than_they_have(owner: User) -> None:
    made = group("Auditors")
    Grant.objects.create(principal_type="group", principal_id=made.pk, capability="read:audit_log")
    grant(owner, "manage:groups")
    with pytest.raises(ForbiddenError):
        members_add(group=made, people=[owner], actor=owner)
    members_add(group=made, people=[owner])  # on behalf of the system
    with pytest.raises(ForbiddenError):
        members_remove(group=made, people=[owner], actor=person())
    assert made.members.count() == 1


def test_too_many_people_at_once_are_refused(admin: User) -> None:
    people = [User(email=f"{number}@example.org") for number in range(501)]
    with pytest.raises(InvalidInputError, match="500"):
        members_add(group=group("Staff"), people=people, actor=admin)
