"""Writes to passkeys; the exchange with the browser is in ``accounts.auth.webauthn``."""

from collections.abc import Mapping

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import PasskeyRefusedError
from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services import backup_codes
from accounts.services.audit import Act, Target, audit_record
from accounts.services.second_factors import WEBAUTHN, factor_audit
from librechat.kernel import clock

MAX_NAME_LENGTH = 60
MAX_PASSKEYS = 20


def passkeys_of(user: User) -> list[Authenticator]:
    """Return a person's passkeys, oldest first."""
    return list(Authenticator.objects.filter(user=user, type=WEBAUTHN).order_by("created_at", "pk"))


def passkey_add(
    *,
    user: User,
    name: str,
    credential: Mapping[str, object],
    sign_count: int,
    caller: Caller,
) -> list[str]:
    """Store a passkey; return backup codes when the person has none yet, else nothing.

    credential: the browser's answer at registration, already verified.

    Raises:
        PasskeyRefusedError: the person has as many as they may.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if len(passkeys_of(user)) >= MAX_PASSKEYS:
            raise PasskeyRefusedError(_("You have as many passkeys as you may. Remove one first."))
        title = _name(name)
        data = {"name": title, "credential": dict(credential), "sign_count": sign_count}
        Authenticator.objects.create(user=user, type=WEBAUTHN, data=data, created_at=clock.now())
        factor_audit("passkey.added", user, caller, name=title)
        if backup_codes.codes_of(user):
            return []
        codes = backup_codes.codes_make()
        backup_codes.codes_replace(user=user, stored=backup_codes.codes_stored(user, codes))
    return codes


def passkey_rename(*, passkey: Authenticator, name: str) -> None:
    """Give a passkey another name."""
    with transaction.atomic():
        for fresh in Authenticator.objects.select_for_update().filter(pk=passkey.pk):
            fresh.data = {**fresh.data, "name": _name(name)}
            fresh.save(update_fields=["data"])


def passkey_use(*, passkey: Authenticator, sign_count: int, caller: Caller) -> None:
    """Record a use; the count of signatures must go up, where the device keeps one.

    Raises:
        PasskeyRefusedError: it does not, so that there may be a copy of the key; or the
            passkey is gone.
    """
    with transaction.atomic():
        fresh = Authenticator.objects.select_for_update().filter(pk=passkey.pk).first()
        if fresh is None:
            raise PasskeyRefusedError(_("This passkey was removed."))
        before = int(fresh.data.get("sign_count", 0))
        is_copy = (sign_count or before) and sign_count <= before
        if not is_copy:
            fresh.data = {**fresh.data, "sign_count": sign_count}
            fresh.last_used_at = clock.now()
            fresh.save(update_fields=["data", "last_used_at"])
    if is_copy:
        audit_record(
            Act(
                category="auth",
                action="passkey.copied",
                outcome="denied",
                severity="critical",
                target=Target.person(passkey.user),
                metadata={"name": passkey.data["name"]},
                caller=caller,
            ),
        )
        raise PasskeyRefusedError(
            _("This passkey may have been copied. Use another way to sign in.")
        )


def _name(name: str) -> str:
    return " ".join(name.split())[:MAX_NAME_LENGTH] or _("Passkey")
