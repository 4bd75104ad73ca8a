"""The variables of the company's directory: LibreChat's names, and our own for groups."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from accounts.auth.directory_settings import MEMBER_OF_GROUP, USERNAME, DirectorySettings
from librechat.env import Environment

NEEDED = ("LDAP_URL", "LDAP_USER_SEARCH_BASE")
SCHEMES = ("ldap://", "ldaps://", "ldapi://")


def directory_settings(env: Environment) -> DirectorySettings | None:
    """Return how the directory is asked; None when there is none.

    Raises:
        ImproperlyConfigured: it is configured by half, or a value cannot be right.
    """
    missing = [name for name in NEEDED if not env.text(name)]
    if missing:
        if len(missing) < len(NEEDED):
            raise ImproperlyConfigured(f"LDAP is configured by half: {missing[0]} must be set too.")
        return None
    return DirectorySettings(
        url=_url(env),
        user_base=env.text("LDAP_USER_SEARCH_BASE"),
        bind_dn=env.text("LDAP_BIND_DN"),
        bind_password=env.text("LDAP_BIND_CREDENTIALS"),
        search_filter=_filter(env),
        ca_path=_file(env),
        verify=env.flag("LDAP_TLS_REJECT_UNAUTHORIZED", default=True),
        starttls=env.flag("LDAP_STARTTLS"),
        timeout_seconds=_seconds(env),
        uses_username=env.flag("LDAP_LOGIN_USES_USERNAME"),
        id_attribute=env.text("LDAP_ID"),
        username_attribute=env.text("LDAP_USERNAME"),
        email_attribute=env.text("LDAP_EMAIL"),
        name_attributes=tuple(env.words("LDAP_FULL_NAME")),
        group_base=env.text("LDAP_GROUP_SEARCH_BASE"),
        group_filter=env.text("LDAP_GROUP_FILTER", MEMBER_OF_GROUP),
        group_name_attribute=env.text("LDAP_GROUP_NAME", "cn"),
        admin_group=_group(env, "LDAP_ADMIN_GROUP"),
        required_group=_group(env, "LDAP_REQUIRED_GROUP"),
    )


def _url(env: Environment) -> str:
    address = env.text("LDAP_URL")
    if not all(one.startswith(SCHEMES) for one in address.split()):
        raise ImproperlyConfigured(
            f"LDAP_URL must start with ldap:// or ldaps://, not {address!r}."
        )
    if env.flag("LDAP_STARTTLS") and "ldaps://" in address:
        raise ImproperlyConfigured("LDAP_STARTTLS is for ldap:// addresses; ldaps:// has TLS.")
    return address


def _filter(env: Environment) -> str:
    given = env.text("LDAP_SEARCH_FILTER", f"mail={USERNAME}")
    if USERNAME not in given:
        raise ImproperlyConfigured(f"LDAP_SEARCH_FILTER must hold {USERNAME}.")
    return given


def _file(env: Environment) -> str:
    path = env.text("LDAP_CA_CERT_PATH")
    if path and not Path(path).is_file():
        raise ImproperlyConfigured(f"LDAP_CA_CERT_PATH names a file that does not exist: {path}.")
    return path


def _seconds(env: Environment) -> float:
    seconds = env.number("LDAP_TIMEOUT", 10)
    if seconds <= 0:
        raise ImproperlyConfigured("LDAP_TIMEOUT must be more than zero seconds.")
    return seconds


def _group(env: Environment, name: str) -> str:
    group = env.text(name)
    if group and not env.text("LDAP_GROUP_SEARCH_BASE"):
        raise ImproperlyConfigured(f"{name} needs LDAP_GROUP_SEARCH_BASE, where groups are found.")
    return group
