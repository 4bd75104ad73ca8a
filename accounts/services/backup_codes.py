"""Backup codes: ten of eight hex digits, stored as hashes, each good for one sign-in."""

import hmac
import secrets
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.models import User
from librechat.kernel import clock

COUNT = 10
BYTES = 4
RECOVERY_CODES = Authenticator.Type.RECOVERY_CODES

# {"codeHash": hex, "used": bool, "usedAt": ISO 8601 or None}, as LibreChat's clients know them
StoredCode = dict[str, object]


def codes_make() -> list[str]:
    """Return ten new codes; nobody can read them again."""
    return [secrets.token_hex(BYTES) for _ in range(COUNT)]


def codes_stored(user: User, codes: Iterable[str]) -> list[StoredCode]:
    """Return the form in which codes are kept."""
    return [{"codeHash": _hashes(user, code)[0], "used": False, "usedAt": None} for code in codes]


def codes_replace(*, user: User, stored: list[StoredCode]) -> None:
    """Make these the codes of a person; older ones stop working."""
    Authenticator.objects.update_or_create(
        user=user,
        type=RECOVERY_CODES,
        defaults={"data": {"codes": stored}, "created_at": clock.now(), "last_used_at": None},
    )


def codes_of(user: User) -> list[StoredCode]:
    """Return the stored codes of a person; none when there are no codes."""
    row = Authenticator.objects.filter(user=user, type=RECOVERY_CODES).first()
    return list(row.data["codes"]) if row else []


def codes_left(user: User) -> int:
    """Return how many codes still work."""
    return sum(not code["used"] for code in codes_of(user))


def code_fits(*, user: User, code: str) -> bool:
    """Return whether this is a code that still works; it is not used up."""
    return _find(codes_of(user), user, code) is not None


def code_use(*, user: User, code: str) -> bool:
    """Use a code up; return whether it worked. Of two requests with the same code one wins."""
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update().filter(user=user, type=RECOVERY_CODES)
        row = rows.first()
        codes: list[StoredCode] = list(row.data["codes"]) if row else []
        found = _find(codes, user, code)
        if row is None or found is None:
            return False
        now = clock.now()
        found.update(used=True, usedAt=clock.iso(now))
        row.data, row.last_used_at = {"codes": codes}, now
        row.save(update_fields=["data", "last_used_at"])
    return True


def _find(codes: list[StoredCode], user: User, code: str) -> StoredCode | None:
    wanted = _hashes(user, "".join(code.split()).replace("-", "").lower())
    for stored in codes:
        known = str(stored["codeHash"])
        if not stored["used"] and any(hmac.compare_digest(known, hashed) for hashed in wanted):
            return stored
    return None


def _hashes(user: User, code: str) -> list[str]:
    # Keyed: a code has 32 bits, so that a plain hash would be undone in seconds.
    return [
        salted_hmac(f"accounts.backup_code.{user.pk}", code, secret=key, algorithm="sha256")
        .digest()
        .hex()
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
