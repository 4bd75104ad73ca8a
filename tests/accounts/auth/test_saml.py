"""Signing in with SAML 2.0 at a real identity provider."""

import base64
import re
import sys
from typing import Any

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from accounts.auth.method_settings import saml_is_installed
from accounts.auth.social import buttons
from accounts.models import USER, AuthSession, Group, User
from accounts.services.people import user_disable
from librechat.kernel import yaml_config
from tests.factories.people import person
from tests.fakes.identity.company import Company, certificate
from tests.fakes.identity.subject import ADA, ADDRESS, answer_of, post, visit
from tests.fakes.identity.travel import SERVER, SwitchOn, openid_variables, read, refused
from tests.fakes.identity.wires import Wires

pytestmark = pytest.mark.django_db


def test_the_first_sign_in_adds_an_account_and_the_second_finds_it(
    client: Client,
    company: Company,
    at_saml: Any,
    owner: User,
) -> None:
    at_saml()
    assert visit(client)["Location"] == f"{SERVER}/c/new"
    ada = User.objects.get(email=ADDRESS)
    assert (ada.name, ada.username, ada.provider, ada.role) == (
        "Ada Lovelace",
        "ada",
        "saml",
        USER,
    )
    account = SocialAccount.objects.get(user=ada)
    assert account.extra_data["sub"] == "subject-1"
    assert account.extra_data["issuer"] == "urn:test:idp"
    visit(Client())
    assert AuthSession.objects.filter(user=ada, method="saml").count() == 2
    assert SocialAccount.objects.count() == 1


def test_the_page_asked_for_is_where_it_goes_on(client: Client, at_saml: Any) -> None:
    at_saml()
    left = client.get("/oauth/saml", {"next": "/c/abc"})
    page = httpx.get(left["Location"], timeout=10).text
    form = dict(re.findall(r'name="(SAMLResponse)"\s+value="([^"]*)"', page))
    assert post(client, form)["Location"] == f"{SERVER}/c/abc"


def test_the_posted_answer_needs_no_csrf_token_and_is_kept_for_this_browser_alone(
    at_saml: Any,
) -> None:
    at_saml()
    browser = Client(enforce_csrf_checks=True)
    posted = browser.post("/oauth/saml/callback", {**answer_of(browser), "junk": "x"})
    cookie = posted.cookies["posted-sign-in"]
    assert (cookie["httponly"], cookie["path"]) == (True, "/oauth/saml/callback")
    assert browser.get(posted["Location"])["Location"] == f"{SERVER}/c/new"
    assert not Session.objects.filter(session_key=cookie.value).exists()


def test_an_answer_works_once(client: Client, at_saml: Any) -> None:
    at_saml()
    form = answer_of(client)
    post(client, form)
    assert refused(post(client, form)) == "sign_in_expired"
    assert refused(client.get("/oauth/saml/callback")) == "auth_failed"  # nothing was posted


def test_an_answer_to_another_browser_is_refused(client: Client, at_saml: Any) -> None:
    at_saml()
    assert refused(post(Client(), answer_of(client))) == "sign_in_expired"
    assert not User.objects.exists()


def test_an_assertion_is_remembered_beside_the_state(
    client: Client,
    at_saml: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_saml()
    form = answer_of(client)
    xml = base64.b64decode(form["SAMLResponse"]).decode()
    found = re.search(r'<saml:Assertion [^>]*ID="([^"]+)"', xml)
    assert found is not None
    cache.set(f"saml-seen:{found.group(1)}", "1")
    assert refused(post(client, form)) == "auth_failed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": "another-product"},
        {"destination": "https://another.example/acs"},
        {"recipient": "https://another.example/acs"},
        {"lifetime": -10},
        {"signAssertion": False},
        {"signAssertion": False, "signResponse": True},
    ],
    ids=str,
)
def test_an_answer_that_is_not_as_agreed_is_refused(
    wrong: dict[str, Any],
    client: Client,
    company: Company,
    at_saml: Any,
) -> None:
    at_saml()
    company.control(saml={"user": ADA, **wrong})
    assert refused(visit(client)) == "auth_failed"
    assert not User.objects.exists()


def test_an_answer_that_somebody_else_signed_is_refused(
    client: Client,
    company: Company,
    at_saml: Any,
) -> None:
    at_saml()
    key, cert = certificate()
    company.control(saml={"user": ADA, "key": key, "certificate": cert})
    assert refused(visit(client)) == "auth_failed"


def test_an_answer_that_was_changed_on_the_way_is_refused(
    client: Client,
    at_saml: Any,
) -> None:
    at_saml()
    form = answer_of(client)
    xml = base64.b64decode(form["SAMLResponse"]).replace(b"ada@", b"eve@")
    form["SAMLResponse"] = base64.b64encode(xml).decode()
    assert refused(post(client, form)) == "auth_failed"


