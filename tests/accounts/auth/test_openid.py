"""Signing in with OpenID Connect: at a real provider, and at one that says everything wrong."""

from typing import Any

import httpx
import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.auth import openid
from accounts.auth.openid import claim_at, words_at
from accounts.models import ADMIN, USER, AuditEvent, AuthSession, Group, User
from tests.factories.people import person, role
from tests.fakes.identity.company import Company
from tests.fakes.identity.travel import (
    SERVER,
    SwitchOn,
    come_back,
    journey,
    leave,
    openid_variables,
    query,
    read,
    refused,
    through,
)
from tests.fakes.identity.wires import CLIENT_ID, Wires

pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.org"
ADA = {
    "email": ADDRESS,
    "email_verified": True,
    "name": "Ada Lovelace",
    "preferred_username": "ada",
    "picture": "https://pictures.example/ada.png",
    "roles": ["chat"],
    "realm": {"roles": ["boss"]},
    "groups": ["Analysts", "Engine"],
}


@pytest.fixture
def at_company(company: Company, switch_on: SwitchOn) -> Any:
    def prepare(claims: dict[str, Any] | None = None, **variables: str) -> None:
        company.control(sub="person-1", claims={**ADA, **(claims or {})})
        switch_on(read({**company.openid_variables, **variables}))

    return prepare


@pytest.fixture
def at_wires(wires: Wires, switch_on: SwitchOn) -> Any:
    def prepare(**variables: str) -> None:
        wires.claims = {"email": ADDRESS, "email_verified": True, "name": "Ada"}
        wires.documents["/profile"] = {"sub": "person-1", "locale": "en"}
        switch_on(read(openid_variables(wires, **variables)))

    return prepare


def visit(client: Client, company: Company) -> Any:
    """Sign in at the real provider."""
    left = client.get("/oauth/openid")
    return client.get(through(company.url, left["Location"]).removeprefix(SERVER))


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


def test_groups_of_the_claim_are_followed_and_left(
    client: Client,
    company: Company,
    at_company: Any,
    owner: User,
) -> None:
    at_company(OPENID_GROUPS_CLAIM="groups")
    visit(client, company)
    ada = User.objects.get(email=ADDRESS)
    local = Group.objects.create(name="Local")
    local.memberships.create(user=ada)
    assert {group.external_id for group in ada.member_groups.filter(source="openid")} == {
        "Analysts",
        "Engine",
    }
    at_company({"groups": ["Engine", "Poets"]}, OPENID_GROUPS_CLAIM="groups")
    visit(Client(), company)
    assert {group.name for group in ada.member_groups.all()} == {"Engine", "Poets", "Local"}
    assert AuditEvent.objects.filter(action="group.members_mirrored").count() == 2
    at_company({"groups": None}, OPENID_GROUPS_CLAIM="groups")
    visit(Client(), company)
    assert {group.name for group in ada.member_groups.all()} == {"Local"}


@pytest.mark.parametrize("kind", ["id", "userinfo"])
def test_only_people_with_the_required_role_come_in(
    kind: str,
    client: Client,
    company: Company,
    at_company: Any,
) -> None:
    needed = {
        "OPENID_REQUIRED_ROLE": "chat, talk",
        "OPENID_REQUIRED_ROLE_PARAMETER_PATH": "roles",
        "OPENID_REQUIRED_ROLE_TOKEN_KIND": kind,
    }
    at_company({"roles": ["other"]}, **needed)
    assert refused(visit(client, company)) == "role_required"
    assert not User.objects.exists()
    at_company({"roles": ["talk"]}, **needed)
    assert visit(client, company)["Location"] == f"{SERVER}/c/new"


def test_the_role_of_administrators_promotes_and_demotes(
    client: Client,
    company: Company,
    at_company: Any,
    admin: User,
) -> None:
    given = {
        "OPENID_ADMIN_ROLE": "boss",
        "OPENID_ADMIN_ROLE_PARAMETER_PATH": "realm.roles",
        "OPENID_ADMIN_ROLE_TOKEN_KIND": "userinfo",
    }
    at_company({"realm": {"roles": []}}, **given)
    visit(client, company)
    ada = User.objects.get(email=ADDRESS)
    assert ada.role == USER
    at_company(**given)
    visit(Client(), company)
    ada.refresh_from_db()
    assert ada.role == ADMIN
    assert AuditEvent.objects.filter(action="role.changed", target_id=ada.pk).count() == 1
    at_company({"realm": {"roles": ["other"]}}, **given)
    visit(Client(), company)
    ada.refresh_from_db()
    assert ada.role == USER
    admin.delete()
    at_company(**given)
    visit(Client(), company)
    at_company({"realm": {}}, **given)
    visit(Client(), company)
    ada.refresh_from_db()
    assert ada.role == ADMIN  # the last one stays


def test_a_new_person_with_the_role_of_administrators_is_one(
    client: Client,
    company: Company,
    at_company: Any,
    owner: User,
) -> None:
    at_company(OPENID_ADMIN_ROLE="chat", OPENID_ADMIN_ROLE_PARAMETER_PATH="roles")
    visit(client, company)
    assert User.objects.get(email=ADDRESS).role == ADMIN


