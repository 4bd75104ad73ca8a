"""ID tokens: signature, issuer, audience, times and nonce are always checked.

allauth leaves the signature out for tokens that came straight from the token endpoint; we do
not, so that a broken TLS set-up between the two servers is not enough to become somebody else.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from django.core.cache import cache

from accounts.errors import ProviderFailedError

# Asymmetric only: with a shared secret the client could sign for the provider.
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
NEEDED = ("iss", "sub", "aud", "exp", "iat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token must say. nonce: blank when none was sent. leeway: of the clocks, seconds."""

    issuers: Sequence[str]
    audience: str
    keys_url: str
    nonce: str = ""
    leeway: float = 300
    keys_seconds: float = 600


def id_token_read(token: str, expected: Expected) -> dict[str, Any]:
    """Return the claims of a token that passes every check.

    Raises:
        ProviderFailedError: it does not.
        OSError: the keys cannot be fetched.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key=_key(token, expected).key,
            algorithms=list(ALGORITHMS),
            audience=expected.audience,
            issuer=list(expected.issuers),
            leeway=expected.leeway,
            options={"require": list(NEEDED)},
        )
    except jwt.PyJWTError as exc:
        raise ProviderFailedError(f"The ID token is not good: {exc}") from exc
    if not hmac.compare_digest(str(claims.get("nonce", "")), expected.nonce) and expected.nonce:
        raise ProviderFailedError("The ID token was made for another sign-in.")
    if claims.get("azp", expected.audience) != expected.audience:
        raise ProviderFailedError("The ID token was made for another client.")
    return claims


def document(url: str, *, keep_seconds: float, fresh: bool = False) -> dict[str, Any]:
    """Return a JSON object that a provider publishes.

    Raises:
        OSError: the provider does not answer.
        ProviderFailedError: it answers something else.
    """
    name = f"sign-in-document:{url}"
    known = None if fresh else cache.get(name)
    if isinstance(known, dict):
        return known
    with get_adapter().get_requests_session() as session:
        answer = session.get(url)
        answer.raise_for_status()
        found = answer.json()
    if not isinstance(found, dict):
        raise ProviderFailedError("The provider published something that is not an object.")
    cache.set(name, found, timeout=keep_seconds)
    return found


def _key(token: str, expected: Expected) -> jwt.PyJWK:
    name = jwt.get_unverified_header(token).get("kid")
    for fresh in (False, True):  # a key that is not known yet may have been added since
        published = document(
            expected.keys_url,
            keep_seconds=expected.keys_seconds,
            fresh=fresh,
        )
        keys = [
            key
            for key in jwt.PyJWKSet.from_dict(published).keys
            if key.public_key_use in {None, "sig"} and name in {None, key.key_id}
        ]
        if len(keys) == 1:
            return keys[0]
    raise ProviderFailedError("The ID token is signed with a key the provider does not publish.")
