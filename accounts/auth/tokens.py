"""Access and refresh tokens, in the layout LibreChat's clients read.

PyJWT under simplejwt checks the signature; the times are checked here, against the one clock.
Each kind has its own key, so neither is accepted in place of the other.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from rest_framework_simplejwt.settings import api_settings

from accounts.errors import NotSignedInError
from accounts.models import AuthSession, User
from librechat.kernel import clock
from librechat.kernel.ids import short_id

PENDING_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says: who, in which session, under which epoch."""

    user_id: str
    session_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """What a refresh token says: who, in which session."""

    user_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class PendingClaims:
    """What the token between two steps of a sign-in says: who, under which epoch, first how."""

    user_id: str
    epoch: int
    method: str


def access_issue(user: User, session: AuthSession) -> str:
    """Return a token for ``Authorization: Bearer``, good for SESSION_EXPIRY."""
    ends = min(clock.now() + api_settings.ACCESS_TOKEN_LIFETIME, session.expires_at)
    return _sign(
        {
            "id": user.pk,
            "username": user.username,
            "provider": user.provider,
            "email": user.email,
            "session": session.pk,
            "epoch": user.auth_epoch,
        },
        settings.JWT_SECRET,
        ends,
    )


def refresh_issue(session: AuthSession, *, replaced: str = "") -> str:
    """Return a token for the refresh cookie; it ends with its session.

    replaced: the token it takes the place of. Of the same session, rotated at the same moment,
    the answer is the same, so that two requests with one token get one successor.
    """
    claims: dict[str, object] = {"id": session.user_id, "sessionId": session.pk}
    made_at = clock.now()
    if replaced and session.rotated_at:
        key = settings.JWT_REFRESH_SECRET.encode()
        digest = hmac.digest(key, f"successor of {replaced}".encode(), "sha256")
        claims["jti"] = digest.hex()[:32]
        made_at = session.rotated_at
    else:
        claims["jti"] = short_id()
    return _sign(claims, settings.JWT_REFRESH_SECRET, session.expires_at, made_at=made_at)


def access_read(token: str) -> AccessClaims:
    """Return what a genuine, current access token says.

    Raises:
        NotSignedInError: it is neither.
    """
    claims = _verify(token, settings.JWT_SECRET)
    match claims:
        case {"id": str() as user_id, "session": str() as session_id, "epoch": int() as epoch}:
            return AccessClaims(user_id, session_id, epoch)
        case _:
            raise refused("jwt malformed")


def refresh_read(token: str) -> RefreshClaims:
    """Return what a genuine, current refresh token says.

    Raises:
        NotSignedInError: it is neither.
    """
    claims = _verify(token, settings.JWT_REFRESH_SECRET)
    match claims:
        case {"id": str() as user_id, "sessionId": str() as session_id}:
            return RefreshClaims(user_id, session_id)
        case _:
            raise refused("jwt malformed")


def pending_issue(user: User, method: str) -> str:
    """Return a token for somebody whose second proof is still to come; good for nothing else."""
    claims: dict[str, object] = {
        "userId": user.pk,
        "twoFAPending": True,
        "epoch": user.auth_epoch,
        "method": method,
    }
    return _sign(claims, _pending_key(), clock.now() + PENDING_LIFETIME)


def pending_read(token: str) -> PendingClaims:
    """Return what a genuine, current token between two steps says.

    Raises:
        NotSignedInError: it is neither.
    """
    claims = _verify(token, _pending_key())
    match claims:
        case {"userId": str() as user_id, "epoch": int() as epoch, "method": str() as method}:
            return PendingClaims(user_id, epoch, method)
        case _:
            raise refused("jwt malformed")


def refused(text: str) -> NotSignedInError:
    """Return the error for a request without a good token: always 401 {message}."""
    return NotSignedInError(text, body={"message": text})


def _pending_key() -> str:
    return f"second-factor-{settings.JWT_SECRET}"


def _sign(
    claims: dict[str, object],
    key: str,
    ends: datetime,
    *,
    made_at: datetime | None = None,
) -> str:
    begun = made_at or clock.now()
    times = {"iat": int(begun.timestamp()), "exp": int(ends.timestamp())}
    return jwt.encode({**claims, **times}, key, algorithm=api_settings.ALGORITHM)


def _verify(token: str, key: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[api_settings.ALGORITHM],
            options={"verify_exp": False, "verify_iat": False, "require": ["exp", "iat"]},
        )
    except jwt.InvalidSignatureError as exc:
        raise refused("invalid signature") from exc
    except jwt.PyJWTError as exc:
        raise refused("jwt malformed") from exc
    ends = claims["exp"]
    if not isinstance(ends, int) or ends <= clock.now().timestamp():
        raise refused("jwt expired")
    return claims
