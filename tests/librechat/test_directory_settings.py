"""The variables of a company's directory."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from accounts.auth import directory_settings as wanted
from accounts.auth.directory_settings import DirectorySettings
from librechat import checks
from librechat.directory_settings import directory_settings
from librechat.env import Environment

LEAST = {"LDAP_URL": "ldaps://ldap.example.org", "LDAP_USER_SEARCH_BASE": "ou=people,dc=example"}


def read(**variables: str) -> DirectorySettings | None:
    return directory_settings(Environment({**LEAST, **variables}))


def test_without_variables_there_is_no_directory() -> None:
    assert directory_settings(Environment({"LDAP_BIND_DN": "cn=reader"})) is None


def test_two_variables_are_enough_and_the_rest_is_safe() -> None:
    found = read()
    assert found == DirectorySettings(
        url="ldaps://ldap.example.org",
        user_base="ou=people,dc=example",
    )
    assert (found.verify, found.search_filter) == (True, "mail={{username}}")


def test_every_variable_counts(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text("certificate")
    found = read(
        LDAP_URL="ldap://one ldap://two",
        LDAP_BIND_DN="cn=reader",
        LDAP_BIND_CREDENTIALS="secret",
        LDAP_SEARCH_FILTER="uid={{username}}",
        LDAP_CA_CERT_PATH=str(authority),
        LDAP_TLS_REJECT_UNAUTHORIZED="false",
        LDAP_STARTTLS="true",
        LDAP_TIMEOUT="3",
        LDAP_LOGIN_USES_USERNAME="true",
        LDAP_ID="entryUUID",
        LDAP_USERNAME="uid",
        LDAP_EMAIL="mail",
        LDAP_FULL_NAME="givenName, sn",
        LDAP_GROUP_SEARCH_BASE="ou=groups",
        LDAP_GROUP_FILTER="member={{dn}}",
        LDAP_GROUP_NAME="displayName",
        LDAP_ADMIN_GROUP="cn=admins",
        LDAP_REQUIRED_GROUP="cn=staff",
    )
    assert found == DirectorySettings(
        url="ldap://one ldap://two",
        user_base="ou=people,dc=example",
        bind_dn="cn=reader",
        bind_password="secret",
        search_filter="uid={{username}}",
        ca_path=str(authority),
        verify=False,
        starttls=True,
        timeout_seconds=3,
        uses_username=True,
        id_attribute="entryUUID",
        username_attribute="uid",
        email_attribute="mail",
        name_attributes=("givenName", "sn"),
        group_base="ou=groups",
        group_filter="member={{dn}}",
        group_name_attribute="displayName",
        admin_group="cn=admins",
        required_group="cn=staff",
    )
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("named", "variables"),
    [
        ("LDAP_USER_SEARCH_BASE", {"LDAP_USER_SEARCH_BASE": ""}),
        ("LDAP_URL", {"LDAP_URL": ""}),
        ("LDAP_URL", {"LDAP_URL": "https://ldap.example.org"}),
        ("LDAP_STARTTLS", {"LDAP_STARTTLS": "true"}),
        ("LDAP_SEARCH_FILTER", {"LDAP_SEARCH_FILTER": "mail=*"}),
        ("LDAP_CA_CERT_PATH", {"LDAP_CA_CERT_PATH": "/nowhere/ca.pem"}),
        ("LDAP_TIMEOUT", {"LDAP_TIMEOUT": "0"}),
        ("LDAP_TLS_REJECT_UNAUTHORIZED", {"LDAP_TLS_REJECT_UNAUTHORIZED": "maybe"}),
        ("LDAP_ADMIN_GROUP", {"LDAP_ADMIN_GROUP": "cn=admins"}),
        ("LDAP_REQUIRED_GROUP", {"LDAP_REQUIRED_GROUP": "cn=staff"}),
    ],
)
def test_a_wrong_value_stops_the_start_with_its_name(
    named: str,
    variables: dict[str, str],
) -> None:
    with pytest.raises(ImproperlyConfigured, match=named):
        read(**variables)


def test_a_missing_package_is_named_with_the_way_to_install_it(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert checks.directory_can_be_asked() == []
    settings.LDAP = read()
    monkeypatch.setattr(wanted, "find_spec", lambda _name: None)
    (problem,) = checks.directory_can_be_asked()
    assert problem.id == "librechat.E002"
    assert "sh deploy/setup.sh extra ldap" in str(problem.hint)
    assert "libldap2-dev libsasl2-dev" in str(problem.hint)


def test_passwords_in_the_clear_are_warned_of(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wanted, "find_spec", lambda name: name)
    for variables in ({}, {"LDAP_URL": "ldap://one", "LDAP_STARTTLS": "true"}):
        settings.LDAP = read(**variables)
        assert checks.directory_can_be_asked() == []
    settings.LDAP = read(LDAP_URL="ldap://one")
    assert [problem.id for problem in checks.directory_can_be_asked()] == ["librechat.W001"]
