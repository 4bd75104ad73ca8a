"""The provider's refresh token on its way from the answer to the session it belongs to.

A second factor may stand between the two, so the token waits in the page session, encrypted.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest

from accounts.auth.method_settings import OpenidSettings
from accounts.auth.oauth_state import Arrival
from accounts.models import AuthSession, ProviderToken
from accounts.services.identities import Identity
from accounts.services.provider_tokens import Granted, provider_token_keep
from librechat.kernel import secrets

logger = logging.getLogger(__name__)

WAITING = "openid_grant"
METHOD = "openid"
# In the page session: what the provider wants to see again when somebody signs out.
SIGN_OUT_HINT = "openid_id_token"


def reuse_settings() -> OpenidSettings | None:
    """Return the provider whose tokens sessions go on with; None while that is off."""
    given: OpenidSettings | None = settings.SIGN_IN.openid
    return given if given is not None and given.reuse_tokens else None


def lasts(given: OpenidSettings, answer: Mapping[str, object]) -> timedelta:
    """Return for how long an answer of the token endpoint is good enough."""
    try:
        seconds = float(str(answer.get("expires_in")))  # some providers write it as text
    except ValueError:
        return timedelta(seconds=given.reuse_seconds)
    is_less = 0 <= seconds < given.reuse_seconds
    return timedelta(seconds=seconds if is_less else given.reuse_seconds)


def openid_arrival(
    identity: Identity,
    answer: Mapping[str, object],
    *,
    next_url: str,
) -> Arrival:
    """Return who came back from the OpenID provider, with what is kept of its answer."""
    given = reuse_settings()
    token = str(answer.get("refresh_token") or "") if given else ""
    if given and not token:
        logger.warning(
            "The OpenID provider gave no refresh token; this session goes on without it."
            " Most providers want offline_access in OPENID_SCOPE.",
        )
    return Arrival(
        identity=identity,
        next=next_url,
        hints={SIGN_OUT_HINT: str(answer.get("id_token", ""))},
        refresh_token=token,
        lasts=lasts(given, answer) if given else timedelta(),
    )


def grant_put(request: HttpRequest, arrival: Arrival) -> None:
    """Let what came back wait for the session; whatever waited before is forgotten."""
    grant_take(request)
    if arrival.refresh_token:
        request.session[WAITING] = {
            "uid": arrival.identity.uid,
            "secret": secrets.encrypt(arrival.refresh_token),
            "seconds": arrival.lasts.total_seconds(),
        }


def grant_take(request: HttpRequest) -> dict[str, object]:
    """Return what waits and forget it; empty for nothing."""
    found = request.session.pop(WAITING, None) if WAITING in request.session else None
    return found if isinstance(found, dict) else {}


def grant_keep(session: AuthSession, waiting: Mapping[str, object]) -> None:
    """Bind a session that was just opened to its provider, if something of it waited.

    Of an older sign-in that was broken off, or of somebody else, nothing is taken.
    """
    match waiting:
        case {"uid": str() as uid, "secret": str() as secret, "seconds": float() as seconds}:
            accounts = SocialAccount.objects.filter(provider=METHOD, uid=uid, user=session.user_id)
        case _:
            return
    if session.method == METHOD and accounts.exists():
        granted = Granted(refresh_token=secrets.decrypt(secret), lasts=timedelta(seconds=seconds))
        provider_token_keep(session=session, uid=uid, granted=granted)


def provider_of(session: AuthSession) -> str:
    """Return who gives the tokens of a session, as LibreChat's cookie names it."""
    bound = reuse_settings() and ProviderToken.objects.filter(session=session).exists()
    return METHOD if bound else "librechat"