def test_roles_of_the_provider_become_ours_by_priority(
    client: Client,
    company: Company,
    at_company: Any,
    owner: User,
) -> None:
    for name in ("editor", "reader"):
        role(name)
    given = {
        "OPENID_ROLE_SYNC_ENABLED": "true",
        "OPENID_ROLE_SYNC_CLAIM": "roles",
        "OPENID_ROLE_SYNC_SOURCE": "userinfo",
        "OPENID_ROLE_PRIORITY": "editor,reader,missing",
    }
    at_company({"roles": ["reader", "editor"]}, **given)
    visit(client, company)
    ada = User.objects.get(email=ADDRESS)
    assert ada.role == "editor"
    for theirs, ours in ((["reader"], "reader"), (["missing"], USER), (["reader"], "reader")):
        at_company({"roles": theirs}, **given)
        visit(Client(), company)
        ada.refresh_from_db()
        assert ada.role == ours
    at_company({"roles": []}, **given)
    visit(Client(), company)
    ada.refresh_from_db()
    assert ada.role == USER


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


def test_signing_out_leads_to_the_provider_and_back(
    client: Client,
    company: Company,
    at_company: Any,
) -> None:
    at_company(OPENID_USE_END_SESSION_ENDPOINT="true")
    visit(client, company)
    body = client.post("/api/auth/logout").json()
    assert body["message"] == "Logout successful"
    assert body["redirect"].startswith(f"{company.url}/session/end?")
    asked = query(body["redirect"])
    assert asked["post_logout_redirect_uri"] == f"{SERVER}/login"
    assert jwt.decode(asked["id_token_hint"], options={"verify_signature": False})["sub"]
    assert httpx.get(body["redirect"]).status_code == 200  # the provider takes the hint
    assert client.post("/api/auth/logout").json() == {"message": "Logout successful"}


def test_the_page_signs_out_at_the_provider_without_scripts(
    client: Client,
    company: Company,
    at_company: Any,
) -> None:
    at_company(OPENID_USE_END_SESSION_ENDPOINT="true")
    visit(client, company)
    answer = client.post("/logout")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<meta http-equiv="refresh" content="0;url={company.url}/session/end?' in page
    assert answer.cookies["refreshToken"].value == ""
    assert "_auth_user_id" not in client.session


def test_a_long_way_out_names_the_person_instead_of_the_token(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires(
        OPENID_USE_END_SESSION_ENDPOINT="true",
        OPENID_MAX_LOGOUT_URL_LENGTH="100",
        OPENID_POST_LOGOUT_REDIRECT_URI="https://company.example/bye",
    )
    journey(client, "openid", wires)
    asked = query(client.post("/api/auth/logout").json()["redirect"])
    assert asked == {
        "client_id": CLIENT_ID,
        "logout_hint": "person-1",
        "post_logout_redirect_uri": "https://company.example/bye",
    }


def test_signing_out_works_when_the_provider_does_not(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires(OPENID_USE_END_SESSION_ENDPOINT="true")
    journey(client, "openid", wires)
    cache.clear()
    wires.documents["/.well-known/openid-configuration"] = (500, {})
    assert client.post("/api/auth/logout").json() == {"message": "Logout successful"}


def test_a_provider_without_a_way_out_is_not_visited(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires(OPENID_USE_END_SESSION_ENDPOINT="true")
    del wires.documents["/.well-known/openid-configuration"]["end_session_endpoint"]
    journey(client, "openid", wires)
    assert "redirect" not in client.post("/api/auth/logout").json()


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


def test_an_answer_that_names_another_provider_is_refused(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires()
    asked = leave(client, "openid", wires)
    answer = come_back(client, "openid", asked, iss="https://evil.example")
    assert refused(answer) == "auth_failed"


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


def test_an_address_is_confirmed_only_by_the_answer_that_names_it(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    person("boss@example.org", provider="openid")
    at_wires()
    wires.documents["/profile"] = {"sub": "person-1", "email": "boss@example.org"}
    assert refused(journey(client, "openid", wires)) == "provider_mismatch"


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


def test_the_roles_of_an_access_token_count_where_it_can_be_read(
    client: Client,
    wires: Wires,
    at_wires: Any,
) -> None:
    at_wires(
        OPENID_REQUIRED_ROLE="chat",
        OPENID_REQUIRED_ROLE_PARAMETER_PATH="roles",
        OPENID_REQUIRED_ROLE_TOKEN_KIND="access",
    )
    assert refused(journey(client, "openid", wires)) == "role_required"  # not a JWT
    readable = jwt.encode({"roles": "chat other"}, wires.key, algorithm="RS256")
    asked = leave(client, "openid", wires)
    wires.documents["/token"] = {"access_token": readable, "id_token": wires.id_token()}
    assert come_back(client, "openid", asked)["Location"] == f"{SERVER}/c/new"


def test_claims_are_found_by_name_or_path() -> None:
    claims = {"a.b": ["1"], "a": {"c": {"d": "x y"}}, "n": 7}
    assert claim_at(claims, "a.b") == ["1"]
    assert claim_at(claims, "a.c.d") == "x y"
    assert claim_at(claims, "a.x.y") is None
    assert words_at(claims, "a.c.d") == ["x y", "x", "y"]
    assert words_at(claims, "n") == []


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
