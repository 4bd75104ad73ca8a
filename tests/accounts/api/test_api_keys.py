"""Access keys over the API."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.life_errors import TooManyKeysError
from accounts.models import ApiKey, AuditEvent, AuthSession, User, token_hash
from accounts.services import api_key_opening, api_keys
from accounts.services.api_keys import api_key_create
from accounts.services.people import role_change, user_disable
from accounts.services.profile import notification_set
from accounts.services.sessions import password_change
from librechat.kernel import clock
from tests.accounts.mails import mail_on, mails
from tests.factories.people import bearer, person, role

pytestmark = pytest.mark.django_db
JSON = "application/json"
URL = "/api/api-keys"


@pytest.fixture(autouse=True)
def _role() -> None:
    role("programmers", REMOTE_AGENTS={"USE": True})


@pytest.fixture
def programmer() -> User:
    return person("programmer@example.org", role="programmers")


@pytest.fixture
def make(client: Client, programmer: User) -> Callable[..., Any]:
    headers = bearer(programmer)

    def post(**body: object) -> Any:
        return client.post(URL, {"name": "ci", **body}, content_type=JSON, headers=headers)

    return post


def key(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_a_key_is_shown_once_and_kept_as_a_hash(
    client: Client,
    make: Callable[..., Any],
    programmer: User,
) -> None:
    answer = make()
    body = answer.json()
    assert answer.status_code == 201
    assert body["key"].startswith("sk-")
    assert body["key"].startswith(body["keyPrefix"])
    assert body["expiresAt"] is None
    listed = client.get(URL, headers=bearer(programmer))
    assert [row["id"] for row in listed.json()["keys"]] == [body["id"]]
    assert body["key"] not in listed.content.decode()
    assert "key" not in client.get(f"{URL}/{body['id']}", headers=bearer(programmer)).json()
    row = ApiKey.objects.get()
    assert row.key_hash == token_hash(body["key"])
    assert body["key"] not in str(list(AuditEvent.objects.values()))
    assert AuditEvent.objects.filter(action="key.created", target_id=row.pk).exists()


def test_a_key_opens_the_api_as_its_owner(client: Client, make: Callable[..., Any]) -> None:
    text = make().json()["key"]
    answer = client.get("/api/user", headers=key(text))
    assert answer.json()["email"] == "programmer@example.org"
    assert client.get("/api/messages", headers=key(text)).status_code != 401


@pytest.mark.parametrize("text", ["sk-unknown", "sk-", "sk-" + "x" * 5000])
def test_an_unknown_key_is_401(client: Client, text: str) -> None:
    assert client.get("/api/user", headers=key(text)).status_code == 401


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        (["read"], "GET", "/api/user", 200),
        (["read"], "POST", "/api/presets", 403),
        (["write"], "POST", "/api/presets", 201),
        (["write"], "GET", "/api/user", 403),
        (["relay"], "GET", "/api/user", 403),
        (["relay"], "GET", "/api/agents/v1/models", 404),
        (["read"], "GET", "/v1/models", 404),
        ([], "POST", "/api/presets", 201),
        ([], "POST", "/api/user/terms/accept", 403),
        ([], "GET", URL, 403),
        ([], "POST", URL, 403),
        ([], "DELETE", "/api/user/delete", 403),
        ([], "POST", "/api/auth/2fa/disable", 403),
        ([], "GET", "/api/admin/users", 403),
    ],
)
def test_a_key_reaches_as_far_as_its_scopes_and_never_the_account(
    client: Client,
    make: Callable[..., Any],
    scopes: list[str],
    method: str,
    path: str,
    status: int,
) -> None:
    text = make(scopes=scopes).json()["key"]
    answer = client.generic(method, path, "{}", content_type=JSON, headers=key(text))
    assert answer.status_code == status


def test_the_relay_scope_is_asked_below_its_paths() -> None:
    row = ApiKey(scopes=["relay"])
    assert api_key_opening._reaches(row, "POST", "/v1/chat/completions")
    assert not api_key_opening._reaches(ApiKey(scopes=["read"]), "GET", "/v1/models")
    assert not api_key_opening._reaches(row, "GET", "/v1x")


def test_a_key_opens_no_page(client: Client, make: Callable[..., Any]) -> None:
    answer = client.get("/settings/keys", headers=key(make().json()["key"]))
    assert answer.status_code == 302


def test_a_key_ends_at_its_time(
    client: Client,
    make: Callable[..., Any],
    clock_at: Callable[[datetime], None],
) -> None:
    end = clock.now() + timedelta(days=1)
    text = make(expiresAt=clock.iso(end)).json()["key"]
    assert client.get("/api/user", headers=key(text)).status_code == 200
    clock_at(end)
    assert client.get("/api/user", headers=key(text)).status_code == 401


@pytest.mark.parametrize("how", ["revoked", "password", "role", "disabled", "closing"])
def test_a_key_ends_with_what_it_rests_on(
    client: Client,
    make: Callable[..., Any],
    programmer: User,
    admin: User,
    how: str,
) -> None:
    body = make().json()
    match how:
        case "revoked":
            headers = bearer(programmer)
            assert client.delete(f"{URL}/{body['id']}", headers=headers).status_code == 204
            assert client.get(f"{URL}/{body['id']}", headers=headers).status_code == 404
        case "password":
            password_change(user=programmer, password="another password!")
        case "role":
            role_change(user=programmer, role="USER")
        case "disabled":
            user_disable(user=programmer)
        case _:
            User.objects.filter(pk=programmer.pk).update(delete_after=clock.now())
    assert client.get("/api/user", headers=key(body["key"])).status_code == 401


def test_a_key_ends_with_the_permission_of_the_role(
    client: Client,
    make: Callable[..., Any],
    programmer: User,
) -> None:
    text = make().json()["key"]
    User.objects.filter(pk=programmer.pk).update(role="USER")
    assert client.get("/api/user", headers=key(text)).status_code == 401


def test_ending_a_key_twice_is_recorded_once(programmer: User) -> None:
    row, _text = api_key_create(user=programmer, name="ci")
    for _ in range(2):
        api_keys.api_key_revoke(key=row, actor=programmer)
    assert AuditEvent.objects.filter(action="key.revoked").count() == 1


def test_keys_need_the_permission(client: Client, owner: User) -> None:
    headers = bearer(owner)
    assert client.get(URL, headers=headers).status_code == 403
    answer = client.post(URL, {"name": "x"}, content_type=JSON, headers=headers)
    assert answer.status_code == 403
    assert not ApiKey.objects.exists()


def test_the_keys_of_others_do_not_exist(client: Client, make: Callable[..., Any]) -> None:
    name = make().json()["id"]
    headers = bearer(person(role="programmers"))
    assert client.get(f"{URL}/{name}", headers=headers).status_code == 404
    assert client.delete(f"{URL}/{name}", headers=headers).status_code == 404
    assert client.get(URL, headers=headers).json() == {"keys": []}
    assert ApiKey.objects.alive().exists()


def test_a_key_needs_a_fresh_proof(
    client: Client,
    programmer: User,
    make: Callable[..., Any],
) -> None:
    AuthSession.objects.update(proved_at=clock.now() - timedelta(minutes=6))
    answer = make()
    assert answer.status_code == 403
    assert not ApiKey.objects.filter(user=programmer).exists()
    assert client.get(URL, headers=bearer(programmer)).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": 5},
        {"name": "x" * 81},
        {"scopes": ["king"]},
        {"scopes": "king"},
        {"expiresAt": "soon"},
        {"expiresAt": 5},
        {"expiresAt": "2027-02-31T00:00:00Z"},
        {"expiresAt": "2020-01-01T00:00:00"},
    ],
)
def test_a_wrong_wish_is_400(make: Callable[..., Any], wrong: dict[str, object]) -> None:
    assert make(**wrong).status_code == 400
    assert not ApiKey.objects.exists()


def test_there_is_a_most(programmer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "MOST", 2)
    for number in range(2):
        api_key_create(user=programmer, name=f"key {number}")
    with pytest.raises(TooManyKeysError):
        api_key_create(user=programmer, name="one more")
    ApiKey.objects.filter(name="key 0").update(revoked_at=clock.now())
    api_key_create(user=programmer, name="one more")


def test_the_last_use_is_written_once_a_minute(
    client: Client,
    make: Callable[..., Any],
    clock_at: Callable[[datetime], None],
) -> None:
    start = clock.now()
    clock_at(start)
    text = make().json()["key"]
    for seconds in (0, 30, 59, 60):
        clock_at(start + timedelta(seconds=seconds))
        client.get("/api/user", headers=key(text))
        expected = start + timedelta(seconds=60 if seconds == 60 else 0)
        assert ApiKey.objects.get().last_used_at == expected


def test_the_owner_is_told_by_mail_unless_they_do_not_want_it(
    programmer: User,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    mail_on(settings)
    with django_capture_on_commit_callbacks(execute=True):
        api_key_create(user=programmer, name="ci")
    assert [mail.to for mail in mails("access key")] == [["programmer@example.org"]]
    notification_set(user=programmer, name="key_created", is_on=False)
    with django_capture_on_commit_callbacks(execute=True):
        api_key_create(user=programmer, name="ci")
    assert len(mails("access key")) == 1
