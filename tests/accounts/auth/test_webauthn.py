"""The exchange of passkeys with a browser."""

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from fido2 import cbor
from fido2.utils import websafe_encode
from fido2.webauthn import AuthenticatorData
from pytest_django import Settings

from accounts.auth.webauthn import (
    CHALLENGE,
    LIFETIME,
    authentication_begin,
    authentication_finish,
    passkeys_possible,
    registration_begin,
    registration_finish,
)
from accounts.errors import PasskeyRefusedError
from accounts.models import User
from accounts.services.passkeys import passkeys_of
from librechat.kernel import clock
from tests.factories.factors import browser, passkey_of
from tests.fakes.passkey import PRESENT, VERIFIED, Passkey

pytestmark = pytest.mark.django_db

WITHOUT_KEY = websafe_encode(
    cbor.encode(
        {
            "fmt": "none",
            "attStmt": {},
            "authData": bytes(
                AuthenticatorData.create(b"\0" * 32, AuthenticatorData.FLAG(PRESENT), 0),
            ),
        },
    ),
)


@pytest.fixture
def request_() -> HttpRequest:
    return browser()


def test_a_registration_asks_for_a_key_that_can_sign_in_alone(
    request_: HttpRequest,
    owner: User,
    settings: Settings,
) -> None:
    settings.APP_TITLE = "Our Chat"
    passkey_of(owner)
    public = registration_begin(request_, owner)["publicKey"]
    assert public["rp"] == {"id": "localhost", "name": "Our Chat"}
    assert public["user"]["name"] == owner.email
    assert public["authenticatorSelection"]["residentKey"] == "preferred"
    stored = passkeys_of(owner)[0].data["credential"]["rawId"]
    assert [item["id"] for item in public["excludeCredentials"]] == [stored]
    json.dumps(public)


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:3081"},
        {"origin": "http://sub.localhost:3080"},
        {"rp_id": "evil.example"},
        {"flags": 0},
    ],
)
def test_a_registration_from_elsewhere_is_refused(
    request_: HttpRequest,
    owner: User,
    change: dict[str, Any],
) -> None:
    key = Passkey(**change)
    with pytest.raises(PasskeyRefusedError):
        registration_finish(request_, key.create(registration_begin(request_, owner)))
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize(
    "answer",
    [None, 5, "", "{", "[]", "{}", "null", '{"id": "x"}', "x" * 70_000, "[" * 50_000],
)
def test_nonsense_is_refused(request_: HttpRequest, owner: User, answer: object) -> None:
    registration_begin(request_, owner)
    with pytest.raises(PasskeyRefusedError):
        registration_finish(request_, answer)
    authentication_begin(request_, "login", None)
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(request_, "login", answer, None)


def test_a_passkey_names_its_owner(request_: HttpRequest, owner: User, viewer: User) -> None:
    key = passkey_of(owner)
    passkey_of(viewer)
    options = authentication_begin(request_, "login", None)
    assert options["publicKey"]["userVerification"] == "required"
    assert "allowCredentials" not in options["publicKey"]
    found = authentication_finish(request_, "login", key.get(options), None)
    assert found.user == owner
    assert Authenticator.objects.get(pk=found.pk).data["sign_count"] == 1


def test_a_sign_in_without_a_password_needs_the_device_to_check_its_user(
    request_: HttpRequest,
    owner: User,
) -> None:
    key = passkey_of(owner)
    key.flags = PRESENT
    answer = key.get(authentication_begin(request_, "login", None))
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(request_, "login", answer, None)
    answer = key.get(authentication_begin(request_, "confirm", owner))
    assert authentication_finish(request_, "confirm", answer, owner).user == owner


def test_a_key_that_keeps_no_names_is_found_for_a_known_person(
    request_: HttpRequest,
    owner: User,
) -> None:
    key = passkey_of(owner)
    key.sends_handle = False
    options = authentication_begin(request_, "confirm", owner)
    assert len(options["publicKey"]["allowCredentials"]) == 1
    assert authentication_finish(request_, "confirm", key.get(options), owner).user == owner
    options = authentication_begin(request_, "login", None)
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(request_, "login", key.get(options), None)


