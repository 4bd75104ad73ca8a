"""Roles over the API."""

import pytest
from django.test import Client

from accounts.access.permissions import TYPES, permissions_of
from accounts.models import AuditEvent, User
from accounts.services.roles import roles_seed
from tests.factories.people import bearer, person, role
from tests.factories.rights import grant

pytestmark = pytest.mark.django_db


def test_everybody_reads_user_and_their_own_role(client: Client, owner: User) -> None:
    guest = person(role=role("guest").name)
    for name, user in (("USER", owner), ("user", guest), ("guest", guest)):
        answer = client.get(f"/api/roles/{name}", headers=bearer(user))
        assert answer.status_code == 200
        assert set(answer.json()["permissions"]) == set(TYPES)


def test_another_role_needs_the_capability(client: Client, owner: User, viewer: User) -> None:
    role("guest")
    grant(viewer, "read:roles")
    for name in ("ADMIN", "guest"):
        refused = client.get(f"/api/roles/{name}", headers=bearer(owner))
        assert (refused.status_code, refused.json()) == (403, {"message": "Unauthorized"})
        assert client.get(f"/api/roles/{name}", headers=bearer(viewer)).status_code == 200
    gone = client.get("/api/roles/nobody", headers=bearer(viewer))
    assert (gone.status_code, gone.json()) == (404, {"message": "Role not found"})


@pytest.mark.parametrize(
    ("part", "kind", "name"),
    [
        ("prompts", "PROMPTS", "SHARE"),
        ("agents", "AGENTS", "SHARE_PUBLIC"),
        ("memories", "MEMORIES", "OPT_OUT"),
        ("people-picker", "PEOPLE_PICKER", "VIEW_USERS"),
        ("mcp-servers", "MCP_SERVERS", "CONFIGURE_OBO"),
        ("marketplace", "MARKETPLACE", "USE"),
        ("remote-agents", "REMOTE_AGENTS", "USE"),
        ("skills", "SKILLS", "CREATE"),
    ],
)
def test_one_type_is_changed_and_the_others_stay(
    client: Client,
    admin: User,
    part: str,
    kind: str,
    name: str,
) -> None:
    roles_seed()
    before = permissions_of("USER")
    answer = client.put(
        f"/api/roles/USER/{part}",
        {name: not before[kind][name], "FLY": True},
        content_type="application/json",
        headers=bearer(admin),
    )
    assert answer.status_code == 200
    after = permissions_of("USER")
    assert answer.json() == {"name": "USER", "permissions": after}
    assert after == {**before, kind: {**before[kind], name: not before[kind][name]}}
    assert AuditEvent.objects.latest("sequence").action == "role.permissions_changed"


def test_a_change_is_refused_without_the_capability(client: Client, owner: User) -> None:
    roles_seed()
    grant(owner, "read:roles")
    answer = client.put(
        "/api/roles/USER/agents",
        {"SHARE": True},
        content_type="application/json",
        headers=bearer(owner),
    )
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})
    assert not permissions_of("USER")["AGENTS"]["SHARE"]


@pytest.mark.parametrize("path", ["USER/planets", "nobody/agents"])
def test_what_does_not_exist_is_not_found(client: Client, admin: User, path: str) -> None:
    roles_seed()
    answer = client.put(
        f"/api/roles/{path}",
        {},
        content_type="application/json",
        headers=bearer(admin),
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("body", [[], {"USE": "yes"}, {"USE": None}])
def test_a_malformed_change_is_refused(client: Client, admin: User, body: object) -> None:
    roles_seed()
    before = permissions_of("USER")
    answer = client.put(
        "/api/roles/USER/agents",
        body,
        content_type="application/json",
        headers=bearer(admin),
    )
    assert answer.status_code == 400
    assert permissions_of("USER") == before
