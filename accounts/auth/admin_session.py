"""The session of the administration: it begins with a proof of identity and ends by disuse.

It lives inside the page session. Who comes in, or comes back after ``ADMIN_IDLE_MINUTES``,
needs a proof that is not older than that; else the page ``/settings/confirm`` takes a new one.
Acts that are sensitive ask for a proof of the last five minutes besides, see ``step_up.py``.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.auth.login import page_session
from accounts.errors import FreshProofNeededError
from librechat.kernel import clock

View = TypeVar("View", bound=Callable[..., object])
UNASKED = "is_unasked"
SEEN = "admin_seen"  # when the administration was last used in this session
NOTED_EVERY = timedelta(minutes=1)


def admin_session_check(request: HttpRequest, *, is_use: bool = True) -> None:
    """Pass while the administration is in use; call it for each of its pages.

    is_use: False for what a page asks by itself, which keeps no session alive.

    Raises:
        FreshProofNeededError: it was not used for a while, and the last proof is as old.
    """
    now, idle = clock.now(), timedelta(minutes=settings.ADMIN_IDLE_MINUTES)
    seen = _seen(request.session)
    if seen is not None and now - seen < min(NOTED_EVERY, idle):
        return
    if seen is None or now - seen >= idle:
        session = page_session(request)
        # Only a program (a test, a shell) makes a page session without a sign-in behind it.
        if session is not None and session.proved_at <= now - idle:
            raise FreshProofNeededError(
                _("The administration was not used for a while. Please confirm that it is you."),
            )
    if is_use:
        request.session[SEEN] = now.isoformat()


def unasked(view: View) -> View:
    """Mark a view as one that pages ask by themselves: it keeps no session alive."""
    vars(view)[UNASKED] = True
    return view


def is_unasked(view: Callable[..., object]) -> bool:
    """Return whether a view is marked so."""
    return hasattr(view, UNASKED)


def admin_session_is_open(session: SessionBase) -> bool:
    """Return whether a page session is in the administration and was used there lately."""
    seen = _seen(session)
    return seen is not None and clock.now() - seen < timedelta(minutes=settings.ADMIN_IDLE_MINUTES)


def _seen(session: SessionBase) -> datetime | None:
    text = session.get(SEEN, "")
    return datetime.fromisoformat(text) if text else None