def test_the_passkey_of_somebody_else_is_refused(
    request_: HttpRequest,
    owner: User,
    viewer: User,
) -> None:
    key = passkey_of(viewer)
    options = authentication_begin(request_, "confirm", owner)
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(request_, "confirm", key.get(options), owner)


def test_an_unknown_passkey_is_refused(request_: HttpRequest, owner: User) -> None:
    key = passkey_of(owner)
    key.credential_id = b"another key"
    options = authentication_begin(request_, "login", None)
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(request_, "login", key.get(options), None)


def test_a_stored_answer_without_a_key_is_refused(request_: HttpRequest, owner: User) -> None:
    key = passkey_of(owner)
    row = passkeys_of(owner)[0]
    other = Passkey(flags=PRESENT | VERIFIED)
    made = json.loads(other.create(registration_begin(browser(), owner)))
    made["response"]["attestationObject"] = WITHOUT_KEY
    row.data = {**row.data, "credential": made}
    row.save()
    options = authentication_begin(request_, "login", None)
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(request_, "login", key.get(options), None)


@pytest.mark.parametrize("change", [{"origin": "https://evil.example"}, {"rp_id": "x.example"}])
def test_a_sign_in_from_elsewhere_is_refused(
    request_: HttpRequest,
    owner: User,
    change: dict[str, str],
) -> None:
    key = passkey_of(owner)
    for name, value in change.items():
        setattr(key, name, value)
    options = authentication_begin(request_, "login", None)
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(request_, "login", key.get(options), None)


def test_a_signature_by_another_key_is_refused(request_: HttpRequest, owner: User) -> None:
    key = passkey_of(owner)
    key.key = Passkey().key
    options = authentication_begin(request_, "login", None)
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(request_, "login", key.get(options), None)


def test_an_answer_works_once(request_: HttpRequest, owner: User) -> None:
    key = passkey_of(owner)
    answer = key.get(authentication_begin(request_, "login", None))
    kept = dict(request_.session)
    authentication_finish(request_, "login", answer, None)
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(request_, "login", answer, None)
    parallel = browser()
    parallel.session.update(kept)
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(parallel, "login", answer, None)


def test_a_challenge_is_for_one_purpose(request_: HttpRequest, owner: User) -> None:
    key = passkey_of(owner)
    answer = key.get(authentication_begin(request_, "confirm", owner))
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(request_, "login", answer, None)
    assert CHALLENGE not in request_.session


def test_a_challenge_runs_out(
    request_: HttpRequest,
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = passkey_of(owner)
    answer = key.get(authentication_begin(request_, "login", None))
    later = clock.now() + LIFETIME
    monkeypatch.setattr(clock, "source", lambda: later + timedelta(seconds=1))
    with pytest.raises(PasskeyRefusedError):
        authentication_finish(request_, "login", answer, None)


def test_a_copied_key_is_refused(request_: HttpRequest, owner: User) -> None:
    key = passkey_of(owner)
    key.counter = 9
    authentication_finish(
        request_, "login", key.get(authentication_begin(request_, "login", None)), None
    )
    key.counter = 3
    options = authentication_begin(request_, "login", None)
    with pytest.raises(PasskeyRefusedError, match="copied"):
        authentication_finish(request_, "login", key.get(options), None)


@pytest.mark.parametrize(
    ("address", "possible"),
    [
        ("https://chat.example.org", True),
        ("http://localhost:3080", True),
        ("http://chat.example.org", False),
        ("https://192.0.2.7", False),
        ("http://127.0.0.1:3080", False),
        ("https://[2001:db8::1]", False),
    ],
)
def test_browsers_want_a_name_and_tls(address: str, possible: bool, settings: Settings) -> None:
    settings.DOMAIN_CLIENT = address
    assert passkeys_possible() is possible
