"""Roles, groups, entries, grants and overrides in the admin."""

import json

import pytest
from django.test import Client

from accounts.access.permissions import TYPES, permission_defaults, permissions_of
from accounts.admin.matrix import COLUMNS
from accounts.models import (
    AclEntry,
    AuditEvent,
    ConfigOverride,
    Grant,
    Group,
    PrincipalType,
    Role,
    User,
)
from accounts.services.roles import roles_seed
from librechat.kernel import yaml_config
from tests.factories.people import PASSWORD, person, role
from tests.factories.rights import AGENT, entry, group

pytestmark = pytest.mark.django_db

ROLES, GROUPS = "/admin/accounts/role/", "/admin/accounts/group/"
GRANTS, OVERRIDES = "/admin/accounts/grant/", "/admin/accounts/configoverride/"
ENTRIES = "/admin/accounts/aclentry/"


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def ticked(*names: str) -> dict[str, str]:
    return {f"permissions__{name}": "on" for name in names}


def last_action() -> str:
    return AuditEvent.objects.latest("sequence").action


def test_every_permission_has_a_column() -> None:
    assert {name for names, _ in TYPES.values() for name in names} == set(COLUMNS)


def test_a_role_is_a_table_of_boxes(desk: Client) -> None:
    guest = role("guest", AGENTS={"USE": True})
    page = desk.get(f"{ROLES}{guest.pk}/change/").content.decode()
    assert page.count('type="checkbox"') >= sum(len(names) for names, _ in TYPES.values())
    assert 'aria-label="AGENTS USE" checked' in " ".join(page.split())
    assert 'aria-label="AGENTS CREATE" checked' not in " ".join(page.split())


def test_a_role_is_added_renamed_and_deleted(desk: Client) -> None:
    body = {"name": "guest", "description": "Visitors", **ticked("AGENTS__USE")}
    assert desk.post(f"{ROLES}add/", body).status_code == 302
    guest = Role.objects.get(name="guest")
    assert permissions_of("guest")["AGENTS"] == {
        "USE": True,
        "CREATE": False,
        "SHARE": False,
        "SHARE_PUBLIC": False,
    }
    user = person(role="guest")
    change = {"name": "visitor", "description": "", **ticked("PROMPTS__USE")}
    assert desk.post(f"{ROLES}{guest.pk}/change/", change).status_code == 302
    user.refresh_from_db()
    assert (user.role, user.auth_epoch) == ("visitor", 0)
    assert permissions_of("visitor")["PROMPTS"]["USE"]
    assert not permissions_of("visitor")["AGENTS"]["USE"]
    same = {**change, "description": "At the door"}
    assert desk.post(f"{ROLES}{guest.pk}/change/", same).status_code == 302
    assert "At the door" in desk.get(ROLES).content.decode()
    assert desk.post(f"{ROLES}{guest.pk}/delete/", {"post": "yes"}).status_code == 302
    user.refresh_from_db()
    assert (user.role, user.auth_epoch) == ("USER", 1)


def test_system_roles_keep_their_name_and_stay(desk: Client) -> None:
    roles_seed()
    system = Role.objects.get(name="USER")
    boxes = ticked("PROMPTS__USE")
    desk.post(f"{ROLES}{system.pk}/change/", {"name": "other", "description": "", **boxes})
    system.refresh_from_db()
    assert system.name == "USER"
    assert permissions_of("USER")["AGENTS"]["USE"] is False
    assert desk.post(f"{ROLES}{system.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", ["admin", "members", "guest", " ", "a/b"])
def test_a_name_that_cannot_be_used_is_refused(desk: Client, name: str) -> None:
    role("guest")
    assert desk.post(f"{ROLES}add/", {"name": name, "description": ""}).status_code == 200
    assert Role.objects.count() == 1
    assert permissions_of("guest") == permission_defaults("guest")


