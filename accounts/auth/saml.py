"""SAML 2.0: python3-saml checks the answers; it is an extra and loaded when it is used."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from django.core.cache import cache
from django.http import HttpRequest

from accounts.auth.method_settings import SamlSettings
from accounts.auth.oauth_state import Arrival, state_stash, state_take
from accounts.errors import ProviderFailedError
from accounts.services.identities import Identity, issued_uid

EMAIL = (
    "email",
    "mail",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
)
USERNAME = ("username", "uid", "urn:oid:0.9.2342.19200300.100.1.1")
GIVEN = (
    "given_name",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
    "urn:oid:2.5.4.42",
)
FAMILY = (
    "family_name",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
    "urn:oid:2.5.4.4",
)
NAME = ("name", "displayName", "http://schemas.microsoft.com/identity/claims/displayname")
# In the page session: who somebody is at the identity provider.
SUBJECT = "saml_subject"
REPLAY_SECONDS = 24 * 60 * 60
Attributes = Mapping[str, Sequence[str]]


class SamlConfig(Protocol):
    """The configuration as python3-saml keeps it."""

    def get_idp_data(self) -> dict[str, str]:
        """Return what is known of the identity provider."""


class SamlMessages(Protocol):
    """What is used of python3-saml to leave for the identity provider and to sign out."""

    def login(self, *, return_to: str) -> str:
        """Return the address that asks for a sign-in."""

    def logout(self, **about: str | None) -> str:
        """Return the address that asks to sign out of everything there."""

    def process_slo(self, *, keep_local_session: bool) -> str | None:
        """Check a message about signing out; return where the answer to a request goes."""

    def get_last_message_id(self) -> str | None:
        """Return the id of that message."""

    def get_last_request_xml(self) -> str | None:
        """Return that message, when it is a request."""

    def get_last_request_id(self) -> str:
        """Return the id of the request that was made."""


class SamlAuth(SamlMessages, Protocol):
    """What is used of python3-saml, which has no types."""

    def get_session_index(self) -> str | None:
        """Return how the identity provider calls the session."""

    def process_response(self) -> None:
        """Check a posted answer."""

    def is_authenticated(self) -> bool:
        """Return whether the answer is good."""

    def get_errors(self) -> list[str]:
        """Return what is wrong with the answer."""

    def get_last_error_reason(self) -> str | None:
        """Return why."""

    def get_last_response_in_response_to(self) -> str | None:
        """Return the id of the request that is answered."""

    def get_last_assertion_id(self) -> str | None:
        """Return the id of the assertion."""

    def get_attributes(self) -> dict[str, list[str]]:
        """Return the person's attributes."""

    def get_nameid(self) -> str | None:
        """Return the person's name there."""

    def get_nameid_format(self) -> str | None:
        """Return what kind of name that is."""

    def get_settings(self) -> SamlConfig:
        """Return the configuration."""


def depart(request: HttpRequest, given: SamlSettings, next_url: str) -> str:
    """Return where to send somebody who wants to sign in; their request is remembered."""
    auth = _auth(given, given.idp_issuer or "unknown", {})
    url = auth.login(return_to="")
    state_stash(request, "saml", {"next": next_url}, state_id=auth.get_last_request_id())
    return url


def arrive(request: HttpRequest, given: SamlSettings, posted: Mapping[str, str]) -> Arrival:
    """Return who came back with a posted answer.

    Raises:
        ProviderFailedError: the answer does not pass python3-saml's checks, or came before.
        SignInExpiredError: this browser did not ask for it.
    """
    auth = _auth(given, given.idp_issuer or _claimed_issuer(given, posted), posted)
    try:
        auth.process_response()
    except unreadable() as exc:
        raise ProviderFailedError(f"The SAML answer cannot be read: {exc}") from exc
    if auth.get_errors() or not auth.is_authenticated():
        raise ProviderFailedError(f"The SAML answer is not good: {auth.get_last_error_reason()}")
    # Only what this browser asked for: an answer to nobody's question is refused too.
    state = state_take(request, "saml", auth.get_last_response_in_response_to())
    if not cache.add(f"saml-seen:{auth.get_last_assertion_id()}", "1", timeout=REPLAY_SECONDS):
        raise ProviderFailedError("The SAML answer was used before.")
    return Arrival(
        identity=_identity(given, auth),
        next=state["next"],
        hints={SUBJECT: _subject(auth)},
    )


def _subject(auth: SamlAuth) -> dict[str, str | None]:
    """Return whom to name when the person signs out of everything."""
    return {
        "name_id": auth.get_nameid(),
        "name_id_format": auth.get_nameid_format(),
        "session_index": auth.get_session_index(),
    }


