"""Writes about forgotten passwords."""

import secrets
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.errors import InvalidResetTokenError, PasswordResetOffError
from accounts.models import PASSWORD_RESET, OneTimeToken, User, token_hash
from accounts.services.registration import domain_allowed, password_problems
from accounts.services.sessions import password_change
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError
from librechat.kernel.ids import new_object_id

LIFETIME = timedelta(minutes=15)


def password_reset_request(*, email: object) -> str:
    """Return the address of a page that sets a new password, good once and for 15 minutes.

    As in LibreChat the link is handed out here while no mail is set up. An unknown address
    gets a link of the same form that opens nothing.

    Raises:
        PasswordResetOffError: it is switched off.
        InvalidInputError: addresses of this domain are not accepted.
    """
    if not settings.ALLOW_PASSWORD_RESET:
        raise PasswordResetOffError("Password reset is not allowed.")
    address = email.strip().lower() if isinstance(email, str) else ""
    if not domain_allowed(address):
        raise InvalidInputError("The e-mail address cannot be used here.")
    token = secrets.token_urlsafe(32)
    user = User.objects.filter(email=address, provider="local", is_active=True).first()
    with transaction.atomic():
        if user is not None:
            OneTimeToken.objects.filter(user=user, purpose=PASSWORD_RESET).delete()
            OneTimeToken.objects.create(
                user=user,
                purpose=PASSWORD_RESET,
                token_hash=token_hash(token),
                expires_at=clock.now() + LIFETIME,
            )
    query = urlencode({"token": token, "userId": user.pk if user else new_object_id()})
    return f"{settings.DOMAIN_CLIENT}/reset-password?{query}"


def password_reset_valid(*, token: str) -> bool:
    """Return whether a reset link still works."""
    return _usable(token).exists()


def password_reset(*, token: object, password: object, user_id: object = None) -> User:
    """Set a new password with a reset link and sign the person out everywhere.

    user_id: when given, whose link it must be.

    Raises:
        PasswordResetOffError: it is switched off.
        InvalidInputError: the new password cannot be used; the link still works.
        InvalidResetTokenError: the link is unknown, used or too old.
    """
    if not settings.ALLOW_PASSWORD_RESET:
        raise PasswordResetOffError("Password reset is not allowed.")
    problems = password_problems(password)
    if problems:
        raise InvalidInputError(f"password: {problems[0]}", problems=problems)
    with transaction.atomic():
        row = _usable(str(token)).select_related("user").first()
        is_theirs = row is not None and (user_id is None or user_id == row.user_id)
        # The conditional UPDATE lets one of two requests with the same link through.
        if row is None or not is_theirs or not _usable(str(token)).update(used_at=clock.now()):
            raise InvalidResetTokenError("This reset link is invalid or has expired.")
        user = User.objects.get(pk=row.user_id)
        password_change(user=user, password=str(password))
    return user


def _usable(token: str) -> QuerySet[OneTimeToken]:
    return OneTimeToken.objects.filter(
        purpose=PASSWORD_RESET,
        token_hash=token_hash(token),
        used_at=None,
        expires_at__gt=clock.now(),
        user__is_active=True,
    )
