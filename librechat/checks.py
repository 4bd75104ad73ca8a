"""System checks of the project: what an operator should know before people come."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Notice

from accounts.auth.directory_settings import directory_is_installed
from accounts.auth.method_settings import saml_is_installed
from agents.relay.trace_packages import tracing_is_installed
from librechat.maintenance.acts import broken_off


def workers_share_events(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse several workers without Redis: they could not see each other's answers."""
    if settings.WEB_CONCURRENCY > 1 and not settings.REDIS_URI:
        return [
            Error(
                "WEB_CONCURRENCY is more than one, but REDIS_URI is not set.",
                hint="Set REDIS_URI, or run one worker.",
                id="librechat.E001",
            ),
        ]
    return []


def directory_can_be_asked(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse a directory without the packages that speak to it; warn of passwords in the clear."""
    if settings.LDAP is None:
        return []
    if not directory_is_installed():
        return [
            Error(
                "LDAP_URL is set, but the packages that speak LDAP are not installed.",
                hint="Run: apt-get install gcc python3-dev libldap2-dev libsasl2-dev"
                " && sh deploy/setup.sh extra ldap",
                id="librechat.E002",
            ),
        ]
    if settings.LDAP.url.startswith("ldap://") and not settings.LDAP.starttls:
        return [
            Notice(
                "Passwords travel to the directory unencrypted.",
                hint="Use an ldaps:// address in LDAP_URL, or set LDAP_STARTTLS=true.",
                id="librechat.W001",
            ),
        ]
    return []


def providers_can_be_asked(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse SAML without its packages; warn of settings of other providers without effect."""
    found: list[CheckMessage] = []
    given = settings.SIGN_IN
    if given.saml and not saml_is_installed():
        found.append(
            Error(
                "SAML_ENTRY_POINT is set, but the packages that speak SAML are not installed.",
                hint="Run: sh deploy/setup.sh extra saml",
                id="librechat.E003",
            ),
        )
    if given.saml and given.openid:
        found.append(
            Notice(
                "OpenID Connect and SAML are both configured; SAML stays off, as in LibreChat.",
                hint="Remove the OPENID_ or the SAML_ variables.",
                id="librechat.W002",
            ),
        )
    return found


def traces_can_be_sent(**_kwargs: Any) -> list[CheckMessage]:
    """Warn of a collector of traces that nothing can be sent to."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT or tracing_is_installed():
        return []
    return [
        Notice(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but the packages that send traces are missing.",
            hint="Run: sh deploy/setup.sh extra tracing, or remove the variable."
            " Everything else works.",
            id="librechat.W004",
        ),
    ]


def nothing_broke_off(**_kwargs: Any) -> list[CheckMessage]:
    """Tell of a backup, restore or move whose process was killed."""
    return [Notice(one.sentence(), id="librechat.W003") for one in broken_off()]


def register_all() -> None:
    """Tell Django about the checks."""
    register(workers_share_events)
    register(directory_can_be_asked)
    register(providers_can_be_asked)
    register(traces_can_be_sent)
    register(nothing_broke_off)
