"""Signing in with Google, GitHub, Discord, Facebook and Apple, each on its own wire."""

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.auth.tokens import access_read
from accounts.models import AuditEvent, AuthSession, User
from accounts.services.bans import ban_add
from accounts.services.people import user_disable
from tests.accounts.auth.providers.wire import ADDRESS, EACH, Wire
from tests.factories.people import person
from tests.fakes.identity.travel import (
    come_back,
    journey,
    leave,
    refused,
)
from tests.fakes.identity.wires import CLIENT_ID, Wires

pytestmark = pytest.mark.django_db


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
