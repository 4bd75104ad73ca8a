"""Administration of people, groups, roles and grants over the API."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access.capabilities import BASE
from accounts.models import AuditEvent, Grant, Group, Role, User
from accounts.services.roles import roles_seed
from tests.factories.people import bearer, role
from tests.factories.rights import grant, group

pytestmark = pytest.mark.django_db

Ask = Callable[..., Any]


@pytest.fixture
def ask(client: Client, admin: User) -> Ask:
    """Return a function that asks as an administrator: ``ask("get", "users")``."""
    roles_seed()
    headers = bearer(admin)

    def send(method: str, path: str, body: object = None) -> Any:
        return client.generic(
            method.upper(),
            f"/api/admin/{path}",
            b"" if body is None else orjson.dumps(body),
            content_type="application/json",
            headers=headers,
        )

    return send


# --- Capabilities --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "capability"),
    [
        ("GET", "users", "read:users"),
        ("GET", "users/search?q=ab", "read:users"),
        ("GET", "groups", "read:groups"),
        ("POST", "groups", "manage:groups"),
        ("GET", "roles", "read:roles"),
        ("POST", "roles", "manage:roles"),
        ("DELETE", "roles/guest", "manage:roles"),
        ("GET", "grants/user/x", "read:users"),
        ("GET", "config", "read:configs"),
        ("DELETE", "config/role/USER", "manage:configs"),
        ("PATCH", "config/role/USER/active", "manage:configs"),
        ("GET", "audit-log", "read:audit_log"),
        ("GET", "audit-log/verify", "read:audit_log"),
        ("GET", "audit-log/export.csv", "read:audit_log"),
    ],
)
def test_each_route_needs_access_and_its_own_capability(
    client: Client,
    owner: User,
    method: str,
    path: str,
    capability: str,
) -> None:
    def status() -> int:
        headers = bearer(owner)
        answer = client.generic(method, f"/api/admin/{path}", b"", headers=headers)
        return int(answer.status_code)

    assert status() == 403
    grant(owner, capability)
    assert status() == 403
    Grant.objects.all().delete()
    grant(owner, "access:admin")
    assert status() == 403
    grant(owner, capability)
    assert status() != 403


def test_a_refusal_says_so_in_both_of_librechats_ways(client: Client, owner: User) -> None:
    answer = client.get("/api/admin/users", headers=bearer(owner))
    words = "Insufficient permissions"
    assert (answer.status_code, answer.json()) == (403, {"error": words, "message": words})


def test_the_check_is_one_query_before_anything_is_read(client: Client, owner: User) -> None:
    headers = bearer(owner)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/admin/groups/x", headers=headers).status_code == 403
    asked = [query["sql"] for query in queries if "accounts_grant" in query["sql"]]
    assert len(asked) == 1
    assert not any('FROM "accounts_group"' in query["sql"] for query in queries)


# --- People --------------------------------------------------------------------------------


def test_people_are_listed_in_pages(ask: Ask, owner: User, viewer: User) -> None:
    body = ask("get", "users?limit=2").json()
    assert (body["total"], body["limit"], body["offset"], len(body["users"])) == (3, 2, 0, 2)
    rest = ask("get", "users?limit=2&offset=2").json()["users"]
    assert len({row["id"] for row in [*body["users"], *rest]}) == 3
    assert set(rest[0]) == {
        "id",
        "name",
        "username",
        "email",
        "avatar",
        "role",
        "provider",
        "isActive",
        "createdAt",
        "updatedAt",
    }
    odd = ask("get", "users?limit=x&offset=-5").json()
    assert (odd["limit"], odd["offset"]) == (50, 0)


def test_people_are_filtered(ask: Ask, owner: User, admin: User) -> None:
    def ids(query: str) -> list[str]:
        return [row["id"] for row in ask("get", f"users?{query}").json()["users"]]

    assert ids("role=ADMIN") == [admin.pk]
    assert ids("search=owner@") == [owner.pk]
    assert ids("provider=ldap") == []
    assert ask("get", f"users?search={'x' * 201}").status_code == 400


def test_people_are_found(ask: Ask, owner: User) -> None:
    assert ask("get", "users/search?q=own&limit=1").json() == {
        "users": [
            {
                "id": owner.pk,
                "name": "Owner",
                "email": owner.email,
                "username": "owner",
                "avatarUrl": None,
            },
        ],
        "total": 1,
        "capped": True,
    }
    assert ask("get", "users/search?q=o").status_code == 400


# --- Groups --------------------------------------------------------------------------------


def test_a_group_from_its_making_to_its_end(ask: Ask, owner: User, viewer: User) -> None:
    made = ask("post", "groups", {"name": "Staff", "memberIds": [owner.pk], "email": None})
    assert made.status_code == 201
    row = made.json()["group"]
    path = f"groups/{row['_id']}"
    assert (row["name"], row["memberIds"], row["source"]) == ("Staff", [owner.pk], "local")
    assert ask("get", path).json()["group"] == row
    assert ask("patch", path, {"name": "Crew"}).json()["group"]["name"] == "Crew"
    added = ask("post", f"{path}/members", {"userId": viewer.pk})
    assert set(added.json()["group"]["memberIds"]) == {owner.pk, viewer.pk}
    members = ask("get", f"{path}/members?limit=1").json()
    assert (members["total"], members["members"][0]) == (
        2,
        {"userId": owner.pk, "name": "Owner", "email": owner.email, "avatarUrl": None},
    )
    assert ask("delete", f"{path}/members/{owner.pk}").json() == {"success": True}
    assert ask("delete", path).json() == {"success": True, "id": row["_id"]}
    assert ask("get", path).status_code == 404


def test_groups_are_listed_and_filtered(ask: Ask, owner: User) -> None:
    group("Alpha", owner)
    group("Beta", source="ldap", external_id="x")
    body = ask("get", "groups").json()
    assert [row["name"] for row in body["groups"]] == ["Alpha", "Beta"]
    assert [row["name"] for row in ask("get", "groups?source=ldap").json()["groups"]] == ["Beta"]
    assert ask("get", "groups?search=alp&limit=1").json()["total"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": 5},
        {"name": "x", "source": "entra"},
        {"name": "x", "memberIds": "y"},
        {"name": "x", "memberIds": [5]},
        {"name": "x", "memberIds": ["f" * 24]},
        {"name": "x", "memberIds": ["f" * 24] * 501},
    ],
)
def test_a_malformed_group_is_refused(ask: Ask, body: object) -> None:
    assert ask("post", "groups", body).status_code == 400
    assert not Group.objects.exists()


def test_strangers_to_a_group_are_named(ask: Ask, owner: User) -> None:
    path = f"groups/{group('Staff').pk}"
    assert ask("post", f"{path}/members", {}).status_code == 400
    assert ask("post", f"{path}/members", {"userId": "f" * 24}).status_code == 404
    assert ask("delete", f"{path}/members/{'f' * 24}").status_code == 404
    assert ask("patch", path, {}).status_code == 400
    kept = group("Kept", source="ldap", external_id="x")
    refused = ask("post", f"groups/{kept.pk}/members", {"userId": owner.pk})
    assert refused.status_code == 409


# --- Roles ---------------------------------------------------------------------------------


def test_a_role_from_its_making_to_its_end(ask: Ask, owner: User) -> None:
    made = ask("post", "roles", {"name": "guest", "permissions": {"AGENTS": {"USE": True}}})
    assert made.status_code == 201
    assert made.json()["role"]["permissions"]["AGENTS"]["USE"] is True
    assert ask("post", "roles", {"name": "guest"}).status_code == 409
    assert ask("patch", "roles/guest", {"name": "visitor"}).json()["role"]["name"] == "visitor"
    changed = ask("patch", "roles/visitor/permissions", {"permissions": {"SKILLS": {"USE": True}}})
    assert changed.json()["role"]["permissions"]["SKILLS"]["USE"] is True
    assert ask("post", "roles/visitor/members", {"userId": owner.pk}).json() == {"success": True}
    members = ask("get", "roles/visitor/members").json()
    assert [row["userId"] for row in members["members"]] == [owner.pk]
    assert ask("delete", f"roles/visitor/members/{owner.pk}").json() == {"success": True}
    owner.refresh_from_db()
    assert owner.role == "USER"
    assert ask("delete", "roles/visitor").json() == {"success": True}
    assert ask("get", "roles/visitor").status_code == 404


def test_roles_are_listed_as_librechats_client_reads_them(ask: Ask) -> None:
    body = ask("get", "roles?limit=200").json()
    assert [row["name"] for row in body["roles"]] == ["ADMIN", "USER"]
    assert (body["total"], body["limit"], body["offset"]) == (2, 200, 0)
    assert set(body["roles"][0]) == {"_id", "name", "description"}
    assert ask("get", "roles/ADMIN").json()["role"]["permissions"]["AGENTS"]["SHARE"] is True


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("post", "roles", {"name": "admin"}, 403),
        ("post", "roles", {"name": "members"}, 400),
        ("post", "roles", {"name": "x", "permissions": []}, 400),
        ("patch", "roles/USER", {"name": "x"}, 403),
        ("patch", "roles/USER", {"description": 5}, 400),
        ("patch", "roles/USER/permissions", {}, 400),
        ("patch", "roles/nobody/permissions", {"permissions": {}}, 404),
        ("delete", "roles/ADMIN", None, 403),
        ("delete", "roles/nobody", None, 404),
        ("post", "roles/USER/members", {"userId": "ME"}, 403),
        ("post", "roles/guest/members", {}, 400),
        ("post", "roles/guest/members", {"userId": "nobody"}, 404),
        ("delete", "roles/USER/members/ME", None, 403),
        ("delete", "roles/guest/members/ME", None, 400),
    ],
)
def test_what_cannot_be_done_to_a_role_changes_nothing(
    ask: Ask,
    owner: User,
    method: str,
    path: str,
    body: Any,
    status: int,
) -> None:
    role("guest")
    before = list(Role.objects.values("name", "permissions", "description"))
    if body and body.get("userId") == "ME":
        body = {"userId": owner.pk}
    assert ask(method, path.replace("ME", owner.pk), body).status_code == status
    assert list(Role.objects.values("name", "permissions", "description")) == before
    owner.refresh_from_db()
    assert owner.role == "USER"


def test_the_last_administrator_is_not_demoted(ask: Ask, admin: User, owner: User) -> None:
    refused = ask("delete", f"roles/ADMIN/members/{admin.pk}")
    assert refused.status_code == 409
    admin.refresh_from_db()
    assert admin.role == "ADMIN"


def test_who_manages_roles_only_cannot_become_administrator(client: Client, owner: User) -> None:
    roles_seed()
    grant(owner, "access:admin", "manage:roles", "manage:groups", "manage:users")
    for path, body in (
        ("roles/ADMIN/members", {"userId": owner.pk}),
        (
            "grants",
            {"principalType": "user", "principalId": owner.pk, "capability": "manage:configs"},
        ),
    ):
        answer = client.post(
            f"/api/admin/{path}",
            body,
            content_type="application/json",
            headers=bearer(owner),
        )
        assert answer.status_code == 403
    owner.refresh_from_db()
    assert owner.role == "USER"
    assert not AuditEvent.objects.filter(category__in=["grant", "role"]).exists()


# --- Grants --------------------------------------------------------------------------------


def test_a_capability_is_given_read_and_taken_away(ask: Ask, owner: User) -> None:
    body = {"principalType": "user", "principalId": owner.pk, "capability": "read:users"}
    made = ask("post", "grants", body)
    assert made.status_code == 201
    row = made.json()["grant"]
    assert {name: row[name] for name in body} == body
    assert ask("get", f"grants/user/{owner.pk}").json()["grants"] == [row]
    everything = ask("get", "grants?capability=read:users").json()
    assert everything["total"] == 2
    path = f"grants/user/{owner.pk}/read:users"
    assert ask("delete", path).json() == {"success": True}
    assert ask("delete", path).json() == {"success": True}
    assert ask("get", f"grants/user/{owner.pk}").json() == {"grants": []}


def test_everybody_sees_what_they_may_administer(client: Client, ask: Ask, owner: User) -> None:
    assert ask("get", "grants/effective").json() == {"capabilities": sorted(BASE)}
    mine = client.get("/api/admin/grants/effective", headers=bearer(owner))
    assert mine.json() == {"capabilities": []}


def test_the_list_shows_only_kinds_of_receivers_one_may_read(client: Client, owner: User) -> None:
    roles_seed()
    grant(owner, "access:admin", "read:users")
    body = client.get("/api/admin/grants", headers=bearer(owner)).json()
    assert {row["principalType"] for row in body["grants"]} == {"user"}
    assert client.get("/api/admin/grants/role/USER", headers=bearer(owner)).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"principalType": "public", "principalId": "x", "capability": "read:users"}, 400),
        ({"principalType": "role", "capability": "read:users"}, 400),
        ({"principalType": "role", "principalId": "USER", "capability": "fly"}, 400),
        ({"principalType": "role", "principalId": "nobody", "capability": "read:users"}, 404),
    ],
)
def test_a_malformed_grant_is_refused(ask: Ask, body: object, status: int) -> None:
    count = Grant.objects.count()
    assert ask("post", "grants", body).status_code == status
    assert Grant.objects.count() == count


def test_grants_that_stay_and_capabilities_that_do_not_exist(ask: Ask) -> None:
    assert ask("delete", "grants/role/ADMIN/manage:users").status_code == 403
    assert ask("delete", "grants/role/ADMIN/fly").status_code == 400
    assert ask("delete", "grants/planet/x/read:users").status_code == 400


def test_a_group_brings_its_capability_to_its_members(client: Client, owner: User) -> None:
    staff = group("Staff", owner)
    for name in ("access:admin", "read:users"):
        Grant.objects.create(principal_type="group", principal_id=staff.pk, capability=name)
    assert client.get("/api/admin/users", headers=bearer(owner)).status_code == 200
    staff.memberships.all().delete()
    assert client.get("/api/admin/users", headers=bearer(owner)).status_code == 403
