"""What is published of us, and signing out of everything, by python3-saml."""

import logging
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from accounts.auth import openid
from accounts.auth.login import logout, page_session
from accounts.auth.method_settings import SamlSettings, saml_is_installed
from accounts.auth.record import closed_record
from accounts.auth.saml import (
    REPLAY_SECONDS,
    SUBJECT,
    SamlAuth,
    auth_at,
    configuration,
    unreadable,
)
from accounts.errors import ProviderFailedError
from accounts.limits.caller import Caller
from accounts.models import AuthSession
from accounts.services.identities import issued_uid
from accounts.services.sessions import session_close

logger = logging.getLogger(__name__)

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


def saml_on() -> SamlSettings | None:
    """Return the identity provider, when it is switched on."""
    return settings.SIGN_IN.saml if "saml" in settings.SIGN_IN.names else None


def metadata(given: SamlSettings) -> bytes:
    """Return what an identity provider wants to know of us, as XML.

    Raises:
        ProviderFailedError: the configuration cannot work.
    """
    module = import_module("onelogin.saml2.settings")
    try:
        own = module.OneLogin_Saml2_Settings(_config(given), sp_validation_only=True)
        document: bytes | str = own.get_sp_metadata()
        problems = own.validate_metadata(document)
    except unreadable() as exc:
        raise ProviderFailedError(f"SAML is not configured right: {exc}") from exc
    if problems:
        raise ProviderFailedError(f"SAML is not configured right: {', '.join(problems)}")
    return document.encode() if isinstance(document, str) else document


def sign_out_url(request: HttpRequest) -> str:
    """Return where the browser must go to sign out elsewhere too; blank for nowhere."""
    given, subject = saml_on(), request.session.get(SUBJECT)
    if given is None or not given.logout_url or not isinstance(subject, dict):
        return openid.sign_out_url(request)
    if not saml_is_installed():
        return ""
    failures: tuple[type[Exception], ...] = (ProviderFailedError, TypeError, *unreadable())
    try:
        # Never blank: the two sides read a blank RelayState under a signature differently.
        url = _auth(given).logout(return_to=f"{settings.DOMAIN_CLIENT}/login", **subject)
    except failures as exc:
        logger.warning("The SAML provider cannot be asked to sign out.", exc_info=exc)
        return ""
    return url


def message_take(request: HttpRequest, given: SamlSettings) -> str:
    """Do what a message about signing out says; return where the browser goes on.

    A request ends the sign-in of this browser if it is of the person who is named; a browser
    that shows none, inside a frame for one, ends all that the person made by SAML. An answer to
    a request of ours changes nothing: the person is signed out here already.

    Raises:
        ProviderFailedError: the message is not the identity provider's, or came before.
    """
    auth = _auth(given, query=request.META.get("QUERY_STRING", ""))
    try:
        answer = auth.process_slo(keep_local_session=True)
    except unreadable() as exc:
        raise ProviderFailedError(f"The SAML message cannot be read: {exc}") from exc
    # The helpers of python3-saml write errors down instead of raising them.
    problems = auth.get_errors()
    if problems:
        raise ProviderFailedError(
            f"The SAML message is not good: {auth.get_last_error_reason() or problems}",
        )
    if answer is None:
        return f"{settings.LOGIN_URL}?redirect=false"
    if not cache.add(f"saml-seen:{auth.get_last_message_id()}", "1", timeout=REPLAY_SECONDS):
        raise ProviderFailedError("The SAML message was used before.")
    _end(request, given, _named(auth))
    return answer


def _end(request: HttpRequest, given: SamlSettings, name: str) -> None:
    carried, subject = page_session(request), request.session.get(SUBJECT)
    if carried is not None and isinstance(subject, dict) and subject.get("name_id") == name:
        logout(request)
        return
    uid = issued_uid(given.idp_issuer, name)
    theirs = AuthSession.objects.filter(
        method="saml",
        revoked_at=None,
        user__socialaccount__provider="saml",
        user__socialaccount__uid=uid,
    )
    for session in theirs.select_related("user"):
        session_close(session=session)
        closed_record(session, Caller.of(request))


def _named(auth: SamlAuth) -> str:
    request = import_module("onelogin.saml2.logout_request").OneLogin_Saml2_Logout_Request
    return str(request.get_nameid(auth.get_last_request_xml()))


def _auth(given: SamlSettings, *, query: str = "") -> SamlAuth:
    return auth_at(given.own_logout_url, _config(given), query=query)


def _config(given: SamlSettings) -> dict[str, Any]:
    """Return the agreement with what signing out and publishing need."""
    config = configuration(given, given.idp_issuer or "unknown")
    config["security"] |= {
        "wantMessagesSigned": True,  # else any page could sign people out
        "logoutRequestSigned": bool(given.own_key),
        "logoutResponseSigned": bool(given.own_key),
        "signatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "metadataValidUntil": "",  # it is handed over once, and stays true
        "metadataCacheDuration": "",
    }
    config["sp"] |= {"x509cert": given.own_certificate, "privateKey": given.own_key}
    if given.logout_url:
        config["idp"]["singleLogoutService"] = {"url": given.logout_url}
        config["sp"]["singleLogoutService"] = {"url": given.own_logout_url, "binding": REDIRECT}
    return config