def _auth(given: SamlSettings, idp_issuer: str, posted: Mapping[str, str]) -> SamlAuth:
    return auth_at(given.callback_url, configuration(given, idp_issuer), posted=posted)


def auth_at(
    url: str,
    config: Mapping[str, Any],
    *,
    posted: Mapping[str, str] = MappingProxyType({}),
    query: str = "",
) -> SamlAuth:
    """Return python3-saml for what came to an address of ours: a form, or a query.

    Raises:
        ProviderFailedError: the configuration cannot work.
    """
    here = urlsplit(url)
    # The public address from the settings: a proxy's, or a forged, Host header plays no part.
    request = {
        "https": "on" if here.scheme == "https" else "off",
        "http_host": here.netloc,
        "script_name": here.path,
        "get_data": dict(parse_qsl(query)),
        "post_data": dict(posted),
        # Signatures are over the query as it was written.
        "query_string": query,
        "validate_signature_from_qs": True,
    }
    make: Callable[..., SamlAuth] = import_module("onelogin.saml2.auth").OneLogin_Saml2_Auth
    errors = import_module("onelogin.saml2.errors")
    try:
        return make(request, config)
    except errors.OneLogin_Saml2_Error as exc:
        raise ProviderFailedError(f"SAML is not configured right: {exc}") from exc


def configuration(given: SamlSettings, idp_issuer: str) -> dict[str, Any]:
    """Return what the two sides agreed on, as python3-saml wants it."""
    return {
        "strict": True,
        "sp": {
            "entityId": given.issuer,
            "assertionConsumerService": {"url": given.callback_url},
        },
        "idp": {
            "entityId": idp_issuer,
            "singleSignOnService": {"url": given.entry_point},
            "x509cert": given.certificate,
        },
        "security": {
            "wantMessagesSigned": given.response_signed,
            "wantAssertionsSigned": not given.response_signed,
            "wantAttributeStatement": False,
            "wantNameId": True,
            "requestedAuthnContext": False,
            "allowSingleLabelDomains": True,  # names of an intranet
            "allowRepeatAttributeName": True,
            "rejectDeprecatedAlgorithm": True,
        },
    }


def unreadable() -> tuple[type[Exception], ...]:
    """Return what python3-saml and lxml raise over an answer that is no answer."""
    errors = import_module("onelogin.saml2.errors")
    return (
        errors.OneLogin_Saml2_Error,
        errors.OneLogin_Saml2_ValidationError,
        import_module("xmlsec").Error,
        AttributeError,
        SyntaxError,
        ValueError,
    )


def _claimed_issuer(given: SamlSettings, posted: Mapping[str, str]) -> str:
    """Return the name an answer bears: without SAML_IDP_ISSUER its signature alone counts."""
    auth = _auth(given, "unknown", posted)
    make = import_module("onelogin.saml2.response").OneLogin_Saml2_Response
    try:
        names = make(auth.get_settings(), posted.get("SAMLResponse", "")).get_issuers()
    except unreadable() as exc:
        raise ProviderFailedError("The SAML answer cannot be read.") from exc
    return str(next(iter(names), "unknown"))


def _identity(given: SamlSettings, auth: SamlAuth) -> Identity:
    attributes: Attributes = auth.get_attributes()
    email = _first(attributes, given.email_claim, EMAIL)
    subject, kind = str(auth.get_nameid()), str(auth.get_nameid_format())
    if not email and "@" in subject:
        email = subject
    if kind.endswith(":transient"):  # another one at every sign-in
        subject = email.lower()
    username = _first(attributes, given.username_claim, USERNAME) or email.partition("@")[0]
    names = [
        _first(attributes, given.given_name_claim, GIVEN),
        _first(attributes, given.family_name_claim, FAMILY),
    ]
    name = _first(attributes, given.name_claim, NAME) or " ".join(filter(None, names)) or username
    issuer = str(auth.get_settings().get_idp_data()["entityId"])
    return Identity(
        method="saml",
        uid=issued_uid(issuer, subject),
        email=email,
        name=name,
        username=username,
        avatar=_first(attributes, given.picture_claim, ("picture",)),
        groups=list(attributes.get(given.groups_claim, ())) if given.groups_claim else None,
        profile={"name": name, "email": email, "issuer": issuer, "sub": subject},
    )


def _first(attributes: Attributes, given: str, usual: Sequence[str]) -> str:
    found = (attributes.get(name) or [""] for name in ([given] if given else usual))
    return next((str(values[0]) for values in found if values[0]), "")
