"""Providers to sign in at."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from accounts.auth.method_settings import SignInSettings
from tests.fakes.identity.company import Company
from tests.fakes.identity.travel import SERVER, SwitchOn
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
