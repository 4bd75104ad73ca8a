"""Tokens that work once: made, looked up, used."""

import secrets
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.models import OneTimeToken, User, token_hash
from librechat.kernel import clock


def one_time_issue(
    *,
    purpose: str,
    lifetime: timedelta,
    user: User | None,
    email: str = "",
    data: dict[str, Any] | None = None,
) -> str:
    """Return a new token for one act; older ones for the same act stop working.

    user: None does the same work for a token that opens nothing, or for an ``email``.
    """
    token = secrets.token_urlsafe(32)
    OneTimeToken.objects.filter(user=user, purpose=purpose, email=email).delete()
    OneTimeToken.objects.create(
        user=user,
        email=email,
        purpose=purpose,
        data=data or {},
        token_hash=token_hash(token),
        expires_at=clock.now() + lifetime,
    )
    return token


def one_time_usable(*, purpose: str, token: object) -> QuerySet[OneTimeToken]:
    """Return the one token that is meant, while it works; else nothing."""
    return OneTimeToken.objects.select_related("user").filter(
        purpose=purpose,
        token_hash=token_hash(token if isinstance(token, str) else ""),
        used_at=None,
        expires_at__gt=clock.now(),
    )


def one_time_use(row: OneTimeToken) -> bool:
    """Mark a token as used; of two who try at once one gets True."""
    usable = OneTimeToken.objects.filter(pk=row.pk, used_at=None, expires_at__gt=clock.now())
    return bool(usable.update(used_at=clock.now()))
