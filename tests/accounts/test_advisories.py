"""What went wrong in products of this kind does not go wrong here, as far as accounts go.

Advisories whose rule is proven where the feature is tested are not repeated.
"""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.auth import tokens
from accounts.auth.drf import user_from_token
from accounts.models import ADMIN, USER, ApiKey, User
from tests.factories.people import PASSWORD, bearer, post_auth, role, sign_in

pytestmark = pytest.mark.django_db

JSON = "application/json"
RIGHTS = {
    "role": ADMIN,
    "is_staff": True,
    "is_superuser": True,
    "emailVerified": True,
    "_id": "0" * 24,
    "balance": {"tokenCredits": 10**9},
}


def test_a_newcomer_cannot_choose_their_role(
    client: Client,
    admin: User,
    settings: Settings,
) -> None:
    # CVE-2024-10359, CVE-2026-47102
    settings.ALLOW_REGISTRATION = True
    body = {
        "name": "Eve",
        "username": "",
        "email": "eve@example.org",
        "password": PASSWORD,
        "confirm_password": PASSWORD,
        **RIGHTS,
    }
    assert post_auth(client, "register", body).status_code == 200
    eve = User.objects.exclude(pk=admin.pk).get()
    assert (eve.role, eve.is_staff) == (USER, False)


@pytest.mark.parametrize("path", ["/api/user", "/api/user/preferences", "/api/roles/USER"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_nobody_changes_their_own_role(
    client: Client,
    owner: User,
    path: str,
    method: str,
) -> None:
    # CVE-2026-47102
    client.generic(method, path, '{"role": "ADMIN"}', content_type=JSON, headers=bearer(owner))
    owner.refresh_from_db()
    assert (owner.role, owner.is_staff) == (USER, False)


def test_signing_in_and_looking_round_makes_no_key(client: Client, owner: User) -> None:
    # CVE-2025-0628
    headers = bearer(owner)
    for path in ("/api/user", "/api/config", "/api/api-keys", "/api/roles/USER"):
        client.get(path, headers=headers)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("name", ["x-api-key", "api-key", "x-goog-api-key", "X-Auth-Token"])
def test_a_key_in_another_header_does_not_get_round_its_scopes(
    client: Client,
    name: str,
) -> None:
    # CVE-2026-45339
    role("programmers", REMOTE_AGENTS={"USE": True})
    programmer = User.objects.create_user(
        "programmer@example.org",
        PASSWORD,
        role="programmers",
        email_verified=True,
    )
    made = client.post(
        "/api/api-keys",
        {"name": "ci"},
        content_type=JSON,
        headers=bearer(programmer),
    )
    text = made.json()["key"]
    client.cookies.clear()
    assert client.get("/api/api-keys", headers={name: text}).status_code == 401
    assert client.get("/api/api-keys", query_params={"key": text}).status_code == 401


@pytest.mark.parametrize(
    "name",
    [
        "Remote-User",
        "X-Forwarded-User",
        "X-Forwarded-Email",
        "X-User-Id",
        "X-LobeChat-Auth",
        "X-Original-URL",
        "X-Rewrite-URL",
    ],
)
def test_a_header_that_names_somebody_proves_nothing(
    client: Client,
    admin: User,
    name: str,
) -> None:
    # CVE-2026-39411
    for value in (admin.pk, admin.email, admin.username, "/api/config"):
        assert client.get("/api/user", headers={name: value}).status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "localhost@evil.example", "localhost/api/config"])
def test_a_hostile_host_reaches_nothing(client: Client, host: str) -> None:
    # CVE-2026-49468
    assert client.get("/api/user", headers={"Host": host}).status_code in {400, 401}


@pytest.mark.parametrize(
    "path",
    [
        "//api/user",
        "/api/config/../user",
        "/api/config/..;/user",
        "/api%2fuser",
        "/api/config%2f..%2fuser",
    ],
)
def test_a_path_in_disguise_opens_nothing(client: Client, path: str) -> None:
    # CVE-2026-49468
    answer = client.get(path)
    assert answer.status_code in {301, 302, 400, 401, 404}


def test_tokens_that_begin_alike_are_told_apart(owner: User, viewer: User) -> None:
    # CVE-2026-35030
    mine, theirs = sign_in(owner).access_token, sign_in(viewer).access_token
    assert mine[:20] == theirs[:20]
    for _ in range(2):
        assert user_from_token(mine)[0] == owner
        assert user_from_token(theirs)[0] == viewer


def test_a_token_for_one_purpose_is_refused_for_another(client: Client, owner: User) -> None:
    # CVE-2025-41258, CVE-2024-7049
    login = sign_in(owner)
    for token in (login.refresh_token, tokens.pending_issue(owner, "local")):
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/api/user", headers=headers).status_code == 401
    client.cookies["refreshToken"] = login.access_token
    assert post_auth(client, "refresh").status_code == 401
    body = {"tempToken": login.access_token, "token": "000000"}
    assert post_auth(client, "2fa/verify-temp", body).status_code == 401


@pytest.mark.parametrize(
    "token",
    ["' OR '1'='1", "x'; DROP TABLE accounts_user; --", "sk-' OR 1=1 --", "sk-%", '{"$gt": ""}'],
)
def test_a_bearer_never_becomes_part_of_a_query(client: Client, owner: User, token: str) -> None:
    # CVE-2026-42208
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/user", headers=headers).status_code == 401
    assert User.objects.get() == owner


@pytest.mark.parametrize("field", ["name", "username", "email"])
def test_a_huge_name_is_refused(
    client: Client,
    admin: User,
    settings: Settings,
    field: str,
) -> None:
    # CVE-2024-7036
    settings.ALLOW_REGISTRATION = True
    body = {
        "name": "Eve",
        "username": "eve",
        "email": "eve@example.org",
        "password": PASSWORD,
        "confirm_password": PASSWORD,
        field: "e" * 1_000_000,
    }
    assert post_auth(client, "register", body).status_code in {400, 404, 413}
    assert User.objects.get() == admin


def test_a_login_with_operators_for_values_finds_nobody(client: Client, owner: User) -> None:
    # The class of CVE-2026-42208 for stores that take objects as queries
    body = {"email": {"$gt": ""}, "password": {"$gt": ""}}
    assert post_auth(client, "login", body).status_code in {400, 401, 404}
    assert "refreshToken" not in client.cookies
