"""Writes to sign-in sessions.

A refresh token works once: it is replaced by its successor. Tabs share one token and may send it
at the same moment, and an answer may get lost on its way; so for a few seconds the token just
replaced is answered too, with the very same successor. After that, or for an even older token,
two parties hold a copy: the session ends. A successor is a function of the token it replaces and
of the moment, which is why it can be given twice though only its hash is stored.
"""

import logging
from datetime import datetime, timedelta
from importlib import import_module
from typing import NoReturn, Protocol

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import RefreshTokenReusedError, SessionEndedError, WrongPasswordError
from accounts.models import AuthSession, ProviderToken, User, token_hash
from accounts.services.audit import Act, Target, audit_record
from accounts.services.mail import mail_send
from librechat.kernel import clock

logger = logging.getLogger(__name__)


class MakeToken(Protocol):
    """Makes the refresh token of a session, the same for the same session and arguments."""

    def __call__(self, session: AuthSession, *, replaced: str = "") -> str:
        """Return the first token, or the successor of ``replaced`` as of ``rotated_at``."""
        ...


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
    with the same token one replaces it and both get the same successor.

    arrived_at: when the request came in. Until REFRESH_GRACE_SECONDS after the replacement it
    counts as parallel, not as a replay.

    Raises:
        SessionEndedError: no living session has this token.
        RefreshTokenReusedError: the token was replaced earlier; the session is ended now.
    """
    session = _living(session_id)
    session.rotated_at = now = clock.now()
    fresh = make_token(session, replaced=token)
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
    if rotated:
        return session, fresh
    session = _living(session_id)
    if not _is_parallel(session, token, arrived_at):
        _end_reused(session)
    return session, make_token(session, replaced=token)


def _living(session_id: str) -> AuthSession:
    session = AuthSession.objects.alive().select_related("user").filter(pk=session_id).first()
    if session is None:
        raise SessionEndedError(_("The session has ended. Sign in again."))
    return session


def _is_parallel(session: AuthSession, token: str, arrived_at: datetime) -> bool:
    """Tell whether a token is the one that was replaced just now."""
    if session.rotated_at is None or session.previous_token_hash != token_hash(token):
        return False
    grace = timedelta(seconds=settings.REFRESH_GRACE_SECONDS)
    return arrived_at < session.rotated_at + grace


def _end_reused(session: AuthSession) -> NoReturn:
    with transaction.atomic():
        session_close(session=session)
        audit_record(
            Act(
                category="auth",
                action="refresh.reused",
                outcome="denied",
                severity="critical",
                target=Target.person(session.user),
                metadata={"session": session.pk},
            ),
        )
    logger.warning(
        "A refresh token was presented again; its session is ended.",
        extra={"user_id": session.user_id, "session_id": session.pk},
    )
    raise RefreshTokenReusedError(
        _("This sign-in was used from two places and has been ended. Sign in again."),
    )


def session_close(*, session: AuthSession) -> None:
    """End one session: its tokens, its page and what its provider gave."""
    ProviderToken.objects.filter(session=session).delete()
    AuthSession.objects.filter(pk=session.pk, revoked_at=None).update(revoked_at=clock.now())
    _drop_page(session.page_key)


def sessions_close(*, user: User, keep: AuthSession | None = None) -> int:
    """End every session of a person but one; return how many."""
    # Also those that do not count as alive: what is suspended or idle could come back.
    owned = AuthSession.objects.owned_by(user)
    lasting = owned.filter(revoked_at=None, expires_at__gt=clock.now())
    ended = list(lasting.exclude(pk=keep.pk) if keep else lasting)
    for session in ended:
        session_close(session=session)
    return len(ended)


def password_check(*, user: User, password: str) -> None:
    """Pass when this is the person's password.

    Raises:
        WrongPasswordError: it is not.
    """
    if not check_password(password, user.password):
        raise WrongPasswordError(_("The current password is not right."))


def password_change(*, user: User, password: str) -> None:
    """Set a new password, sign the person out everywhere, sockets included, and mail them."""
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password", "updated_at"])
        epoch_raise(user=user)
        sessions_close(user=user)
        mail_send(template="password_changed", to=user.email, context={})


def epoch_raise(*, user: User) -> None:
    """End every token, key, page and socket of a person at once."""
    User.objects.filter(pk=user.pk).update(auth_epoch=F("auth_epoch") + 1)
    user.refresh_from_db(fields=["auth_epoch"])


def _drop_page(page_key: str) -> None:
    if page_key:
        store = import_module(settings.SESSION_ENGINE).SessionStore
        store(page_key).delete()
