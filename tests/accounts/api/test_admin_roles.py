"""Roles over the API, and what cannot be done to them."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent, Role, User
from accounts.services.roles import roles_seed
from tests.accounts.api.conftest import Ask
from tests.factories.people import bearer, role
from tests.factories.rights import grant

pytestmark = pytest.mark.django_db


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
