"""A generic OpenID provider: discovery, claims, roles, groups, sign-out there."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from typing_extensions import override

from accounts.auth.entra_groups import groups_complete
from accounts.auth.id_tokens import Expected, document, id_token_read
from accounts.auth.method_settings import ClaimSettings, OpenidSettings, is_safe
from accounts.auth.provider_grant import SIGN_OUT_HINT
from accounts.auth.social_adapter import Answer, Wire
from accounts.errors import ProviderFailedError, RoleRequiredError
from accounts.services.identities import Identity, issued_uid

logger = logging.getLogger(__name__)

WELL_KNOWN = "/.well-known/"
DISCOVERY_SECONDS = 600
ADDRESS_CLAIMS = ("email", "preferred_username", "upn")
Claims = Mapping[str, Any]


def discovery(given: OpenidSettings) -> dict[str, Any]:
    """Return what the provider publishes about itself.

    Raises:
        ProviderFailedError: it calls itself something else, or its endpoints are not safe.
        OSError: it does not answer.
    """
    issuer, well_known, _ = given.issuer.partition(WELL_KNOWN)
    url = given.issuer if well_known else f"{issuer.rstrip('/')}{WELL_KNOWN}openid-configuration"
    published = document(url, keep_seconds=DISCOVERY_SECONDS)
    if str(published.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise ProviderFailedError("The OpenID provider calls itself something else.")
    is_local = urlsplit(issuer).scheme == "http"
    for name, value in published.items():
        if name.endswith(("_endpoint", "jwks_uri")) and not _is_safe(value, is_local=is_local):
            raise ProviderFailedError(f"The OpenID provider's {name} is not an https address.")
    return published


def expected(given: OpenidSettings, published: Claims, *, nonce: str = "") -> Expected:
    """Return what an ID token of the provider must say."""
    return Expected(
        issuers=(published["issuer"],),
        audience=given.client_id,
        keys_url=given.jwks_url or published["jwks_uri"],
        nonce=nonce,
        leeway=given.clock_tolerance,
        keys_seconds=given.jwks_seconds,
    )


def _is_safe(address: object, *, is_local: bool) -> bool:
    # Plain http only on this machine, and only when the provider itself is there.
    return isinstance(address, str) and (
        urlsplit(address).scheme == "https" or (is_local and is_safe(address))
    )


class OpenId(Wire):
    """The provider of ``OPENID_ISSUER``."""

    provider_id = "openid"

    def __init__(self, request: HttpRequest, given: OpenidSettings) -> None:
        super().__init__(request, given)
        self.openid = given
        self.published = discovery(given)
        self.issuer = self.published["issuer"]
        self.scope = tuple(given.scope.split())
        self.params = {"audience": given.audience} if given.audience else {}
        self.uses_pkce, self.uses_nonce = given.use_pkce, given.generate_nonce
        self.authorize_url = self.published["authorization_endpoint"]
        self.access_token_url = self.published["token_endpoint"]
        methods = self.published.get("token_endpoint_auth_methods_supported", [])
        self.basic_auth = bool(given.secret) and "client_secret_post" not in methods

    @override
    def identity(self, answer: Answer, *, nonce: str) -> Identity:
        """Return who the ID token and the profile name.

        Raises:
            RoleRequiredError: the person lacks ``OPENID_REQUIRED_ROLE``.
        """
        expectation = expected(self.openid, self.published, nonce=nonce)
        token = id_token_read(answer["id_token"], expectation)
        profile = self._profile_of(token["sub"], answer["access_token"])
        access = answer["access_token"]
        said = {"id": token, "userinfo": profile, "access": _unchecked(access)}
        kinds = groups_complete(self.openid, self.published, said, access)
        if not roles_meet(self.openid.required, kinds):
            raise RoleRequiredError("The provider does not give you the role this needs.")
        return _identity(self.openid, {**kinds["id"], **kinds["userinfo"]}, kinds)

    def _profile_of(self, subject: str, access_token: str) -> dict[str, Any]:
        url = self.published.get("userinfo_endpoint")
        if not url:
            return {}
        with get_adapter().get_requests_session() as session:
            answer = session.get(url, headers={"Authorization": f"Bearer {access_token}"})
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
        if found.get("sub") != subject:
            raise ProviderFailedError("The OpenID provider's profile is of somebody else.")
        return found


def _unchecked(token: str) -> dict[str, Any]:
    """Return the claims of an access token: it came from the provider itself, over TLS."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:  # most access tokens are not meant to be read
        return {}
    return claims


