"""Second factors of people: setting up, using and removing them.

Two-factor sign-in is on for who has an authenticator app or a passkey. Backup codes come with
the first of them and go with the last.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from accounts.errors import SecondFactorRequiredError, SecondFactorStateError, WrongCodeError
from accounts.limits.caller import Caller
from accounts.models import OneTimeToken, User, token_hash
from accounts.services import backup_codes, totp
from accounts.services.audit import Act, Target, audit_record
from accounts.services.sessions import epoch_raise, sessions_close
from librechat.kernel import clock

SETUP = "two_factor_setup"
SETUP_LIFETIME = timedelta(minutes=15)
TOTP = Authenticator.Type.TOTP
WEBAUTHN = Authenticator.Type.WEBAUTHN


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app and its owner need, shown once."""

    secret: str
    url: str
    codes: list[str]


def second_factor_on(user: User) -> bool:
    """Return whether a password alone does not sign this person in."""
    return bool(Authenticator.objects.filter(user=user, type__in=[TOTP, WEBAUTHN]).exists())


def has_app(user: User) -> bool:
    """Return whether the person has an authenticator app."""
    return bool(Authenticator.objects.filter(user=user, type=TOTP).exists())


def second_factor_missing(user: User) -> bool:
    """Return whether the person's role requires a second factor that they do not have."""
    return user.role in settings.TWO_FACTOR_REQUIRED_ROLES and not second_factor_on(user)


def setup_start(*, user: User) -> Setup:
    """Begin to set up an authenticator app; nothing changes until it is finished."""
    secret = totp.secret_make()
    codes = backup_codes.codes_make()
    with transaction.atomic():
        OneTimeToken.objects.filter(user=user, purpose=SETUP).delete()
        OneTimeToken.objects.create(
            user=user,
            purpose=SETUP,
            token_hash=token_hash(secrets.token_hex(32)),
            expires_at=clock.now() + SETUP_LIFETIME,
            data={"secret": encrypt(secret), "codes": backup_codes.codes_stored(user, codes)},
        )
    return Setup(secret, totp.setup_url(user, secret), codes)


def setup_secret(user: User) -> str:
    """Return the secret of the setup that is under way; blank when there is none."""
    row = _setups(user).first()
    return str(decrypt(row.data["secret"])) if row else ""


def setup_fits(*, user: User, code: str) -> bool:
    """Return whether this is a code of the setup under way; nothing is recorded."""
    secret = setup_secret(user)
    return bool(secret) and totp.step_of(secret, _tidy(code)) is not None


def setup_prove(*, user: User, code: str) -> None:
    """Let the owner show that the app works.

    Raises:
        SecondFactorStateError: no setup is under way.
        WrongCodeError: the code is not the app's.
    """
    with transaction.atomic():
        row = _setup_locked(user)
        step = totp.step_of(decrypt(row.data["secret"]), _tidy(code))
        if step is None:
            raise WrongCodeError(
                gettext("This code does not fit. Wait for the next one and try again.")
            )
        row.data = {**row.data, "step": step}
        row.save(update_fields=["data"])


def setup_codes_renew(*, user: User) -> list[str]:
    """Return fresh backup codes for the setup under way.

    Raises:
        SecondFactorStateError: no setup is under way.
    """
    codes = backup_codes.codes_make()
    with transaction.atomic():
        row = _setup_locked(user)
        row.data = {**row.data, "codes": backup_codes.codes_stored(user, codes)}
        row.save(update_fields=["data"])
    return codes


def setup_finish(*, user: User, caller: Caller) -> None:
    """Switch two-factor sign-in on with the app that was proved.

    Raises:
        SecondFactorStateError: no setup is under way, or its app was not proved.
    """
    with transaction.atomic():
        row = _setup_locked(user)
        if "step" not in row.data:
            raise SecondFactorStateError(gettext("Enter a code from the app first."))
        # The step is kept: the code that proved the app does not sign in as well.
        data = {"secret": row.data["secret"], "last_step": row.data["step"]}
        Authenticator.objects.update_or_create(
            user=user,
            type=TOTP,
            defaults={"data": data, "created_at": clock.now(), "last_used_at": None},
        )
        backup_codes.codes_replace(user=user, stored=row.data["codes"])
        row.delete()
        factor_audit("second_factor.enabled", user, caller)


def totp_fits(*, user: User, code: str) -> bool:
    """Return whether this is the app's code now; it is not used up."""
    row = Authenticator.objects.filter(user=user, type=TOTP).first()
    return row is not None and _step(row, code) is not None


