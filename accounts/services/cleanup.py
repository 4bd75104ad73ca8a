"""Removing what no longer signs anybody in."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings

from accounts.models import AuthSession, OneTimeToken, ProviderToken
from librechat.kernel import clock

KEEP = timedelta(days=30)


def expired_purge() -> int:
    """Delete sessions and tokens that ended a month ago; return how many.

    What providers gave for a session goes as soon as it has ended.
    """
    before = clock.now() - KEEP
    ProviderToken.objects.exclude(session__in=AuthSession.objects.alive()).delete()
    _, sessions = AuthSession.objects.filter(expires_at__lt=before).delete()
    _, tokens = OneTimeToken.objects.filter(expires_at__lt=before).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return sum(sessions.values()) + sum(tokens.values())
