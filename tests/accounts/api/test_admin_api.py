"""Who may administer over the API: access and a capability for each route."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Grant, User
from tests.factories.people import bearer
from tests.factories.rights import grant

pytestmark = pytest.mark.django_db


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
        ("HEAD", "audit-log", "read:audit_log"),
        ("HEAD", "users", "read:users"),
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
