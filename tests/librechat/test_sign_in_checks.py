"""What manage.py check says of sign-in elsewhere."""

import importlib.util

import pytest
from pytest_django import Settings

from librechat.checks import providers_can_be_asked
from tests.fakes.identity.travel import read

OPENID = {
    "OPENID_ISSUER": "https://login.example",
    "OPENID_CLIENT_ID": "c",
    "OPENID_CLIENT_SECRET": "s",
}
SAML = {"SAML_ENTRY_POINT": "https://i/sso", "SAML_ISSUER": "us", "SAML_CERT": "MIIC"}


def ids() -> list[str | None]:
    return [found.id for found in providers_can_be_asked()]


def test_a_complete_method_is_fine(settings: Settings) -> None:
    assert ids() == []
    settings.SIGN_IN = read(SAML)
    assert ids() == []
    settings.SIGN_IN = read(OPENID)
    assert ids() == []


def test_saml_without_its_packages_says_how_to_get_them(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.SIGN_IN = read(SAML)
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "accounts.auth.method_settings.find_spec",
        lambda name: None if name == "onelogin" else real(name),
    )
    (found,) = providers_can_be_asked()
    assert found.id == "librechat.E003"
    assert found.hint == "Run: sh deploy/setup.sh extra saml"


def test_settings_without_effect_are_told(settings: Settings) -> None:
    settings.SIGN_IN = read({**OPENID, **SAML, "OPENID_REUSE_TOKENS": "true"})
    assert ids() == ["librechat.W002"]
