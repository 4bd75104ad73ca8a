"""Sharing over the API."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AclEntry, AuditEvent, PrincipalType, User
from librechat.kernel import clock
from tests.factories.people import bearer, person, role
from tests.factories.rights import AGENT, Things, entry, grant, group, things

pytestmark = pytest.mark.django_db
OPEN = {"AGENTS": {"SHARE": True, "SHARE_PUBLIC": True}}


@pytest.fixture
def agents() -> Iterator[Things]:
    with things(AGENT) as made:
        yield made


@pytest.fixture
def author(agents: Things) -> User:
    return person("author@example.org", name="Author", role=role("author", **OPEN).name)


def put(client: Client, user: User, thing: str, body: object) -> Any:
    return client.put(
        f"/api/permissions/agent/{thing}",
        body,
        content_type="application/json",
        headers=bearer(user),
    )


def test_the_access_roles_of_a_kind_are_listed(client: Client, owner: User) -> None:
    answer = client.get("/api/permissions/agent/roles", headers=bearer(owner))
    assert answer.json() == [
        {
            "accessRoleId": "agent_viewer",
            "name": "com_ui_role_viewer",
            "description": "com_ui_role_viewer_desc",
            "permBits": 1,
        },
        {
            "accessRoleId": "agent_editor",
            "name": "com_ui_role_editor",
            "description": "com_ui_role_editor_desc",
            "permBits": 3,
        },
        {
            "accessRoleId": "agent_owner",
            "name": "com_ui_role_owner",
            "description": "com_ui_role_owner_desc",
            "permBits": 15,
        },
    ]
    refused = client.get("/api/permissions/planet/roles", headers=bearer(owner))
    assert refused.status_code == 400
    assert set(refused.json()) == {"error", "message"}


def test_sharing_and_reading_it_back(
    client: Client,
    agents: Things,
    author: User,
    viewer: User,
    stranger: User,
) -> None:
    thing = agents.make(author)
    readers = group("Readers", stranger, source="entra", external_id="ext-1", email="r@x.org")
    end = clock.now().replace(microsecond=0) + timedelta(days=2)
    answer = put(
        client,
        author,
        thing,
        {
            "updated": [
                {
                    "type": "user",
                    "id": viewer.pk,
                    "accessRoleId": "agent_editor",
                    "expiresAt": end.isoformat(),
                },
                {
                    "type": "group",
                    "source": "entra",
                    "idOnTheSource": "ext-1",
                    "accessRoleId": "agent_viewer",
                },
                {"type": "role", "id": "ADMIN", "accessRoleId": "agent_viewer"},
            ],
            "removed": [],
            "public": True,
            "publicAccessRoleId": "agent_viewer",
        },
    )
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert (results["public"], results["publicAccessRoleId"]) == (True, "agent_viewer")
    assert [row["id"] for row in results["principals"]] == [viewer.pk, readers.pk, "ADMIN"]
    path = f"/api/permissions/agent/{thing}"
    headers = bearer(author)
    with CaptureQueriesContext(connection) as queries:
        shared = client.get(path, headers=headers).json()
    assert len(queries) <= 7
    assert {**shared, "principals": len(shared["principals"])} == {
        "resourceType": "agent",
        "resourceId": thing,
        "principals": 4,
        "public": True,
        "publicAccessRoleId": "agent_viewer",
    }
    assert shared["principals"][1] == {
        "type": "user",
        "id": viewer.pk,
        "name": "Viewer",
        "email": viewer.email,
        "avatar": None,
        "source": "local",
        "idOnTheSource": viewer.pk,
        "accessRoleId": "agent_editor",
        "expiresAt": clock.iso(end),
    }
    assert shared["principals"][2]["idOnTheSource"] == "ext-1"
    closed = put(client, author, thing, {"removed": [{"type": "user", "id": viewer.pk}]})
    assert closed.json()["results"] == {"principals": [], "public": False}
    assert not AclEntry.objects.filter(principal_type="public").exists()
    readers.delete()
    left = client.get(path, headers=bearer(author)).json()["principals"]
    assert [row["type"] for row in left] == ["user", "role"]


def test_effective_rights(client: Client, agents: Things, author: User, viewer: User) -> None:
    thing = agents.make(author)
    path = f"/api/permissions/agent/{thing}/effective"
    assert client.get(path, headers=bearer(author)).json() == {"permissionBits": 15}
    assert client.get(path, headers=bearer(viewer)).json() == {"permissionBits": 0}
    entry(AGENT, thing, PrincipalType.PUBLIC, "")
    assert client.get(path, headers=bearer(viewer)).json() == {"permissionBits": 1}
    everything = "/api/permissions/agent/effective/all"
    assert client.get(everything, headers=bearer(viewer)).json() == {thing: 1}
    assert client.get(everything, headers=bearer(author)).json() == {thing: 15}


def test_a_stranger_cannot_tell_a_thing_from_nothing(
    client: Client,
    agents: Things,
    author: User,
    stranger: User,
) -> None:
    thing = agents.make(author)
    nothing = "f" * 24
    for user, asked in ((stranger, nothing), (author, nothing), (stranger, thing)):
        answer = client.get(f"/api/permissions/agent/{asked}", headers=bearer(user))
        assert (answer.status_code, answer.json()) == (
            404,
            {"error": "Not Found", "message": "Not Found"},
        )
    body = {"updated": [{"type": "user", "id": stranger.pk, "accessRoleId": "agent_owner"}]}
    assert put(client, stranger, thing, body).status_code == 404
    entry(AGENT, thing, PrincipalType.USER, stranger.pk)
    assert put(client, stranger, thing, body).status_code == 403
    seen = client.get(f"/api/permissions/agent/{thing}", headers=bearer(stranger))
    assert seen.status_code == 403
    assert AclEntry.objects.filter(bits=15).count() == 1


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"updated": {}},
        {"updated": ["x"]},
        {"updated": [{"type": "planet", "id": "x", "accessRoleId": "agent_viewer"}]},
        {"updated": [{"type": "public", "id": "", "accessRoleId": "agent_viewer"}]},
        {"updated": [{"type": "user", "id": 5, "accessRoleId": "agent_viewer"}]},
        {"updated": [{"type": "user", "id": "x" * 65, "accessRoleId": "agent_viewer"}]},
        {"updated": [{"type": "user", "id": "ME"}]},
        {"updated": [{"type": "user", "id": "ME", "accessRoleId": "skill_viewer"}]},
        {"updated": [{"type": "user", "accessRoleId": "agent_viewer"}]},
        {
            "updated": [
                {
                    "type": "user",
                    "source": "entra",
                    "idOnTheSource": "nobody",
                    "accessRoleId": "agent_viewer",
                },
            ],
        },
        {"updated": [{"type": "user", "id": "ME", "accessRoleId": "agent_viewer", "expiresAt": 5}]},
        {
            "updated": [
                {
                    "type": "user",
                    "id": "ME",
                    "accessRoleId": "agent_viewer",
                    "expiresAt": "2001-01-01T00:00:00Z",
                },
            ],
        },
        {
            "updated": [
                {
                    "type": "user",
                    "id": "ME",
                    "accessRoleId": "agent_viewer",
                    "expiresAt": "2001-13-01T00:00:00Z",
                },
            ],
        },
        {"removed": [{"type": "group"}]},
        {"public": "yes"},
        {"public": True},
    ],
)
def test_a_malformed_change_is_refused_and_changes_nothing(
    client: Client,
    agents: Things,
    author: User,
    viewer: User,
    body: object,
) -> None:
    thing = agents.make(author)
    entry(AGENT, thing, PrincipalType.PUBLIC, "")
    before = list(AclEntry.objects.values())
    if isinstance(body, dict):
        for row in body.get("updated", []):
            if isinstance(row, dict) and row.get("id") == "ME":
                row["id"] = viewer.pk
    assert put(client, author, thing, body).status_code == 400
    assert list(AclEntry.objects.values()) == before
    assert not AuditEvent.objects.filter(action="sharing.changed").exists()


def test_who_manages_agents_decides_about_all_of_them(
    client: Client,
    agents: Things,
    author: User,
    viewer: User,
) -> None:
    thing = agents.make(author)
    grant(viewer, "manage:agents")
    answer = client.get(f"/api/permissions/agent/{thing}", headers=bearer(viewer))
    assert answer.status_code == 200
    body = {"updated": [{"type": "user", "id": viewer.pk, "accessRoleId": "agent_viewer"}]}
    assert put(client, viewer, thing, body).status_code == 200
