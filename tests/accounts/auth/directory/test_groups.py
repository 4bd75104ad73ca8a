"""Groups of the directory: mirrored, giving roles, letting people in."""

from collections.abc import Callable

import pytest

from accounts.auth.login import login_with_password
from accounts.errors import (
    DirectoryRefusedError,
)
from accounts.models import ADMIN, USER, AuditEvent, AuthSession, Group, User
from tests.accounts.auth.directory.entering import WONDER, enter, groups_of
from tests.factories.people import CALLER, person
from tests.fakes.directory import GROUPS, PEOPLE, Directory

pytestmark = pytest.mark.django_db


def test_groups_are_mirrored_at_every_sign_in(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    on(group_base=GROUPS, group_name_attribute="description")
    alice = directory.add_person("alice", WONDER)
    tea = directory.add_group("tea", alice, description="Tea party")
    directory.add_group("croquet", alice)
    directory.add_group("others", f"uid=nobody,{PEOPLE}")
    user = enter()
    by_hand = Group.objects.create(name="By hand")
    by_hand.members.add(user)
    assert set(Group.objects.exclude(pk=by_hand.pk).values_list("name", "source")) == {
        ("Tea party", "ldap"),
        (f"cn=croquet,{GROUPS}", "ldap"),
    }
    assert Group.objects.get(external_id=tea).name == "Tea party"
    directory.change(tea, description=["Mad tea party"])
    directory.remove(f"cn=croquet,{GROUPS}")
    directory.add_group("cards", alice, description="Cards")
    assert groups_of(enter()) == ["By hand", "Cards", "Mad tea party"]
    event = AuditEvent.objects.filter(action="group.members_mirrored").first()
    assert event is not None
    assert event.metadata["joined"] == ["Cards"]
    assert event.metadata["left"] == [f"cn=croquet,{GROUPS}"]
    on(group_base="")
    assert groups_of(enter()) == ["By hand", "Cards", "Mad tea party"]


def test_the_group_of_administrators_promotes_and_demotes(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    person(role=ADMIN)
    alice = directory.add_person("alice", WONDER)
    bob = directory.add_person("bob", WONDER)
    admins = directory.add_group("admins", bob)
    on(group_base=GROUPS, admin_group=f"CN=Admins, {GROUPS}")
    assert enter().role == USER
    assert enter("bob@example.org").role == ADMIN
    directory.change(admins, member=[alice])
    promoted = login_with_password(email="alice@example.org", password=WONDER, caller=CALLER)
    assert promoted.user.role == ADMIN
    directory.change(admins, member=[bob])
    assert enter().role == USER
    assert not AuthSession.objects.alive().filter(pk=promoted.session.pk).exists()


def test_a_group_of_administrators_decides_about_the_first_person_too(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    alice = directory.add_person("alice", WONDER)
    directory.add_person("bob", WONDER)
    directory.add_group("admins", alice)
    on(group_base=GROUPS, admin_group=f"cn=admins,{GROUPS}")
    assert enter("bob@example.org").role == USER
    assert enter().role == ADMIN


def test_the_last_administrator_stays_one_whatever_the_group_says(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    directory.add_person("alice", WONDER)
    enter()
    person()
    on(group_base=GROUPS, admin_group=f"cn=admins,{GROUPS}")
    assert enter().role == ADMIN


def test_a_role_other_than_administrator_is_not_the_directorys_business(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    person(role=ADMIN)
    directory.add_person("alice", WONDER)
    user = enter()
    User.objects.filter(pk=user.pk).update(role="support")
    on(group_base=GROUPS, admin_group=f"cn=admins,{GROUPS}")
    assert enter().role == "support"


def test_only_members_of_the_required_group_come_in(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    alice = directory.add_person("alice", WONDER)
    staff = directory.add_group("staff", f"uid=nobody,{PEOPLE}")
    on(group_base=GROUPS, required_group=f"cn=staff,{GROUPS}")
    with pytest.raises(DirectoryRefusedError):
        enter()
    assert not User.objects.exists()
    directory.change(staff, member=[alice])
    assert groups_of(enter()) == ["staff"]
