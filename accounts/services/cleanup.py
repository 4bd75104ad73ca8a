"""Removing what no longer signs anybody in."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import INVITE, AuthSession, OneTimeToken, ProviderToken
from accounts.services.invites import OWED
from librechat.kernel import clock

KEEP = timedelta(days=30)


def expired_purge() -> int:
    """Delete sessions and tokens that ended a month ago; return how many.

    What providers gave for a session goes as soon as it has ended.
    """
    before = clock.now() - KEEP
    ProviderToken.objects.exclude(session__in=AuthSession.objects.alive()).delete()
    _, sessions = AuthSession.objects.filter(expires_at__lt=before).delete()
    _, tokens = tokens_outdated().delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return sum(sessions.values()) + sum(tokens.values())


def tokens_outdated() -> QuerySet[OneTimeToken]:
    """Return the tokens that ended a month ago, but for invitations that still owe something."""
    owing = OneTimeToken.objects.filter(purpose=INVITE, used_at__isnull=False, data__has_key=OWED)
    old = OneTimeToken.objects.filter(expires_at__lt=clock.now() - KEEP)
    return old.exclude(pk__in=owing.values("pk"))
