"""/api/keys."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agents.models import Credential
from agents.services.credentials import credential_set
from librechat.kernel import secrets


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_a_key_is_set_and_its_expiry_read(owner: User) -> None:
    client = client_of(owner)
    answer = client.put(
        "/api/keys",
        {"name": "openAI", "value": '{"apiKey":"sk"}', "expiresAt": "2030-01-02T03:04:05.678Z"},
    )
    assert (answer.status_code, answer.content) == (201, b"")
    assert client.get("/api/keys?name=openAI").json() == {"expiresAt": "2030-01-02T03:04:05.678Z"}
    assert secrets.decrypt(Credential.objects.get().value) == '{"apiKey":"sk"}'


@pytest.mark.parametrize("never", [None, "", "never"])
def test_a_key_without_expiry_is_never_over(owner: User, never: Any) -> None:
    client = client_of(owner)
    client.put("/api/keys", {"name": "MockAI", "value": "sk", "expiresAt": never})
    assert client.get("/api/keys?name=MockAI").json() == {"expiresAt": "never"}


def test_a_moment_may_be_given_in_milliseconds(owner: User) -> None:
    client = client_of(owner)
    client.put("/api/keys", {"name": "a", "value": "sk", "expiresAt": 1_893_553_445_678})
    assert client.get("/api/keys?name=a").json() == {"expiresAt": "2030-01-02T03:04:05.678Z"}


def test_no_key_has_no_expiry(owner: User) -> None:
    assert client_of(owner).get("/api/keys?name=openAI").json() == {"expiresAt": None}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "a"},
        {"value": "b"},
        {"name": "a", "value": ""},
        {"name": "a", "value": "b", "expiresAt": "soon"},
        {"name": "a", "value": "b", "expiresAt": 1e30},
        {"name": "a", "value": "b", "expiresAt": True},
        {"name": "a", "value": "b", "expiresAt": {}},
        {"name": "n" * 200, "value": "b"},
        {"name": "a", "value": "b" * 20_000},
        [],
    ],
)
def test_a_wrong_body_is_refused_and_stores_nothing(owner: User, body: Any) -> None:
    answer = client_of(owner).put("/api/keys", body)
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]
    assert Credential.objects.count() == 0


def test_a_stranger_never_sees_another_s_key(owner: User, stranger: User) -> None:
    credential_set(owner, name="openAI", value="sk")
    client = client_of(stranger)
    assert client.get("/api/keys?name=openAI").json() == {"expiresAt": None}
    assert client.delete("/api/keys/openAI").status_code == 204
    assert client.delete("/api/keys?all=true").status_code == 204
    assert Credential.objects.get().user == owner


def test_keys_are_deleted_by_name_and_all_at_once(owner: User) -> None:
    for name in ("openAI", "My/Own AI", "google"):
        credential_set(owner, name=name, value="sk")
    client = client_of(owner)
    assert client.delete("/api/keys/My%2FOwn%20AI").status_code == 204
    assert [one.name for one in Credential.objects.all()] == ["google", "openAI"]
    refused = client.delete("/api/keys")
    assert refused.status_code == 400
    assert refused.json() == {"error": "Name a key to delete, or say all=true."}
    assert Credential.objects.count() == 2
    assert client.delete("/api/keys?all=true").status_code == 204
    assert Credential.objects.count() == 0


def test_keys_need_a_sign_in(db: None) -> None:
    for answer in (
        APIClient().put("/api/keys", {"name": "a", "value": "b"}),
        APIClient().get("/api/keys?name=a"),
        APIClient().delete("/api/keys?all=true"),
        APIClient().delete("/api/keys/a"),
    ):
        assert answer.status_code == 401
