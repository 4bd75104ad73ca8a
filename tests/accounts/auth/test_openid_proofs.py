"""What an OpenID provider says is checked: tokens, keys, clocks and its own documents."""

from typing import Any

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from pytest_django import Settings

from accounts.auth import openid
from accounts.models import User
from tests.factories.people import person
from tests.fakes.identity.travel import (
    SERVER,
    SwitchOn,
    come_back,
    journey,
    leave,
    openid_variables,
    read,
    refused,
)
from tests.fakes.identity.wires import CLIENT_ID, Wires

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "other"], "azp": "other"},
        {"iss": "http://127.0.0.1:1"},
        {"nonce": "of-another-sign-in"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": "somebody-else"},  # the profile is of person-1
    ],
    ids=str,
)
def test_an_id_token_that_says_something_wrong_is_refused(
    claims: dict[str, Any],
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires()
    wires.claims |= claims
    assert refused(journey(client, "openid", wires)) == "auth_failed"
    assert not User.objects.exists()


@pytest.mark.parametrize("forgery", ["stranger", "none", "shared", "unknown", "keyless"])
def test_an_id_token_that_somebody_else_signed_is_refused(
    forgery: str,
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires()
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    match forgery:
        case "stranger":
            wires.signing_key = other
        case "none":
            wires.algorithm, wires.signing_key = "none", None
        case "shared":
            wires.algorithm, wires.signing_key = "HS256", "s" * 32
        case "unknown":
            wires.kid = "second"
        case _:
            wires.documents["/keys"] = {"keys": []}
    assert refused(journey(client, "openid", wires)) == "auth_failed"
    assert not User.objects.exists()


def test_a_new_key_of_the_provider_is_fetched(client: Client, wires: Wires, at_wires: Any) -> None:
    at_wires()
    journey(client, "openid", wires)
    fresh = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    wires.documents["/keys"]["keys"].append(wires.public(fresh, "second"))
    wires.signing_key, wires.kid = fresh, "second"
    assert journey(Client(), "openid", wires)["Location"] == f"{SERVER}/c/new"
    wires.signing_key, wires.kid = wires.key, "first"
    asked = [path for path, _, _ in wires.asked]
    journey(Client(), "openid", wires)
    assert [path for path, _, _ in wires.asked].count("/keys") == asked.count("/keys")  # kept


def test_the_only_key_needs_no_name(client: Client, wires: Wires, at_wires: Any) -> None:
    at_wires()
    wires.kid = None
    assert journey(client, "openid", wires)["Location"] == f"{SERVER}/c/new"


def test_clocks_may_differ_by_the_tolerance(client: Client, wires: Wires, at_wires: Any) -> None:
    at_wires(OPENID_CLOCK_TOLERANCE="60")
    now = int(jwt.decode(wires.id_token(), options={"verify_signature": False})["iat"])
    wires.claims |= {"exp": now - 30}
    assert journey(client, "openid", wires)["Location"] == f"{SERVER}/c/new"
    wires.claims |= {"exp": now - 90}
    assert refused(journey(Client(), "openid", wires)) == "auth_failed"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", "https://somebody-else.example"),
        ("token_endpoint", "http://insecure.example/token"),
        ("jwks_uri", 7),
    ],
)
def test_a_provider_that_publishes_something_odd_is_not_used(
    name: str,
    value: object,
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires()
    wires.documents["/.well-known/openid-configuration"][name] = value
    assert refused(client.get("/oauth/openid")) == "auth_failed"


def test_an_https_provider_may_not_lead_to_plain_http(wires: Wires, switch_on: SwitchOn) -> None:
    assert not openid._is_safe(f"{wires.url}/token", is_local=False)
    assert openid._is_safe(f"{wires.url}/token", is_local=True)
    assert openid._is_safe("https://login.example/token", is_local=False)


def test_an_answer_that_names_another_provider_is_refused(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires()
    asked = leave(client, "openid", wires)
    answer = come_back(client, "openid", asked, iss="https://evil.example")
    assert refused(answer) == "auth_failed"


def test_an_address_is_confirmed_only_by_the_answer_that_names_it(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    person("boss@example.org", provider="openid")
    at_wires()
    wires.documents["/profile"] = {"sub": "person-1", "email": "boss@example.org"}
    assert refused(journey(client, "openid", wires)) == "provider_mismatch"


def test_another_provider_with_the_same_subject_is_somebody_else(
    client: Client,
    wires: Wires,
    at_wires: Any,
    settings: Settings,
) -> None:
    at_wires()
    journey(client, "openid", wires)
    wires.documents["/.well-known/openid-configuration"]["issuer"] = f"{wires.url}/two"
    wires.documents["/two/.well-known/openid-configuration"] = wires.documents[
        "/.well-known/openid-configuration"
    ]
    settings.SIGN_IN = read(openid_variables(wires, OPENID_ISSUER=f"{wires.url}/two"))
    wires.claims |= {"iss": f"{wires.url}/two"}
    assert refused(journey(Client(), "openid", wires)) == "provider_mismatch"
    assert SocialAccount.objects.count() == 1


def test_keys_that_are_not_kept_are_fetched_every_time(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires(OPENID_JWKS_URL_CACHE_ENABLED="false")
    for _ in range(2):
        journey(Client(), "openid", wires)
    assert [path for path, _, _ in wires.asked].count("/keys") == 2


def test_discovery_of_a_provider_that_is_away_fails() -> None:
    given = read(
        {
            "OPENID_ISSUER": "http://127.0.0.1:9",
            "OPENID_CLIENT_ID": "c",
            "OPENID_CLIENT_SECRET": "s",
        },
    ).openid
    assert given is not None
    with pytest.raises(OSError, match="Connection refused"):
        openid.discovery(given)
