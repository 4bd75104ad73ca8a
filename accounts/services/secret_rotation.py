"""Stored secrets of accounts under a new key."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.models import Job, ProviderToken
from accounts.services.mail import mail_deliver
from librechat.kernel import secrets
from librechat.kernel.jobs.rows import SUCCESSFUL

FIELD, LETTER = "secret", "letter"


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


def mails_reencrypt() -> int:
    """Write the mails that wait or failed anew with the newest key; return how many.

    Raises:
        UnreadableSecretError: one was written with a key that is gone; nothing was changed.
    """
    mails = Job.objects.filter(
        queue_name=mail_deliver.queue_name, task_path=mail_deliver.module_path
    )
    with transaction.atomic():
        rows = list(mails.exclude(status=SUCCESSFUL).select_for_update())
        for row in rows:
            named = row.args_kwargs["kwargs"]
            fresh = {**named, LETTER: secrets.reencrypt(named[LETTER])}
            row.args_kwargs = {**row.args_kwargs, "kwargs": fresh}
            row.save(update_fields=["args_kwargs"])
    return len(rows)