def test_a_group_is_made_and_filled_by_naming_people(desk: Client, owner: User) -> None:
    body = {"name": "Staff", "description": "", "email": "", "avatar": "", "add_people": owner.pk}
    assert desk.post(f"{GROUPS}add/", body).status_code == 302
    staff = Group.objects.get()
    assert list(staff.members.all()) == [owner]
    page = desk.get(f"{GROUPS}{staff.pk}/change/")
    assert owner.email in page.content.decode()
    change = {**body, "name": "Crew", "remove_people": owner.pk}
    del change["add_people"]
    assert desk.post(f"{GROUPS}{staff.pk}/change/", change).status_code == 302
    staff.refresh_from_db()
    assert (staff.name, staff.members.count()) == ("Crew", 0)
    assert desk.get(GROUPS).status_code == 200
    assert desk.post(f"{GROUPS}{staff.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Group.objects.exists()


def test_people_for_a_group_are_found_by_typing(desk: Client, owner: User) -> None:
    query = "app_label=accounts&model_name=groupmember&field_name=user&term=owner"
    answer = desk.get(f"/admin/autocomplete/?{query}")
    assert [row["id"] for row in answer.json()["results"]] == [owner.pk]


def test_a_group_of_a_directory_is_not_changed_here(desk: Client, owner: User) -> None:
    staff = group("Staff", source="ldap", external_id="cn=staff")
    page = desk.get(f"{GROUPS}{staff.pk}/change/")
    assert "cn=staff" in page.content.decode()
    assert "add_people" not in page.content.decode()
    desk.post(f"{GROUPS}{staff.pk}/change/", {"name": "Mine", "add_people": owner.pk})
    staff.refresh_from_db()
    assert (staff.name, staff.members.count()) == ("Staff", 0)
    body = {"action": "delete_selected", "_selected_action": [staff.pk], "post": "yes"}
    desk.post(GROUPS, body)
    assert not Group.objects.exists()


def test_entries_are_shown_and_revoked_after_a_question(desk: Client, owner: User) -> None:
    mine = entry(AGENT, "a" * 24, PrincipalType.USER, owner.pk)
    assert owner.pk in desk.get(ENTRIES).content.decode()
    body = {"action": "revoke", "_selected_action": [mine.pk]}
    assert "ends at once" in desk.post(ENTRIES, body).content.decode()
    assert AclEntry.objects.exists()
    desk.post(ENTRIES, {**body, "confirmed": "yes"})
    assert not AclEntry.objects.exists()
    assert last_action() == "sharing.changed"
    assert desk.get(f"{ENTRIES}add/").status_code == 403


@pytest.mark.parametrize(
    ("kind", "typed"),
    [("user", "Owner@example.org"), ("group", "Staff"), ("role", "USER")],
)
def test_a_capability_is_given_by_name_and_taken_away(
    desk: Client,
    owner: User,
    kind: str,
    typed: str,
) -> None:
    staff = group("Staff")
    body = {"principal_type": kind, "principal_id": typed, "capability": "read:users"}
    assert desk.post(f"{GRANTS}add/", body).status_code == 302
    given = Grant.objects.get()
    assert given.principal_id == {"user": owner.pk, "group": staff.pk, "role": "USER"}[kind]
    assert last_action() == "grant.assigned"
    assert desk.get(GRANTS).status_code == 200
    assert desk.post(f"{GRANTS}{given.pk}/delete/", {"post": "yes"}).status_code == 302
    assert last_action() == "grant.removed"


def test_grants_of_nobody_and_of_the_admin_role_are_refused(desk: Client) -> None:
    roles_seed()
    count = Grant.objects.count()
    body = {"principal_type": "group", "principal_id": "Nobody", "capability": "read:users"}
    assert "nobody by this name" in desk.post(f"{GRANTS}add/", body).content.decode()
    assert desk.post(f"{GRANTS}add/", {}).status_code == 200
    fixed = Grant.objects.filter(principal_id="ADMIN")[:3]
    assert desk.post(f"{GRANTS}{fixed[0].pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = [one.pk for one in fixed]
    desk.post(GRANTS, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    assert Grant.objects.count() == count
    free = Grant.objects.create(principal_type="role", principal_id="USER", capability="read:users")
    desk.post(GRANTS, {"action": "delete_selected", "_selected_action": [free.pk], "post": "yes"})
    assert Grant.objects.count() == count


def override_form(**changes: object) -> dict[str, object]:
    fields = {
        "principal_type": "role",
        "principal_id": "USER",
        "priority": 10,
        "overrides": json.dumps({"interface": {"customWelcome": "Hello"}}),
        "tombstones": "[]",
        "is_active": "on",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def test_an_override_shows_what_is_in_effect_and_why(desk: Client) -> None:
    assert desk.post(f"{OVERRIDES}add/", override_form()).status_code == 302
    row = ConfigOverride.objects.get()
    with yaml_config.override({"interface": {"bookmarks": False}}):
        page = " ".join(desk.get(f"{OVERRIDES}{row.pk}/change/").content.decode().split())
    assert "<code>interface.customWelcome</code> </td> " in page
    assert '<code>Hello</code> </td> <td class="p-2">role USER</td>' in page
    assert '<code>False</code> </td> <td class="p-2">librechat.yaml</td>' in page
    change = override_form(is_active=None, overrides="{}", principal_id=None, principal_type=None)
    assert desk.post(f"{OVERRIDES}{row.pk}/change/", change).status_code == 302
    row.refresh_from_db()
    assert (row.is_active, row.overrides, row.principal_id) == (False, {}, "USER")
    assert desk.get(OVERRIDES).status_code == 200
    assert desk.post(f"{OVERRIDES}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert last_action() == "config.deleted"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"overrides": '{"interface": {"bookmarks": "x"}}'}, "interface.bookmarks"),
        ({"overrides": "[1]"}, "Give a JSON object."),
        ({"tombstones": '{"a": 1}'}, "Give a JSON list of paths."),
        ({"tombstones": "[5]"}, "Give a JSON list of paths."),
        ({"principal_id": "nobody"}, "There is nobody by this name."),
        ({"priority": -1}, "greater than or equal to 0"),
    ],
)
def test_a_bad_override_is_refused(desk: Client, changes: dict[str, object], words: str) -> None:
    answer = desk.post(f"{OVERRIDES}add/", override_form(**changes))
    assert words in answer.content.decode()
    assert not ConfigOverride.objects.exists()


def test_overrides_for_everybody_can_be_deleted_in_bulk(desk: Client) -> None:
    desk.post(f"{OVERRIDES}add/", override_form(principal_id="__base__"))
    row = ConfigOverride.objects.get(principal_id="__base__")
    desk.post(OVERRIDES, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert not ConfigOverride.objects.exists()
