"""Secrets at rest: encryption with rotating keys."""

import base64
import hashlib
from collections.abc import Callable
from typing import TypeAlias

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _

from librechat.kernel.errors import AppError
from librechat.kernel.registry import Registry

# Whoever stores secrets: writes all of theirs anew with the newest key and returns how many.
Keeper: TypeAlias = Callable[[], int]
KEEPERS: Registry[Keeper] = Registry("keeper of secrets")


class UnreadableSecretError(AppError):
    """A stored secret was written with a key that is no longer configured."""

    code = "unreadable_secret"
    status = 500


def _cipher() -> MultiFernet:
    # The first key encrypts; the others only read what was written before a rotation.
    digests = [hashlib.sha256(key.encode()).digest() for key in settings.CREDS_KEYS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def encrypt(text: str) -> str:
    """Return the text encrypted with the newest key."""
    return _cipher().encrypt(text.encode()).decode()


def reencrypt(token: str) -> str:
    """Return a stored value encrypted with the newest key.

    Raises:
        UnreadableSecretError: no configured key opens it.
    """
    return encrypt(decrypt(token))


def decrypt(token: str) -> str:
    """Return the text of an encrypted value.

    Raises:
        UnreadableSecretError: no configured key opens it.
    """
    try:
        return _cipher().decrypt(token.encode()).decode()
    except InvalidToken as exc:
        raise UnreadableSecretError(
            _("A stored secret cannot be read with the current CREDS_KEY."),
        ) from exc
