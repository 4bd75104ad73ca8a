"""Providers to sign in at."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from accounts.auth.method_settings import SignInSettings
from tests.fakes.identity.ada import ADA, ADDRESS
from tests.fakes.identity.company import Company, certificate
from tests.fakes.identity.grants import Grants
from tests.fakes.identity.subject import ADA as SUBJECT
from tests.fakes.identity.travel import SERVER, SwitchOn, openid_variables, read
from tests.fakes.identity.wires import Wires


@pytest.fixture(scope="session")
def _wires_server() -> Iterator[Wires]:
    server = Wires().start()
    yield server
    server.stop()


@pytest.fixture
def wires(_wires_server: Wires) -> Wires:
    """A provider of our own; what a test said to it is forgotten."""
    _wires_server.clear()
    return _wires_server


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Real providers of OpenID Connect and SAML."""
    server = Company(tmp_path_factory.mktemp("idp"), f"{SERVER}/oauth/openid/callback")
    yield server.start()
    server.stop()


@pytest.fixture
def switch_on(settings: Settings) -> SwitchOn:
    """Return a function that switches methods on, newcomers included."""

    def switch(found: SignInSettings) -> SignInSettings:
        settings.ALLOW_SOCIAL_LOGIN = settings.ALLOW_SOCIAL_REGISTRATION = True
        settings.DOMAIN_CLIENT = SERVER
        settings.LIMITS = {"LOGIN_MAX": "1000"}
        settings.SIGN_IN = found
        return found

    return switch


@pytest.fixture
def at_company(company: Company, switch_on: SwitchOn) -> Any:
    """Return a function that makes Ada somebody the company knows, and switches OpenID on."""

    def prepare(claims: dict[str, Any] | None = None, **variables: str) -> None:
        company.control(sub="person-1", claims={**ADA, **(claims or {})})
        switch_on(read({**company.openid_variables, **variables}))

    return prepare


@pytest.fixture
def at_wires(wires: Wires, switch_on: SwitchOn) -> Any:
    """Return a function that makes our own provider the company's."""

    def prepare(**variables: str) -> None:
        wires.claims = {"email": ADDRESS, "email_verified": True, "name": "Ada"}
        wires.documents["/profile"] = {"sub": "person-1", "locale": "en"}
        switch_on(read(openid_variables(wires, **variables)))

    return prepare


@pytest.fixture
def grants(wires: Wires, at_wires: Any) -> Grants:
    """A provider whose tokens sessions go on with."""
    at_wires(OPENID_REUSE_TOKENS="true")
    return Grants(wires)


@pytest.fixture
def at_saml(company: Company, switch_on: SwitchOn) -> Any:
    """Return a function that makes Ada somebody the company knows, and switches SAML on."""

    def prepare(user: dict[str, Any] = SUBJECT, **variables: str) -> None:
        company.control(saml={"user": user})
        switch_on(read({**company.saml_variables, **variables}))

    return prepare


@pytest.fixture(scope="session")
def own() -> tuple[str, str]:
    """Our key and our certificate."""
    return certificate()


@pytest.fixture
def single(company: Company, at_saml: Any, own: tuple[str, str]) -> Any:
    """Switch single logout on; the identity provider knows where we want to be told."""

    def prepare(**wanted: object) -> None:
        key, cert = own
        at_saml(
            SAML_IDP_ISSUER="urn:test:idp",
            SAML_SINGLE_LOGOUT_URL=f"{company.url}/saml/logout",
            SAML_OWN_CERT=cert,
            SAML_OWN_KEY=key,
        )
        participant = {
            "serviceProviderId": "librechat",
            "sessionIndex": "index-1",
            "nameId": "subject-1",
            "nameIdFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            "serviceProviderLogoutURL": f"{SERVER}/oauth/saml/logout",
            "cert": cert,
        }
        company.control(saml={"user": SUBJECT, "participants": [participant], **wanted})

    return prepare
