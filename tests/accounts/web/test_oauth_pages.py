"""The sign-in page with other providers: buttons, reasons, the way straight there."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import Settings

from accounts.errors import AccountDisabledError
from accounts.models import AuthSession, User
from accounts.services import second_factors
from accounts.web.oauth_pages import MESSAGE, SENTENCES
from librechat.kernel import yaml_config
from tests.fakes.identity.travel import (
    SERVER,
    come_back,
    journey,
    leave,
    openid_variables,
    query,
    read,
)
from tests.fakes.identity.wires import Wires

pytestmark = pytest.mark.django_db

GOOGLE = {"GOOGLE_CLIENT_ID": "c", "GOOGLE_CLIENT_SECRET": "s"}
GITHUB = {"GITHUB_CLIENT_ID": "c", "GITHUB_CLIENT_SECRET": "s"}
OPENID = {
    "OPENID_ISSUER": "https://login.example",
    "OPENID_CLIENT_ID": "c",
    "OPENID_CLIENT_SECRET": "s",
}


@pytest.fixture
def wires() -> Any:
    server = Wires().start()
    yield server
    server.stop()


@pytest.fixture
def on(settings: Settings) -> Any:
    settings.ALLOW_SOCIAL_LOGIN = True
    settings.DOMAIN_CLIENT = SERVER

    def switch(**variables: str) -> None:
        settings.SIGN_IN = read(variables)

    return switch


def methods(page: str) -> list[str]:
    """Return the methods whose buttons a page shows, in order."""
    return re.findall(r'data-method="(\w+)"', page)


def test_buttons_stand_in_the_order_of_the_file_and_unknown_names_are_left_out(
    client: Client,
    on: Any,
) -> None:
    on(**GOOGLE, **GITHUB)
    order = ["nonsense", "github", "discord", "google", "github"]
    with yaml_config.override({"registration": {"socialLogins": order}}):
        page = client.get("/login?next=/c/1").content.decode()
    assert methods(page) == ["github", "google"]
    assert 'href="/oauth/github?next=/c/1"' in page
    assert "Continue with GitHub" in page
    assert "<script>" not in page


def test_there_are_no_buttons_while_nothing_is_on(client: Client, on: Any) -> None:
    page = client.get("/login").content.decode()
    assert methods(page) == []
    assert "auth-methods" not in page


def test_the_operators_own_provider_has_its_own_words_and_picture(
    client: Client,
    on: Any,
) -> None:
    on(
        **OPENID,
        OPENID_BUTTON_LABEL="Sign in at <ACME>",
        OPENID_IMAGE_URL="https://acme.example/logo.png",
    )
    page = client.get("/login").content.decode()
    assert "Sign in at &lt;ACME&gt;" in page
    assert 'src="https://acme.example/logo.png"' in page
    body = client.get("/api/config").json()
    assert body["openidLoginEnabled"] is True
    assert body["googleLoginEnabled"] is body["samlLoginEnabled"] is False
    assert body["openidLabel"] == "Sign in at <ACME>"
    assert body["openidImageUrl"] == "https://acme.example/logo.png"
    assert body["openidAutoRedirect"] is False


def test_clients_read_the_words_of_saml(client: Client, on: Any) -> None:
    saml = {"SAML_ENTRY_POINT": "https://i/sso", "SAML_ISSUER": "us", "SAML_CERT": "MIIC"}
    on(**saml, SAML_BUTTON_LABEL="Staff")
    body = client.get("/api/config").json()
    assert (body["samlLoginEnabled"], body["samlLabel"]) == (True, "Staff")
    assert "samlImageUrl" not in body
    assert "Staff" in client.get("/login").content.decode()


def test_the_form_hides_where_e_mail_is_no_way_in(
    client: Client,
    on: Any,
    settings: Settings,
    owner: User,
) -> None:
    on(**GOOGLE)
    settings.ALLOW_EMAIL_LOGIN = False
    page = client.get("/login").content.decode()
    assert 'name="password"' not in page
    assert methods(page) == ["google"]
    posted = client.post("/login", {"email": "owner@example.org", "password": "x" * 10})
    assert posted.status_code == 403
    assert "not allowed here" in posted.content.decode()


@pytest.mark.parametrize("code", SENTENCES)
def test_every_reason_has_a_sentence(code: str, client: Client, on: Any) -> None:
    on(**GOOGLE)
    answer = client.get(f"/oauth/error?error={code}")
    assert query(answer["Location"]) == {"redirect": "false", "error": code}
    page = client.get(answer["Location"]).content.decode()
    assert str(SENTENCES[code]).replace("'", "&#x27;") in page
    assert 'role="alert"' in page


def test_an_unknown_reason_says_only_that_it_failed(client: Client) -> None:
    answer = client.get("/oauth/error")
    assert query(answer["Location"])["error"] == "auth_failed"
    page = client.get("/login?error=<b>made-up</b>").content.decode()
    assert "was not confirmed there" in page
    assert "made-up" not in page


def test_a_reason_of_a_gate_brings_its_own_words_once(client: Client) -> None:
    session = client.session
    session[MESSAGE] = "Banned until noon."
    session.save()
    assert "Banned until noon." in client.get("/login?error=banned").content.decode()
    assert "Banned until noon." not in client.get("/login?error=banned").content.decode()


def test_words_of_a_gate_are_not_shown_without_a_reason(client: Client) -> None:
    session = client.session
    session[MESSAGE] = "Banned until noon."
    session.save()
    assert "Banned until noon." not in client.get("/login").content.decode()


def test_the_page_can_lead_straight_to_the_provider(
    client: Client,
    on: Any,
    owner: User,
    settings: Settings,
) -> None:
    on(**OPENID, OPENID_AUTO_REDIRECT="true")
    answer = client.get("/login?next=/c/1")
    assert (answer.status_code, answer["Location"]) == (302, "/oauth/openid?next=%2Fc%2F1")
    assert client.get("/login?redirect=false").status_code == 200
    client.force_login(owner)
    assert client.post("/logout")["Location"] == "/login?redirect=false"
    settings.ALLOW_SOCIAL_LOGIN = False
    assert client.get("/login").status_code == 200


def test_the_second_factor_is_asked_and_the_page_kept(
    client: Client,
    wires: Wires,
    settings: Settings,
    on: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on(**openid_variables(wires))
    settings.LIMITS = {"LOGIN_MAX": "100"}
    wires.claims = {"email": "ada@example.org", "email_verified": True}
    wires.documents["/profile"] = {"sub": "person-1"}
    journey(client, "openid", wires)
    ada = User.objects.get()
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert second_factors.second_factor_on(ada)
    other = Client()
    asked = leave(other, "openid", wires, next="/c/1")
    answer = come_back(other, "openid", asked)
    assert answer["Location"] == "/login/second-factor"
    assert "_auth_user_id" not in other.session
    assert other.session["second_factor"]["next"] == "/c/1"
    assert AuthSession.objects.filter(user=ada).count() == 1


def test_a_refusal_without_a_sentence_is_kept_for_the_page(
    client: Client,
    wires: Wires,
    settings: Settings,
    on: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on(**openid_variables(wires))
    wires.claims = {"email": "ada@example.org", "email_verified": True}
    wires.documents["/profile"] = {"sub": "person-1"}
    asked = leave(client, "openid", wires)
    monkeypatch.setattr(AccountDisabledError, "code", "something_new")
    journey(Client(), "openid", wires)
    User.objects.update(is_active=False)
    wires.nonce = asked["nonce"]
    location = come_back(client, "openid", asked)["Location"]
    assert query(location)["error"] == "something_new"
    page = client.get(client.get(location)["Location"]).content.decode()
    assert "This account has been disabled." in page
