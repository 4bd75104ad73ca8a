"""Writes to sign-in sessions.

A refresh token works once. The value before the last rotation is answered with 401, as
LibreChat's clients know it, and means that two parties hold a copy: the session ends. The one
exception is a request that was already under way when the rotation happened (two tabs that
refresh at once): it gets the same 401, and the session lives on with the newer value.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from importlib import import_module

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models import F

from accounts.errors import RefreshTokenReusedError, SessionEndedError, WrongPasswordError
from accounts.models import AuthSession, User, token_hash
from librechat.kernel import clock

logger = logging.getLogger(__name__)

MakeToken = Callable[[AuthSession], str]


def session_open(
    *,
    user: User,
    make_token: MakeToken,
    address: str,
    user_agent: str,
    method: str = "local",
) -> tuple[AuthSession, str]:
    """Start a session for somebody who proved who they are; return it and its refresh token."""
    now = clock.now()
    session = AuthSession(
        user=user,
        method=method,
        address=address[:45],
        user_agent=user_agent[:300],
        created_at=now,
        proved_at=now,
        last_used_at=now,
        expires_at=now + settings.REFRESH_TOKEN_EXPIRY,
    )
    token = make_token(session)
    session.refresh_token_hash = token_hash(token)
    session.save(force_insert=True)
    return session, token


def session_carry(*, session: AuthSession, page_key: str) -> None:
    """Remember which page session carries a sign-in, so that both end together."""
    session.page_key = page_key
    session.save(update_fields=["page_key"])


def session_refresh(
    *,
    session_id: str,
    token: str,
    make_token: MakeToken,
    arrived_at: datetime,
) -> tuple[AuthSession, str]:
    """Replace the refresh token of a session; return the session and the new token.

    The end of the session stays where it is. One conditional UPDATE, so that of two requests
    with the same token one wins.

    arrived_at: when the request came in, to tell a parallel request from a replay.

    Raises:
        SessionEndedError: no living session has this token.
        RefreshTokenReusedError: the token was replaced earlier; the session is ended now.
    """
    alive = AuthSession.objects.alive().select_related("user")
    session = alive.filter(pk=session_id).first()
    if session is None:
        raise SessionEndedError("The session has ended. Sign in again.")
    fresh = make_token(session)
    now = clock.now()
    rotated = AuthSession.objects.filter(
        pk=session_id,
        refresh_token_hash=token_hash(token),
        revoked_at=None,
    ).update(
        refresh_token_hash=token_hash(fresh),
        previous_token_hash=token_hash(token),
        rotated_at=now,
        last_used_at=now,
    )
    if not rotated:
        _refuse_old_token(session_id, token, arrived_at)
    return session, fresh


def _refuse_old_token(session_id: str, token: str, arrived_at: datetime) -> None:
    session = AuthSession.objects.alive().filter(pk=session_id).first()
    digest = token_hash(token)
    if session is None or session.refresh_token_hash == digest:
        raise SessionEndedError("The session has ended. Sign in again.")
    rotated_at = session.rotated_at if session.previous_token_hash == digest else None
    if rotated_at is not None and arrived_at < rotated_at:
        raise SessionEndedError("Another request has just refreshed this session.")
    session_close(session=session)
    logger.warning("A refresh token was presented twice.", extra={"user_id": session.user_id})
    raise RefreshTokenReusedError(
        "This sign-in was used from two places and has been ended. Sign in again.",
    )


def session_close(*, session: AuthSession) -> None:
    """End one session: its tokens and its page."""
    AuthSession.objects.filter(pk=session.pk, revoked_at=None).update(revoked_at=clock.now())
    _drop_page(session.page_key)


def sessions_close(*, user: User, keep: AuthSession | None = None) -> int:
    """End every session of a person but one; return how many."""
    living = AuthSession.objects.owned_by(user).alive()
    ended = list(living.exclude(pk=keep.pk) if keep else living)
    for session in ended:
        session_close(session=session)
    return len(ended)


def password_check(*, user: User, password: str) -> None:
    """Pass when this is the person's password.

    Raises:
        WrongPasswordError: it is not.
    """
    if not check_password(password, user.password):
        raise WrongPasswordError("The current password is not right.")


def password_change(*, user: User, password: str) -> None:
    """Set a new password and sign the person out everywhere, sockets included."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password", "updated_at"])
        epoch_raise(user=user)
        sessions_close(user=user)


def epoch_raise(*, user: User) -> None:
    """End every token, key, page and socket of a person at once."""
    User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
    user.refresh_from_db(fields=["auth_epoch"])


def _drop_page(page_key: str) -> None:
    if page_key:
        store = import_module(settings.SESSION_ENGINE).SessionStore
        store(page_key).delete()
