"""Signing out of everything with SAML."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.models import AuditEvent, AuthSession, User
from tests.factories.people import PASSWORD, person
from tests.fakes.identity.ada import visit as visit_openid
from tests.fakes.identity.company import Company, certificate
from tests.fakes.identity.subject import ADDRESS, answer_of, post, visit
from tests.fakes.identity.travel import SERVER, query, read

pytestmark = pytest.mark.django_db

IDP = {"SAML_IDP_ISSUER": "urn:test:idp"}


def told(company: Company) -> str:
    """Sign out at the company; return where it sends the browser with its request."""
    answer = httpx.get(f"{company.url}/saml/logout")
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"]).removeprefix(SERVER)


def test_signing_out_here_signs_out_there_and_comes_back(
    client: Client,
    company: Company,
    single: Any,
) -> None:
    single()
    visit(client)
    away = client.post("/api/auth/logout").json()["redirect"]
    assert away.startswith(f"{company.url}/saml/logout?")
    assert not AuthSession.objects.alive().exists()
    # Our signature is good and the name is known there, or there would be no answer.
    there = httpx.get(away)
    assert there.status_code == 302, there.text
    ours = str(there.headers["location"])
    assert ours.startswith(f"{SERVER}/oauth/saml/logout?SAMLResponse=")
    back = client.get(ours.removeprefix(SERVER))
    assert (back.status_code, back["Location"]) == (302, "/login?redirect=false")


def test_the_page_signs_out_there_without_scripts(
    client: Client,
    company: Company,
    single: Any,
) -> None:
    single()
    visit(client)
    page = client.post("/logout").content.decode()
    assert f'content="0;url={company.url}/saml/logout?SAMLRequest=' in page


def test_without_single_logout_signing_out_stays_here(client: Client, at_saml: Any) -> None:
    at_saml()
    visit(client)
    assert client.post("/api/auth/logout").json() == {"message": "Logout successful"}


def test_signing_out_there_signs_this_browser_out(
    client: Client,
    company: Company,
    single: Any,
) -> None:
    single()
    visit(client)
    elsewhere = Client()
    visit(elsewhere)
    answer = client.get(told(company))
    assert answer["Location"].startswith(f"{company.url}/saml/logout?SAMLResponse=")
    assert "Signature" in query(answer["Location"])
    assert answer.cookies["refreshToken"].value == ""
    assert "_auth_user_id" not in client.session
    assert "_auth_user_id" in elsewhere.session
    assert AuthSession.objects.alive().count() == 1
    assert AuditEvent.objects.filter(action="session.closed").count() == 1
    done = httpx.get(answer["Location"])
    assert done.status_code == 200, done.text  # it takes our answer


def test_a_browser_that_shows_nothing_ends_all_that_was_made_by_saml(
    client: Client,
    company: Company,
    single: Any,
    stranger: User,
) -> None:
    single()
    visit(client)
    visit(Client())
    local = Client()
    local.post("/login", {"email": stranger.email, "password": PASSWORD})
    assert Client().get(told(company)).status_code == 302
    assert [session.user for session in AuthSession.objects.alive()] == [stranger]
    assert client.get("/api/user").status_code == 401


def test_somebody_else_in_the_browser_stays_signed_in(
    client: Client,
    company: Company,
    single: Any,
) -> None:
    single()
    visit(Client())
    other = person("other@example.org")
    client.post("/login", {"email": other.email, "password": PASSWORD})
    answer = client.get(told(company))
    assert answer.status_code == 302
    assert "refreshToken" not in answer.cookies
    assert [session.user for session in AuthSession.objects.alive()] == [other]


def test_a_message_works_once(client: Client, company: Company, single: Any) -> None:
    single()
    visit(client)
    message = told(company)
    assert client.get(message).status_code == 302
    visit(client)
    assert client.get(message).status_code == 400
    assert AuthSession.objects.alive().count() == 1


@pytest.mark.parametrize(
    "wrong",
    ["unsigned", "changed", "stranger", "issuer", "weak", "nothing", "nonsense"],
)
def test_a_message_that_is_not_the_providers_changes_nothing(
    wrong: str,
    client: Client,
    company: Company,
    single: Any,
) -> None:
    single()
    visit(client)
    match wrong:
        case "stranger":
            key, cert = certificate()
            single(key=key, certificate=cert)
        case "issuer":
            single(issuer="urn:evil:idp")
        case "weak":
            single(signatureAlgorithm="rsa-sha1")
        case _:
            pass
    message = told(company)
    fields = {name: values[0] for name, values in parse_qs(urlsplit(message).query).items()}
    match wrong:
        case "unsigned":
            fields = {"SAMLRequest": fields["SAMLRequest"]}
        case "changed":
            fields["RelayState"] = "another"
        case "nothing":
            fields = {}
        case "nonsense":
            fields["SAMLRequest"] = "%%%"
        case _:
            pass
    answer = client.get("/oauth/saml/logout", fields)
    assert answer.status_code == 400
    assert answer.content == b"This message about signing out is not good; nothing was changed."
    assert AuthSession.objects.alive().count() == 1
    assert "_auth_user_id" in client.session


def test_an_answer_nobody_asked_for_changes_nothing(
    client: Client,
    company: Company,
    single: Any,
) -> None:
    single()
    visit(client)
    away = Client()
    visit(away)
    leave_url = away.post("/api/auth/logout").json()["redirect"]
    ours = str(httpx.get(leave_url).headers["location"]).removeprefix(SERVER)
    assert client.get(ours)["Location"] == "/login?redirect=false"
    assert "_auth_user_id" in client.session
    assert User.objects.get(email=ADDRESS).auth_sessions.filter(revoked_at=None).count() == 1


def test_hints_of_one_provider_end_with_the_next_sign_in(
    client: Client,
    company: Company,
    single: Any,
    at_company: Any,
) -> None:
    single()
    post(client, answer_of(client))
    at_company(OPENID_USE_END_SESSION_ENDPOINT="true")
    User.objects.all().delete()
    visit_openid(client, company)
    assert "saml_subject" not in client.session
    away = client.post("/api/auth/logout").json()["redirect"]
    assert away.startswith(f"{company.url}/session/end?")


def test_a_key_that_is_none_keeps_nobody_signed_in(
    client: Client,
    single: Any,
    company: Company,
    at_saml: Any,
) -> None:
    given = {**IDP, "SAML_SINGLE_LOGOUT_URL": f"{company.url}/saml/logout"}
    at_saml(**given, SAML_OWN_CERT="MIIC", SAML_OWN_KEY="MIIC")
    visit(client)
    assert client.post("/api/auth/logout").json() == {"message": "Logout successful"}
    assert not AuthSession.objects.alive().exists()


def test_without_the_extra_signing_out_stays_here(
    client: Client,
    single: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    single()
    visit(client)
    for place in ("accounts.auth.saml_logout", "accounts.web.saml_pages"):
        monkeypatch.setattr(f"{place}.saml_is_installed", lambda: False)
    assert client.get("/oauth/saml/metadata").status_code == 404
    assert client.post("/api/auth/logout").json() == {"message": "Logout successful"}


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"SAML_SINGLE_LOGOUT_URL": "https://idp.example/slo"}, "SAML_IDP_ISSUER"),
        ({"SAML_SINGLE_LOGOUT_URL": "http://idp.example/slo", **IDP}, "https"),
        ({"SAML_OWN_CERT": "MIIC"}, "belong together"),
        ({"SAML_OWN_CERT": "MIIC", "SAML_OWN_KEY": "/nowhere/own.key"}, "SAML_OWN_KEY names"),
    ],
    ids=str,
)
def test_single_logout_by_half_stops_the_start(
    variables: dict[str, str],
    word: str,
) -> None:
    saml = {"SAML_ENTRY_POINT": "https://i/sso", "SAML_ISSUER": "us", "SAML_CERT": "MIIC"}
    with pytest.raises(ImproperlyConfigured, match=word):
        read({**saml, **variables})
