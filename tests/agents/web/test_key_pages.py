from collections.abc import Iterator
from datetime import timedelta

import orjson
import pytest
from django.test import Client

from accounts.models import User
from agents.models import Credential
from agents.services.credentials import credential_set
from librechat.kernel import clock, secrets, yaml_config

CUSTOM = [
    {
        "name": "Mine",
        "apiKey": "user_provided",
        "baseURL": "user_provided",
        "models": {"default": ["m-1"]},
    },
    {
        "name": "Theirs",
        "apiKey": "user_provided",
        "baseURL": "https://models.example.org/v1",
        "models": {"default": ["m-2"]},
    },
    {
        "name": "House",
        "apiKey": "sk-house",
        "baseURL": "https://models.example.org/v1",
        "models": {"default": ["m-3"]},
    },
]


@pytest.fixture(autouse=True)
def _endpoints() -> Iterator[None]:
    with yaml_config.override({"endpoints": {"custom": CUSTOM}}):
        yield


@pytest.fixture
def browser_of(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def html_of(client: Client, path: str = "/settings/api-keys") -> str:
    return client.get(path).content.decode()


def test_the_page_lists_what_asks_for_a_key(browser_of: Client) -> None:
    html = html_of(browser_of)
    assert 'aria-label="Mine"' in html
    assert 'aria-label="Theirs"' in html
    assert "House" not in html
    assert html.count("No key") == 2


def test_a_key_is_stored_encrypted_and_never_shown(browser_of: Client, owner: User) -> None:
    sent = {"endpoint": "Theirs", "key": "sk-secret-1", "expires": "never"}
    assert browser_of.post("/settings/api-keys", sent)["Location"] == "/settings/api-keys"
    stored = Credential.objects.get(user=owner)
    assert stored.expires_at is None
    assert "sk-secret-1" not in stored.value
    assert secrets.decrypt(stored.value) == "sk-secret-1"
    html = html_of(browser_of)
    assert "sk-secret-1" not in html
    assert "Kept until you remove it." in html


def test_a_key_with_an_address_is_stored_as_librechat_does(
    browser_of: Client,
    owner: User,
) -> None:
    sent = {
        "endpoint": "Mine",
        "key": "sk-2",
        "base_url": "https://my.example.org/v1",
        "expires": "86400",
    }
    browser_of.post("/settings/api-keys", sent)
    stored = Credential.objects.get(user=owner)
    assert orjson.loads(secrets.decrypt(stored.value)) == {
        "apiKey": "sk-2",
        "baseURL": "https://my.example.org/v1",
    }
    assert stored.expires_at is not None
    assert timedelta(hours=23) < stored.expires_at - clock.now() <= timedelta(hours=24)


@pytest.mark.parametrize(
    "change",
    [{"key": ""}, {"expires": "soon"}, {"base_url": "not an address"}, {"key": "x" * 20_000}],
)
def test_a_senseless_key_is_refused_in_place(browser_of: Client, change: dict[str, str]) -> None:
    sent = {
        "endpoint": "Mine",
        "key": "sk-2",
        "base_url": "https://my.example.org/v1",
        "expires": "never",
    }
    response = browser_of.post("/settings/api-keys", {**sent, **change})
    assert response.status_code == 422
    assert 'class="field-error"' in response.content.decode()
    assert not Credential.objects.exists()


@pytest.mark.parametrize("name", ["House", "Unknown", ""])
def test_an_endpoint_that_wants_no_key_takes_none(browser_of: Client, name: str) -> None:
    sent = {"endpoint": name, "key": "sk-3", "expires": "never"}
    assert browser_of.post("/settings/api-keys", sent).status_code == 404
    assert not Credential.objects.exists()


def test_a_key_can_be_removed_by_its_owner_only(
    browser_of: Client,
    owner: User,
    stranger: User,
) -> None:
    credential_set(owner, name="Theirs", value="sk-4")
    other = Client()
    other.force_login(stranger)
    other.post("/settings/api-keys/remove", {"endpoint": "Theirs"})
    assert Credential.objects.count() == 1
    browser_of.post("/settings/api-keys/remove", {"endpoint": "Theirs"})
    assert not Credential.objects.exists()


def test_the_card_links_to_the_form_it_is_about(browser_of: Client, owner: User) -> None:
    credential_set(owner, name="Theirs", value="sk-4")
    assert html_of(browser_of).count("open>") == 1
    assert html_of(browser_of, "/settings/api-keys?endpoint=Theirs").count("open>") == 2


def test_signed_out_people_sign_in_first(db: None) -> None:
    assert Client().get("/settings/api-keys")["Location"].startswith("/login?next=")