def claim_at(claims: Claims, path: str) -> object:
    """Return a claim by its name or its dotted path; None when it is not there."""
    if path in claims:
        return claims[path]
    found: object = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def words_at(claims: Claims, path: str) -> list[str]:
    """Return a claim that lists words, however the provider writes it."""
    found = claim_at(claims, path)
    if isinstance(found, str):
        return [found, *found.split()]
    return [str(word) for word in found] if isinstance(found, list) else []


def roles_meet(wanted: ClaimSettings, kinds: Mapping[str, Claims]) -> bool:
    """Return whether somebody has one of the wanted roles; nothing wanted is always met."""
    if not wanted.roles:
        return True
    return not set(wanted.roles).isdisjoint(words_at(kinds[wanted.kind], wanted.path))


def _identity(given: OpenidSettings, claims: Claims, kinds: Mapping[str, Claims]) -> Identity:
    email, verified = _address(given, kinds)
    name = claims.get(given.name_claim or "name") or " ".join(
        str(claims[part]) for part in ("given_name", "family_name") if claims.get(part)
    )
    username = claims.get(given.username_claim or "preferred_username") or email.partition("@")[0]
    issuer, subject = str(kinds["id"]["iss"]), str(kinds["id"]["sub"])
    return Identity(
        method="openid",
        uid=issued_uid(issuer, subject),
        email=email,
        email_verified=verified,
        name=str(name or username),
        username=str(username),
        avatar=str(claims.get("picture") or ""),
        external_id=str(claims.get("oid") or ""),
        is_admin=roles_meet(given.admin, kinds) if given.admin.roles else None,
        role=_role(given, kinds),
        groups=words_of_list(claims, given.groups_claim),
        profile={"name": str(name or username), "email": email, "issuer": issuer, "sub": subject},
    )


def words_of_list(claims: Claims, path: str) -> list[str] | None:
    """Return the groups somebody is in; None when groups are not followed."""
    found = claim_at(claims, path) if path else None
    return [str(word) for word in found] if isinstance(found, list) else [] if path else None


def _address(given: OpenidSettings, kinds: Mapping[str, Claims]) -> tuple[str, bool | None]:
    """Return the address and whether it is confirmed, both out of one and the same answer."""
    names = (given.email_claim,) if given.email_claim else ADDRESS_CLAIMS
    for claims in (kinds["userinfo"], kinds["id"]):
        for name in names:
            address = claims.get(name)
            if isinstance(address, str) and "@" in address:
                verified = claims.get("email_verified") if name == "email" else None
                return address.strip(), verified if isinstance(verified, bool) else None
    return "", None


def _role(given: OpenidSettings, kinds: Mapping[str, Claims]) -> str | None:
    if not given.sync.roles:
        return None
    theirs = words_at(kinds[given.sync.kind], given.sync.path)
    first = next((role for role in given.sync.roles if role in theirs), None)
    return first or given.fallback_role


def sign_out_url(request: HttpRequest) -> str:
    """Return where the browser must go to sign out at the provider too; blank for nowhere."""
    given: OpenidSettings | None = settings.SIGN_IN.openid
    token = request.session.get(SIGN_OUT_HINT, "")
    if given is None or not given.end_session or not token:
        return ""
    try:
        endpoint = discovery(given).get("end_session_endpoint", "")
    except (ProviderFailedError, OSError, ValueError) as exc:
        logger.warning("The OpenID provider cannot be asked to sign out.", exc_info=exc)
        return ""
    back = given.post_logout_url or f"{settings.DOMAIN_CLIENT}/login"
    hints = {"id_token_hint": token, "post_logout_redirect_uri": back}
    full = f"{endpoint}?{urlencode(hints)}"
    if len(full) > given.max_logout_url:
        hints = {
            "client_id": given.client_id,
            "logout_hint": str(_unchecked(token).get("sub", "")),
            "post_logout_redirect_uri": back,
        }
        full = f"{endpoint}?{urlencode(hints)}"
    return full if endpoint else ""
