"""Signing in with Google, GitHub, Discord, Facebook and Apple, each on its own wire."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from pytest_django import Settings

from accounts.auth.social import METHODS, buttons
from accounts.auth.tokens import access_read
from accounts.models import ADMIN, AuditEvent, AuthSession, User
from accounts.services.bans import ban_add
from accounts.services.people import user_disable
from tests.factories.people import person
from tests.fakes.identity.travel import (
    SwitchOn,
    come_back,
    journey,
    leave,
    refused,
    with_wires,
)
from tests.fakes.identity.wires import CLIENT_ID, Wires

pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.org"
CONFIRMED = {"email": ADDRESS, "email_verified": True, "name": "Ada L", "sub": "person-1"}


@dataclass(frozen=True)
class Wire:
    """What one provider says of Ada."""

    name: str
    claims: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    uid: str = "person-1"
    scope: frozenset[str] = frozenset()
    has_pkce: bool = True


WIRES = [
    Wire("google", claims=CONFIRMED, scope=frozenset({"openid", "profile", "email"})),
    Wire(
        "github",
        documents={
            "/profile": {"id": 7, "login": "ada", "name": "Ada L", "avatar_url": "https://a/7"},
            "/emails": [
                {"email": "old@example.org", "primary": False, "verified": True},
                {"email": ADDRESS, "primary": True, "verified": True},
            ],
        },
        uid="7",
        scope=frozenset({"user:email", "read:user"}),
    ),
    Wire(
        "discord",
        documents={
            "/profile": {
                "id": "8",
                "username": "ada",
                "global_name": "Ada L",
                "avatar": "abc",
                "email": ADDRESS,
                "verified": True,
            },
        },
        uid="8",
        scope=frozenset({"identify", "email"}),
    ),
    Wire(
        "facebook",
        documents={
            "/profile": {
                "id": "9",
                "name": "Ada L",
                "email": ADDRESS,
                "picture": {"data": {"url": "https://f/9.jpg"}},
            },
        },
        uid="9",
        scope=frozenset({"public_profile,email"}),
        has_pkce=False,
    ),
    Wire("apple", claims=CONFIRMED, scope=frozenset({"name", "email"}), has_pkce=False),
]
EACH = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)


@pytest.fixture
def apple_key(tmp_path: Path) -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "apple.p8").write_bytes(key)
    return {
        "APPLE_TEAM_ID": "team",
        "APPLE_KEY_ID": "key",
        "APPLE_PRIVATE_KEY_PATH": str(tmp_path / "apple.p8"),
    }


@pytest.fixture
def set_up(wires: Wires, switch_on: SwitchOn, apple_key: dict[str, str]) -> Any:
    def prepare(wire: Wire) -> None:
        more = apple_key if wire.name == "apple" else {}
        switch_on(with_wires(wire.name, wires, **more))
        wires.claims = dict(wire.claims)
        wires.has_id_token = bool(wire.claims)
        wires.documents |= wire.documents

    return prepare


@pytest.fixture
def google(set_up: Any) -> None:
    set_up(WIRES[0])


@EACH
def test_the_first_sign_in_adds_an_account_and_the_second_finds_it(
    wire: Wire,
    client: Client,
    wires: Wires,
    set_up: Any,
    owner: User,
) -> None:
    set_up(wire)
    answer = journey(client, wire.name, wires)
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/c/new")
    ada = User.objects.get(email=ADDRESS)
    assert (ada.name, ada.provider, ada.role, ada.email_verified) == (
        "" if wire.name == "apple" else "Ada L",
        wire.name,
        "USER",
        True,
    ) or (wire.name == "apple" and ada.name == "ada")
    assert not ada.has_usable_password()
    account = SocialAccount.objects.get(user=ada)
    assert (account.provider, account.uid) == (wire.name, wire.uid)
    session = AuthSession.objects.get(user=ada)
    assert session.method == wire.name
    assert client.session["_auth_user_id"] == ada.pk

    other = Client()
    assert journey(other, wire.name, wires)["Location"] == "http://testserver/c/new"
    assert User.objects.filter(email=ADDRESS).count() == 1
    assert AuthSession.objects.filter(user=ada).count() == 2
    assert AuditEvent.objects.filter(action="account.registered", actor_id=ada.pk).count() == 1


@EACH
def test_the_provider_is_asked_for_little_and_bound_to_this_browser(
    wire: Wire,
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(wire)
    asked = leave(client, wire.name, wires)
    assert frozenset(asked["scope"].split()) == wire.scope or wire.name == "facebook"
    assert asked["client_id"] == CLIENT_ID
    assert asked["redirect_uri"] == f"http://testserver/oauth/{wire.name}/callback"
    assert len(asked["state"]) >= 16
    assert ("code_challenge" in asked) is wire.has_pkce
    assert ("nonce" in asked) is (wire.name in {"google", "apple"})
    come_back(client, wire.name, asked)
    path, fields, _ = next(one for one in wires.asked if one[0] == "/token")
    assert (path, fields["code"]) == ("/token", "code-1")
    assert ("code_verifier" in fields) is wire.has_pkce


@EACH
def test_an_answer_to_another_browser_is_refused(
    wire: Wire,
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(wire)
    asked = leave(client, wire.name, wires)
    assert refused(come_back(Client(), wire.name, asked)) == "sign_in_expired"
    assert not User.objects.filter(email=ADDRESS).exists()


@EACH
def test_an_answer_works_once(wire: Wire, client: Client, wires: Wires, set_up: Any) -> None:
    set_up(wire)
    asked = leave(client, wire.name, wires)
    come_back(client, wire.name, asked)
    assert refused(come_back(client, wire.name, asked)) == "sign_in_expired"


@EACH
def test_a_provider_that_fails_signs_nobody_in(
    wire: Wire,
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(wire)
    wires.documents["/token"] = (500, {"error": "server_error"})
    assert refused(journey(client, wire.name, wires)) == "auth_failed"
    assert "_auth_user_id" not in client.session


@EACH
def test_an_account_that_signs_in_another_way_is_not_taken_over(
    wire: Wire,
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(wire)
    person(ADDRESS)
    assert refused(journey(client, wire.name, wires)) == "provider_mismatch"
    assert not SocialAccount.objects.exists()


@EACH
def test_a_disabled_account_stays_out(
    wire: Wire,
    client: Client,
    wires: Wires,
    set_up: Any,
    admin: User,
) -> None:
    set_up(wire)
    journey(client, wire.name, wires)
    user_disable(user=User.objects.get(email=ADDRESS))
    assert refused(journey(Client(), wire.name, wires)) == "account_disabled"


@EACH
def test_a_banned_person_reads_why(
    wire: Wire,
    client: Client,
    wires: Wires,
    set_up: Any,
    owner: User,
) -> None:
    set_up(wire)
    journey(client, wire.name, wires)
    ban_add(user=User.objects.get(email=ADDRESS), reason="Spam")
    other = Client()
    answer = journey(other, wire.name, wires)
    assert refused(answer) == "banned"
    page = other.get(other.get(answer["Location"])["Location"]).content.decode()
    assert 'role="alert"' in page
    assert "Spam" in page
    assert "_auth_user_id" not in other.session


def test_tokens_are_handed_out_as_by_the_api(client: Client, wires: Wires, google: None) -> None:
    answer = journey(client, "google", wires)
    cookie = answer.cookies["refreshToken"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert answer.cookies["token_provider"].value == "librechat"
    fresh = client.post("/api/auth/refresh").json()
    assert access_read(fresh["token"]).user_id == User.objects.get(email=ADDRESS).pk


def test_the_page_asked_for_is_where_it_goes_on(
    client: Client,
    wires: Wires,
    google: None,
) -> None:
    asked = leave(client, "google", wires, next="/c/abc?x=1")
    assert come_back(client, "google", asked)["Location"] == "http://testserver/c/abc?x=1"


def test_another_site_is_not_where_it_goes_on(client: Client, wires: Wires, google: None) -> None:
    asked = leave(client, "google", wires, next="https://evil.example/")
    assert come_back(client, "google", asked)["Location"] == "http://testserver/c/new"


def test_the_state_of_one_provider_is_no_good_at_another(
    client: Client,
    wires: Wires,
    set_up: Any,
    settings: Settings,
) -> None:
    set_up(WIRES[0])
    given = settings.SIGN_IN.providers["google"]
    settings.SIGN_IN = replace(settings.SIGN_IN, providers={"google": given, "github": given})
    asked = leave(client, "google", wires)
    assert refused(come_back(client, "github", asked)) == "sign_in_expired"


def test_a_state_is_good_for_ten_minutes(
    client: Client,
    wires: Wires,
    google: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = leave(client, "google", wires)
    later = statekit.time.time() + 601
    monkeypatch.setattr(statekit.time, "time", lambda: later)
    assert refused(come_back(client, "google", asked)) == "sign_in_expired"


def test_saying_no_there_is_not_an_error(client: Client, wires: Wires, google: None) -> None:
    asked = leave(client, "google", wires)
    said = {"state": asked["state"], "error": "access_denied"}
    assert refused(client.get("/oauth/google/callback", said)) == "sign_in_cancelled"


def test_an_answer_without_a_code_is_refused(client: Client, wires: Wires, google: None) -> None:
    asked = leave(client, "google", wires)
    answer = client.get("/oauth/google/callback", {"state": asked["state"]})
    assert refused(answer) == "auth_failed"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "another-client"}, "audience"),
        ({"iss": "https://evil.example"}, "issuer"),
        ({"nonce": "of-another-sign-in"}, "nonce"),
        ({"exp": 1_000_000_000}, "expired"),
        ({"sub": None}, "no subject"),
        ({"azp": "another-client"}, "another client's"),
    ],
)
@pytest.mark.parametrize("wire", [WIRES[0], WIRES[4]], ids=lambda wire: wire.name)
def test_an_id_token_that_is_not_ours_is_refused(
    wire: Wire,
    claims: dict[str, Any],
    reason: str,
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(wire)
    wires.claims |= claims
    assert refused(journey(client, wire.name, wires)) == "auth_failed", reason
    assert not User.objects.exists()


def test_apple_tells_the_name_once_and_it_is_only_shown(
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(WIRES[4])
    said = '{"name": {"firstName": "Ada", "lastName": "Lovelace"}, "email": "eve@example.org"}'
    journey(client, "apple", wires, user=said)
    assert User.objects.get().name == "Ada Lovelace"
    assert User.objects.get().email == ADDRESS
    journey(Client(), "apple", wires)
    assert User.objects.get().name == "Ada Lovelace"


def test_only_providers_that_post_may_post(client: Client, wires: Wires, google: None) -> None:
    assert client.post("/oauth/google/callback", {"code": "c"}).status_code == 405


def test_an_unconfirmed_address_gets_no_account(
    client: Client,
    wires: Wires,
    google: None,
    settings: Settings,
) -> None:
    wires.claims |= {"email_verified": False}
    assert refused(journey(client, "google", wires)) == "email_not_verified"
    assert not User.objects.exists()
    settings.ALLOW_UNVERIFIED_EMAIL_LOGIN = True
    journey(client, "google", wires)
    assert User.objects.get().email_verified is False


def test_newcomers_need_social_registration(
    client: Client,
    wires: Wires,
    google: None,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_SOCIAL_REGISTRATION = False
    assert refused(journey(client, "google", wires)) == "registration_closed"
    assert User.objects.count() == 1


def test_the_very_first_person_is_the_administrator(
    client: Client,
    wires: Wires,
    google: None,
    settings: Settings,
) -> None:
    settings.ALLOW_SOCIAL_REGISTRATION = False
    journey(client, "google", wires)
    assert User.objects.get().role == ADMIN


def test_github_without_a_shown_address_is_refused(
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(WIRES[1])
    wires.documents["/emails"] = (404, {})
    assert refused(journey(client, "github", wires)) == "email_missing"


def test_an_enterprise_github_is_asked_at_its_own_address_under_our_name(
    client: Client,
    wires: Wires,
    switch_on: SwitchOn,
) -> None:
    found = with_wires("github", wires, GITHUB_ENTERPRISE_USER_AGENT="our-product")
    assert found.providers["github"].user_agent == "our-product"
    switch_on(found)
    wires.documents |= WIRES[1].documents
    wires.has_id_token = False
    journey(client, "github", wires)
    _, _, headers = next(one for one in wires.asked if one[0] == "/token")
    assert headers["User-Agent"] == "our-product"


def test_facebook_is_shown_that_the_token_is_used_by_its_own_app(
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(WIRES[3])
    journey(client, "facebook", wires)
    _, fields, _ = next(one for one in wires.asked if one[0] == "/profile")
    assert len(fields["appsecret_proof"]) == 64


def test_pictures_are_kept_as_addresses_and_never_fetched(
    client: Client,
    wires: Wires,
    google: None,
) -> None:
    wires.claims |= {"picture": f"{wires.url}/canary"}
    journey(client, "google", wires)
    assert User.objects.get().avatar == ""  # not https
    wires.claims |= {"picture": "https://pictures.example/ada.png"}
    journey(Client(), "google", wires)
    assert User.objects.get().avatar == "https://pictures.example/ada.png"
    assert "/canary" not in {path for path, _, _ in wires.asked}


def test_methods_that_are_off_do_not_exist(client: Client, settings: Settings) -> None:
    for name in METHODS:
        assert client.get(f"/oauth/{name}").status_code == 404
        assert client.get(f"/oauth/{name}/callback").status_code == 404
    assert client.get("/oauth/nonsense").status_code == 404
    assert buttons() == []


def test_the_switch_of_all_methods_closes_them(
    client: Client,
    google: None,
    settings: Settings,
) -> None:
    settings.ALLOW_SOCIAL_LOGIN = False
    assert client.get("/oauth/google").status_code == 404


def test_leaving_and_posting_count_against_the_limit_of_sign_ins(
    client: Client,
    wires: Wires,
    set_up: Any,
    settings: Settings,
) -> None:
    set_up(WIRES[4])
    settings.LIMITS = {"LOGIN_MAX": "2"}
    asked = leave(client, "apple", wires)
    assert "error=" not in client.post("/oauth/apple/callback", asked)["Location"]
    assert refused(client.get("/oauth/apple")) == "too_many_requests"
    assert refused(client.post("/oauth/apple/callback", asked)) == "too_many_requests"
