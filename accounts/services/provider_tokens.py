"""Sessions that go on only while an OpenID provider stands behind them.

The provider's refresh token is spent by one request at a time: whoever wants to ask claims the
row with one conditional UPDATE, across threads and processes, and the others wait for the outcome.
No transaction and no lock is held while the provider is asked.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NoReturn, TypeAlias

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext

from accounts.errors import SessionEndedError, SignInUnavailableError
from accounts.models import AuthSession, ProviderToken
from accounts.services.audit import Act, Target, audit_record
from accounts.services.sessions import session_close
from librechat.kernel import clock, secrets
from librechat.kernel.ids import new_object_id

logger = logging.getLogger(__name__)

# Longer than a provider is waited for: only a claim of somebody who died is taken over.
CLAIM_TIME = timedelta(seconds=60)
WAIT_SECONDS = 30.0
POLL_SECONDS = 0.05
# However short a token lasts: so long one answer serves everybody who waited for it.
SHARED_FOR = timedelta(seconds=10)


class Verdict(Enum):
    """What an answer of the provider proves."""

    SAME_PERSON = "same person"
    SOMEBODY_ELSE = "somebody else"
    UNPROVEN = "unproven"


class GrantEndedError(Exception):
    """The provider does not know the token any more; somebody ended the sign-in there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a provider gave: the token for the next time, and for how long it need not be asked.

    refresh_token: blank when the one that was sent stays good.
    """

    refresh_token: str
    lasts: timedelta
    verdict: Verdict = Verdict.SAME_PERSON


# The token to send, and who must come back → what the provider gave.
# Raises GrantEndedError, or SignInUnavailableError while there is no answer.
Ask: TypeAlias = Callable[[str, str], Granted]


def provider_token_keep(*, session: AuthSession, uid: str, granted: Granted) -> None:
    """Let a session that was just opened go on only with its provider."""
    ProviderToken.objects.create(
        session=session,
        uid=uid,
        secret=secrets.encrypt(granted.refresh_token),
        fresh_until=_fresh_until(granted),
    )


def provider_token_follow(*, session_id: str, ask: Ask) -> None:
    """Pass when the provider stands behind a session, asking it when its last word is old.

    A session without a provider's token passes. Of several callers at once one asks.

    Raises:
        SessionEndedError: the provider has ended the sign-in, or names somebody else; the
            session is ended here too.
        SignInUnavailableError: the provider cannot be asked; the session stays as it is.
        UnreadableSecretError: the key the token was stored with is gone; nothing was changed.
    """
    give_up_at = time.monotonic() + WAIT_SECONDS
    tries: int | None = None
    while time.monotonic() < give_up_at:
        row = ProviderToken.objects.filter(session=session_id).first()
        if row is None or clock.now() < row.fresh_until:
            return
        if tries is not None and row.attempts != tries:
            raise unavailable()  # whoever asked for all of us got no answer
        tries = row.attempts
        secret = secrets.decrypt(row.secret)
        if _claim(row):
            _follow(row, secret, ask)
            return
        time.sleep(POLL_SECONDS)
    raise unavailable()


def unavailable() -> SignInUnavailableError:
    """Return the error for a provider that cannot be asked."""
    return SignInUnavailableError(
        gettext(
            "Your sign-in could not be checked with its provider. You are still signed in; try"
            " again in a moment."
        ),
        retry_after_seconds=5,
    )


def _fresh_until(granted: Granted) -> datetime:
    return clock.now() + max(granted.lasts, SHARED_FOR)


def _claim(row: ProviderToken) -> bool:
    """Take the row for one request; False when somebody else has it, or was faster."""
    now = clock.now()
    row.claim = new_object_id()
    unchanged = ProviderToken.objects.filter(pk=row.pk, attempts=row.attempts)
    free = unchanged.filter(claim="") | unchanged.filter(claimed_until__lte=now)
    return bool(free.update(claim=row.claim, claimed_until=now + CLAIM_TIME))


def _follow(row: ProviderToken, secret: str, ask: Ask) -> None:
    try:
        granted = ask(secret, row.uid)
    except GrantEndedError:
        _end(row, "grant_ended")
    except BaseException:
        _release(row)
        raise
    if granted.verdict is Verdict.SOMEBODY_ELSE:
        _end(row, "somebody_else")
    # Stored whatever it proves: the token that was sent may be worth nothing now.
    replaced = {"secret": secrets.encrypt(granted.refresh_token)} if granted.refresh_token else {}
    if granted.verdict is Verdict.UNPROVEN:
        _release(row, **replaced)
        raise unavailable()
    _release(row, **replaced, fresh_until=_fresh_until(granted))


def _release(row: ProviderToken, **found: object) -> None:
    """Give the row back with what was found, unless the claim was taken over meanwhile."""
    mine = ProviderToken.objects.filter(pk=row.pk, claim=row.claim)
    mine.update(**found, claim="", claimed_until=None, attempts=F("attempts") + 1)


def _end(row: ProviderToken, reason: str) -> NoReturn:
    # The row goes with the session: those who wait must not see one without the other.
    with transaction.atomic():
        mine, _ = ProviderToken.objects.filter(pk=row.pk, claim=row.claim).delete()
        if not mine:
            raise unavailable()
        session = AuthSession.objects.select_related("user").get(pk=row.session_id)
        session_close(session=session)
        audit_record(
            Act(
                category="auth",
                action="session.ended_by_provider",
                severity="warning",
                target=Target.person(session.user),
                metadata={"session": session.pk, "reason": reason},
            ),
        )
    logger.info(
        "The provider stands no longer behind a session; it is ended.",
        extra={"user_id": session.user_id, "session_id": session.pk, "reason": reason},
    )
    raise SessionEndedError(gettext("Your sign-in at its provider has ended. Sign in again."))
