"""Signing in with OpenID Connect: at a real provider, and at one that says everything wrong."""

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from accounts.models import USER, AuthSession, User
from tests.fakes.identity.ada import ADDRESS, visit
from tests.fakes.identity.company import Company
from tests.fakes.identity.travel import (
    SERVER,
    come_back,
    journey,
    leave,
    query,
    refused,
    through,
)
from tests.fakes.identity.wires import Wires

pytestmark = pytest.mark.django_db


def test_a_real_provider_signs_somebody_in_twice(
    client: Client,
    company: Company,
    at_company: Any,
    owner: User,
) -> None:
    at_company()
    assert visit(client, company)["Location"] == f"{SERVER}/c/new"
    ada = User.objects.get(email=ADDRESS)
    assert (ada.name, ada.username, ada.provider, ada.role) == (
        "Ada Lovelace",
        "ada",
        "openid",
        USER,
    )
    account = SocialAccount.objects.get(user=ada)
    assert account.extra_data["sub"] == "person-1"
    assert account.extra_data["issuer"] == company.url
    assert AuthSession.objects.get(user=ada).method == "openid"
    visit(Client(), company)
    assert SocialAccount.objects.count() == 1
    assert AuthSession.objects.filter(user=ada).count() == 2


def test_what_the_provider_sent_back_works_once(
    client: Client,
    company: Company,
    at_company: Any,
) -> None:
    at_company()
    left = client.get("/oauth/openid")
    back = through(company.url, left["Location"]).removeprefix(SERVER)
    assert client.get(back)["Location"] == f"{SERVER}/c/new"
    assert refused(client.get(back)) == "sign_in_expired"
    assert refused(Client().get(back)) == "sign_in_expired"


def test_a_code_is_bound_to_the_browser_that_left(
    client: Client,
    company: Company,
    at_company: Any,
) -> None:
    at_company()
    theirs = query(through(company.url, Client().get("/oauth/openid")["Location"]))
    mine = query(client.get("/oauth/openid")["Location"])
    answer = client.get("/oauth/openid/callback", {**theirs, "state": mine["state"]})
    assert refused(answer) == "auth_failed"  # the proof key of another request
    assert not User.objects.exists()


def test_a_person_who_says_no_there_comes_back_signed_out(
    client: Client,
    company: Company,
    at_company: Any,
) -> None:
    at_company()
    company.control(sub="person-1", refuses=True)
    assert refused(visit(client, company)) == "sign_in_cancelled"


def test_claims_can_be_called_something_else(
    client: Client,
    company: Company,
    at_company: Any,
) -> None:
    at_company(
        OPENID_NAME_CLAIM="preferred_username",
        OPENID_USERNAME_CLAIM="name",
        OPENID_EMAIL_CLAIM="email",
    )
    visit(client, company)
    ada = User.objects.get()
    assert (ada.name, ada.username, ada.email) == ("ada", "ada lovelace", ADDRESS)


@pytest.mark.parametrize("published", [(500, {}), ["a list"]], ids=str)
def test_a_provider_that_cannot_be_asked_is_told_on_the_page(
    published: Any,
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires()
    wires.documents["/.well-known/openid-configuration"] = published
    assert refused(client.get("/oauth/openid")) == "auth_failed"


def test_the_whole_address_of_the_discovery_document_may_be_given(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires(OPENID_ISSUER=f"{wires.url}/.well-known/openid-configuration")
    assert journey(client, "openid", wires)["Location"] == f"{SERVER}/c/new"


def test_what_is_asked_follows_the_variables(client: Client, wires: Wires, at_wires: Any) -> None:
    at_wires(
        OPENID_USE_PKCE="false",
        OPENID_GENERATE_NONCE="false",
        OPENID_AUDIENCE="api://chat",
        OPENID_SCOPE="openid email offline_access",
        OPENID_JWKS_URL=f"{wires.url}/keys",
    )
    asked = leave(client, "openid", wires)
    assert set(asked) == {
        "client_id",
        "redirect_uri",
        "scope",
        "response_type",
        "state",
        "audience",
    }
    assert set(asked["scope"].split()) == {"openid", "email", "offline_access"}
    assert come_back(client, "openid", asked)["Location"] == f"{SERVER}/c/new"


def test_the_profile_is_left_out_where_there_is_none(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires()
    del wires.documents["/.well-known/openid-configuration"]["userinfo_endpoint"]
    wires.claims |= {"name": None, "given_name": "Ada", "family_name": "King"}
    journey(client, "openid", wires)
    assert User.objects.get().name == "Ada King"


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ({"email": None, "preferred_username": "ada@corp.example"}, "ada@corp.example"),
        ({"email": None, "upn": "ada@upn.example"}, "ada@upn.example"),
    ],
)
def test_the_address_may_stand_elsewhere(
    claims: dict[str, Any],
    found: str,
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires()
    wires.claims |= claims
    journey(client, "openid", wires)
    assert User.objects.get().email == found


def test_nobody_comes_in_without_an_address(client: Client, wires: Wires, at_wires: Any) -> None:
    at_wires()
    wires.claims |= {"email": None}
    assert refused(journey(client, "openid", wires)) == "email_missing"


def test_newcomers_of_the_directory_need_no_open_registration(
    client: Client,
    wires: Wires,
    at_wires: Any,
    owner: User,
    settings: Settings,
) -> None:
    at_wires()
    settings.ALLOW_SOCIAL_REGISTRATION = settings.ALLOW_REGISTRATION = False
    journey(client, "openid", wires)
    assert User.objects.filter(email=ADDRESS).exists()
