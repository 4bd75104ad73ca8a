"""Writing people's own keys."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from agents.models import Credential
from librechat.kernel import secrets
from librechat.kernel.errors import InvalidInputError

logger = logging.getLogger(__name__)

MOST = 100
MAX_NAME = 128
MAX_VALUE = 16_384


def credential_set(
    user: User,
    *,
    name: str,
    value: str,
    expires_at: datetime | None = None,
) -> Credential:
    """Store or replace a person's key for an endpoint; ``expires_at`` None means never.

    ``value``: the key, or JSON text such as ``{"apiKey": …, "baseURL": …}``.

    Raises:
        InvalidInputError: the name or the key is blank or too long, or there are too many.
    """
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidInputError(
            gettext("The name of a key must have 1 to %(most)s characters.") % {"most": MAX_NAME}
        )
    if not value.strip() or len(value) > MAX_VALUE:
        raise InvalidInputError(
            gettext("A key must have 1 to %(most)s characters.") % {"most": MAX_VALUE}
        )
    with transaction.atomic():
        own = Credential.objects.visible_to(user)
        if not own.filter(name=name).exists() and own.count() >= MOST:
            raise InvalidInputError(
                gettext("You cannot keep more than %(most)s keys.") % {"most": MOST}
            )
        credential, _ = Credential.objects.update_or_create(
            user=user,
            name=name,
            defaults={"value": secrets.encrypt(value), "expires_at": expires_at},
        )
    logger.info("A person stored their own key.", extra={"user": user.pk, "endpoint": name})
    return credential


def credential_delete(user: User, *, name: str) -> None:
    """Delete a person's key; without one nothing happens."""
    Credential.objects.visible_to(user).filter(name=name).delete()


def credentials_delete_all(user: User) -> int:
    """Delete all keys of a person and return how many there were."""
    count, _ = Credential.objects.visible_to(user).delete()
    return count


def credentials_reencrypt() -> int:
    """Write every key anew with the newest secret key; return how many.

    Raises:
        UnreadableSecretError: one was written with a key that is gone; nothing was changed.
    """
    with transaction.atomic():
        rows = list(Credential.objects.select_for_update())
        for row in rows:
            row.value = secrets.reencrypt(row.value)
        Credential.objects.bulk_update(rows, ["value"])
    return len(rows)
