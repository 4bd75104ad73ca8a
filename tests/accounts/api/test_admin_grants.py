"""Capabilities over the API: given, read and taken away."""

import pytest
from django.test import Client

from accounts.access.capabilities import BASE
from accounts.models import Grant, User
from accounts.services.roles import roles_seed
from tests.accounts.api.conftest import Ask
from tests.factories.people import bearer
from tests.factories.rights import grant, group

pytestmark = pytest.mark.django_db


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
