"""Removing what no longer signs anybody in."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.db.models import QuerySet

from accounts.access.legal_hold import purgeable
from accounts.models import INVITE, AuthSession, OneTimeToken, ProviderToken
from accounts.services.invites import OWED
from librechat.kernel import clock

KEEP = timedelta(days=30)


def expired_purge() -> int:
    """Delete sessions and tokens that ended a month ago; return how many.

    What providers gave for a session goes as soon as it has ended, and the content of page
    sessions too: both are secrets, which a legal hold does not keep.
    """
    ProviderToken.objects.exclude(session__in=AuthSession.objects.alive()).delete()
    _, sessions = purgeable(sessions_outdated()).delete()
    _, tokens = purgeable(tokens_outdated()).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return sum(sessions.values()) + sum(tokens.values())


def sessions_outdated() -> QuerySet[AuthSession]:
    """Return the sign-ins that ended a month ago."""
    return AuthSession.objects.filter(expires_at__lt=clock.now() - KEEP)


def tokens_outdated() -> QuerySet[OneTimeToken]:
    """Return the tokens that ended a month ago, but for invitations that still owe something."""
    owing = OneTimeToken.objects.filter(purpose=INVITE, used_at__isnull=False, data__has_key=OWED)
    old = OneTimeToken.objects.filter(expires_at__lt=clock.now() - KEEP)
    return old.exclude(pk__in=owing.values("pk"))
