"""Asking the OpenID provider to go on with a session."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from accounts.auth import tokens
from accounts.auth.id_tokens import id_token_read
from accounts.auth.login import Login
from accounts.auth.method_settings import OpenidSettings
from accounts.auth.openid import discovery, expected
from accounts.auth.provider_grant import lasts, reuse_settings
from accounts.auth.token_endpoint import good, token_ask
from accounts.errors import ProviderFailedError
from accounts.models import AuthSession, token_hash
from accounts.services.identities import issued_uid
from accounts.services.provider_tokens import (
    Granted,
    GrantEndedError,
    Verdict,
    provider_token_follow,
    unavailable,
)
from accounts.services.sessions import session_refresh
from librechat.kernel import clock
from librechat.kernel.outbound import OutboundError

logger = logging.getLogger(__name__)

# The person has to sign in there again; anything else may pass by itself.
ENDED = frozenset({"invalid_grant", "interaction_required", "login_required", "consent_required"})
NO_ANSWER = (OSError, OutboundError, ProviderFailedError, LookupError, TypeError, ValueError)


def login_refresh(*, token: str) -> Login:
    """Go on with a sign-in: replace its refresh token.

    With ``OPENID_REUSE_TOKENS`` the provider is asked first, by a token that is current only: a
    copy of an old one costs it nothing, and while it is away nothing is replaced.

    Raises:
        NotSignedInError: the token is not good, or its session has ended, here or there.
        SignInUnavailableError: the provider cannot be asked; the token stays good.
    """
    arrived_at = clock.now()
    session_id = tokens.refresh_read(token).session_id
    given = reuse_settings()
    alive = AuthSession.objects.alive()
    if given and alive.filter(pk=session_id, refresh_token_hash=token_hash(token)).exists():
        provider_token_follow(session_id=session_id, ask=partial(grant_ask, given))
    session, fresh = session_refresh(
        session_id=session_id,
        token=token,
        make_token=tokens.refresh_issue,
        arrived_at=arrived_at,
    )
    return Login(session.user, session, tokens.access_issue(session.user, session), fresh)


def grant_ask(given: OpenidSettings, refresh_token: str, uid: str) -> Granted:
    """Return what the provider gives for its refresh token.

    uid: who must still be meant.

    Raises:
        GrantEndedError: it does not know the token any more.
        SignInUnavailableError: it gives no answer that counts.
    """
    audience = {"audience": given.refresh_audience} if given.refresh_audience else {}
    try:
        published = discovery(given)
        said = token_ask(
            given,
            published,
            grant_type="refresh_token",
            refresh_token=refresh_token,
            **audience,
        )
        if said.fields.get("error") in ENDED:
            raise GrantEndedError
        answer = good(said, "access_token")
    except NO_ANSWER as exc:
        logger.warning("The OpenID provider does not refresh a session: %s", exc)
        raise unavailable() from exc
    return Granted(
        refresh_token=str(answer.get("refresh_token") or ""),
        lasts=lasts(given, answer),
        verdict=_verdict(given, published, answer, uid),
    )


def _verdict(
    given: OpenidSettings,
    published: Mapping[str, Any],
    answer: Mapping[str, Any],
    uid: str,
) -> Verdict:
    """Tell whom the answer names; one without an ID token is of whom the token was given to."""
    if not answer.get("id_token"):
        return Verdict.SAME_PERSON
    try:
        # No nonce: a provider may leave it out of later tokens.
        claims = id_token_read(str(answer["id_token"]), expected(given, published))
    except NO_ANSWER as exc:
        logger.warning("The OpenID provider refreshed with an ID token that is not good: %s", exc)
        return Verdict.UNPROVEN
    same = issued_uid(str(claims["iss"]), str(claims["sub"])) == uid
    return Verdict.SAME_PERSON if same else Verdict.SOMEBODY_ELSE
