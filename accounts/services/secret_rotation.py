"""Stored secrets of accounts under a new key."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.models import ProviderToken
from librechat.kernel import secrets

FIELD = "secret"


def app_secrets_reencrypt() -> int:
    """Write the secrets of authenticator apps anew with the newest key; return how many.

    Raises:
        UnreadableSecretError: one was written with a key that is gone; nothing was changed.
    """
    with transaction.atomic():
        kind = Authenticator.Type.TOTP
        rows = list(Authenticator.objects.select_for_update().filter(type=kind))
        for row in rows:
            row.data = {**row.data, FIELD: secrets.reencrypt(row.data[FIELD])}
            row.save(update_fields=["data"])
    return len(rows)


def provider_secrets_reencrypt() -> int:
    """Write the refresh tokens of providers anew with the newest key; return how many.

    Raises:
        UnreadableSecretError: one was written with a key that is gone; nothing was changed.
    """
    with transaction.atomic():
        rows = list(ProviderToken.objects.select_for_update())
        for row in rows:
            row.secret = secrets.reencrypt(row.secret)
            row.save(update_fields=["secret"])
    return len(rows)