def totp_use(*, user: User, code: str) -> bool:
    """Use a code of the app; return whether it worked. A code works once."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(user=user, type=TOTP).first()
        step = _step(row, code) if row is not None else None
        if row is None or step is None:
            return False
        row.data = {**row.data, "last_step": step}
        row.last_used_at = clock.now()
        row.save(update_fields=["data", "last_used_at"])
    return True


def backup_codes_renew(*, user: User, caller: Caller) -> list[str]:
    """Replace the backup codes and return the new ones.

    Raises:
        SecondFactorStateError: two-factor sign-in is off.
    """
    if not second_factor_on(user):
        raise SecondFactorStateError(
            gettext("Two-factor sign-in is off, so there are no backup codes.")
        )
    codes = backup_codes.codes_make()
    with transaction.atomic():
        backup_codes.codes_replace(user=user, stored=backup_codes.codes_stored(user, codes))
        factor_audit("backup_codes.replaced", user, caller)
    return codes


def second_factor_remove(*, user: User, caller: Caller) -> None:
    """Switch two-factor sign-in off: app, passkeys and backup codes go.

    Raises:
        SecondFactorRequiredError: the person's role requires it.
    """
    factors = Authenticator.objects.filter(user=user)
    _remove(user, factors, "second_factor.disabled", caller)


def totp_remove(*, user: User, caller: Caller) -> None:
    """Take the authenticator app away; passkeys stay.

    Raises:
        SecondFactorRequiredError: the person's role requires a factor, and this is the last.
    """
    factors = Authenticator.objects.filter(user=user, type=TOTP)
    _remove(user, factors, "authenticator_app.removed", caller)


def passkey_remove(*, user: User, passkey: Authenticator, caller: Caller) -> None:
    """Take a passkey away.

    Raises:
        SecondFactorRequiredError: the person's role requires a factor, and this is the last.
    """
    factors = Authenticator.objects.filter(user=user, type=WEBAUTHN, pk=passkey.pk)
    _remove(user, factors, "passkey.removed", caller)


def second_factor_reset(*, user: User, actor: User | None, caller: Caller | None = None) -> None:
    """Remove every second factor of somebody who lost them, and sign them out everywhere.

    actor: the administrator; None for the command line.
    """
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        OneTimeToken.objects.filter(user=user, purpose=SETUP).delete()
        epoch_raise(user=user)
        sessions_close(user=user)
        audit_record(
            Act(
                category="account",
                action="second_factor.reset",
                severity="warning",
                actor=actor,
                target=Target.person(user),
                caller=caller,
            ),
        )


def factor_audit(action: str, user: User, caller: Caller, **metadata: object) -> None:
    """Record what somebody did to their own second factors."""
    audit_record(
        Act(
            category="account",
            action=action,
            actor=user,
            target=Target.person(user),
            metadata=metadata,
            caller=caller,
        ),
    )


def _remove(
    user: User,
    factors: "QuerySet[Authenticator]",
    action: str,
    caller: Caller,
) -> None:
    with transaction.atomic():
        # The person is locked, so that the last two factors do not both count on the other.
        User.objects.select_for_update().get(pk=user.pk)
        OneTimeToken.objects.filter(user=user, purpose=SETUP).delete()
        removed, _ = factors.delete()
        if not second_factor_on(user):
            if user.role in settings.TWO_FACTOR_REQUIRED_ROLES:
                raise SecondFactorRequiredError(
                    gettext("Your role requires a second factor. Set up another one first."),
                )
            Authenticator.objects.filter(user=user).delete()
        if removed:
            factor_audit(action, user, caller)


def _setups(user: User) -> QuerySet[OneTimeToken]:
    return OneTimeToken.objects.filter(user=user, purpose=SETUP, expires_at__gt=clock.now())


def _setup_locked(user: User) -> OneTimeToken:
    row = _setups(user).select_for_update().first()
    if row is None:
        raise SecondFactorStateError(
            gettext("The setup has run out. Nothing was changed; start again.")
        )
    return row


def _step(row: Authenticator, code: str) -> int | None:
    """Return the step of a code of the app that was not used before."""
    step = totp.step_of(decrypt(row.data["secret"]), _tidy(code))
    return step if step is not None and step > row.data.get("last_step", 0) else None


def _tidy(code: str) -> str:
    return "".join(code.split())