@pytest.mark.parametrize("nonsense", ["", "%%%", "PHg+", base64.b64encode(b"<x/>").decode()])
@pytest.mark.parametrize("idp", ["", "urn:test:idp"])
def test_nonsense_is_refused(nonsense: str, idp: str, client: Client, at_saml: Any) -> None:
    at_saml(SAML_IDP_ISSUER=idp)
    assert refused(post(client, {"SAMLResponse": nonsense})) == "auth_failed"


def test_the_name_of_the_provider_is_checked_where_it_is_given(
    client: Client,
    company: Company,
    at_saml: Any,
) -> None:
    at_saml(SAML_IDP_ISSUER="urn:test:idp")
    assert visit(client)["Location"] == f"{SERVER}/c/new"
    company.control(saml={"user": ADA, "issuer": "urn:evil:idp"})
    assert refused(visit(Client())) == "auth_failed"


def test_the_whole_answer_may_have_to_be_signed(
    client: Client,
    company: Company,
    at_saml: Any,
) -> None:
    at_saml(SAML_USE_AUTHN_RESPONSE_SIGNED="true")
    assert refused(visit(client)) == "auth_failed"
    company.control(saml={"user": ADA, "signResponse": True, "signAssertion": False})
    assert visit(Client())["Location"] == f"{SERVER}/c/new"


def test_claims_can_be_called_something_else_and_groups_are_followed(
    client: Client,
    at_saml: Any,
) -> None:
    at_saml(
        {
            "id": "subject-1",
            "attributes": {"m": ADDRESS, "n": "Countess", "u": "A", "g": ["One", "Two"]},
        },
        SAML_EMAIL_CLAIM="m",
        SAML_NAME_CLAIM="n",
        SAML_USERNAME_CLAIM="u",
        SAML_GROUPS_CLAIM="g",
    )
    visit(client)
    ada = User.objects.get()
    assert (ada.email, ada.name, ada.username) == (ADDRESS, "Countess", "a")
    assert set(Group.objects.filter(source="saml").values_list("name", flat=True)) == {
        "One",
        "Two",
    }


def test_a_name_that_changes_every_time_is_replaced_by_the_address(
    client: Client,
    company: Company,
    at_saml: Any,
) -> None:
    at_saml()
    for number in (1, 2):
        company.control(
            saml={
                "user": {**ADA, "id": f"once-{number}"},
                "format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
            },
        )
        assert visit(Client())["Location"] == f"{SERVER}/c/new"
    assert User.objects.count() == 1


def test_the_subject_is_the_address_where_no_attribute_is(
    client: Client,
    at_saml: Any,
) -> None:
    at_saml({"id": "ada@example.org", "attributes": {"shoe": "38"}})
    visit(client)
    assert User.objects.get().email == ADDRESS
    at_saml({"id": "no-address", "attributes": {"shoe": "38"}})
    assert refused(visit(Client())) == "email_missing"


def test_other_accounts_and_disabled_ones_stay_closed(
    client: Client,
    at_saml: Any,
    admin: User,
) -> None:
    at_saml()
    local = person(ADDRESS)
    assert refused(visit(client)) == "provider_mismatch"
    local.delete()
    visit(client)
    user_disable(user=User.objects.get(email=ADDRESS))
    assert refused(visit(Client())) == "account_disabled"


def test_only_allowed_domains_come_in(client: Client, at_saml: Any) -> None:
    at_saml()
    with yaml_config.override({"registration": {"allowedDomains": ["corp.example"]}}):
        assert refused(visit(client)) == "domain_not_allowed"


def test_saml_gives_way_to_openid_connect(
    client: Client,
    company: Company,
    wires: Wires,
    switch_on: SwitchOn,
) -> None:
    switch_on(read({**company.saml_variables, **openid_variables(wires)}))
    assert [button.name for button in buttons()] == ["openid"]
    assert client.get("/oauth/saml").status_code == 404


def test_a_configuration_that_cannot_work_is_told_on_the_page(
    client: Client,
    at_saml: Any,
) -> None:
    at_saml(SAML_ENTRY_POINT="nowhere")
    assert refused(client.get("/oauth/saml")) == "auth_failed"


def test_without_the_extra_the_page_says_that_it_failed(
    client: Client,
    at_saml: Any,
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
) -> None:
    at_saml()
    assert saml_is_installed()
    monkeypatch.setitem(sys.modules, "onelogin.saml2.auth", None)
    assert refused(client.get("/oauth/saml")) == "auth_failed"
