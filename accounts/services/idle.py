"""Sessions that nobody uses."""

from datetime import timedelta

from django.conf import settings

from accounts.models import AuthSession
from librechat.kernel import clock

NOTED_EVERY = timedelta(minutes=1)


def session_touch(*, session: AuthSession) -> None:
    """Keep that a session is in use, while sessions end by disuse; one write a minute at most."""
    allowed = settings.SESSION_IDLE_EXPIRY
    if not allowed:
        return
    now = clock.now()
    if now - session.last_used_at >= min(NOTED_EVERY, allowed / 4):
        AuthSession.objects.filter(pk=session.pk).update(last_used_at=now)
