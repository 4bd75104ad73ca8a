"""The second step of a sign-in, and codes as a proof for sensitive acts."""

from collections.abc import Callable

from django.utils.translation import gettext, gettext_noop

from accounts.auth import tokens
from accounts.auth.login import Login, login_proved
from accounts.errors import SecondFactorRefusedError, WrongCodeError
from accounts.limits.caller import Caller
from accounts.limits.counters import limit_check
from accounts.models import User
from accounts.services import backup_codes
from accounts.services.audit import Act, Target, audit_record
from accounts.services.second_factors import totp_fits, totp_use

Verify = Callable[[User], object]

WRONG = gettext_noop("This code does not fit, or was used before.")
MISSING = gettext_noop("Enter a code of your app, or a backup code.")


def pending_user(token: object) -> User:
    """Return who is between the two steps of a sign-in.

    Raises:
        SecondFactorRefusedError: the token is not good, or no longer.
    """
    return _pending(token)[0]


def login_with_code(*, token: object, code: object, backup_code: object, caller: Caller) -> Login:
    """Finish a sign-in with a code of the app or a backup code.

    Raises:
        SecondFactorRefusedError: the token or the code is not good.
        TooManyRequestsError: too many tries for this person.
        AppError: from the gates, which are asked again.
    """
    user, method = _pending(token)
    try:
        code_use(user=user, code=code, backup_code=backup_code, caller=caller)
    except WrongCodeError as exc:
        raise _refused(exc.message) from exc
    return login_proved(user=user, caller=caller, method=method)


def login_with_second_passkey(*, token: object, verify: Verify, caller: Caller) -> Login:
    """Finish a sign-in with a passkey; ``verify`` the browser's answer for the person.

    Raises:
        SecondFactorRefusedError: the token is not good.
        PasskeyRefusedError: the passkey is not.
    """
    user, method = _pending(token)
    verify(user)
    return login_proved(user=user, caller=caller, method=method)


def code_use(*, user: User, code: object, backup_code: object, caller: Caller) -> None:
    """Pass when one of the two is good, and use it up.

    Raises:
        WrongCodeError: neither is.
        TooManyRequestsError: too many tries for this person.
    """
    limit_check("two_factor_user", user=user)
    app, backup = _text(code), _text(backup_code)
    if (app and totp_use(user=user, code=app)) or (
        backup and backup_codes.code_use(user=user, code=backup)
    ):
        return
    _record_refusal(user, caller)
    raise WrongCodeError(gettext(WRONG if app or backup else MISSING))


def code_check(*, user: User, code: object, backup_code: object, caller: Caller) -> None:
    """Pass when one of the two is good, without using it up.

    Raises:
        WrongCodeError: neither is.
        TooManyRequestsError: too many tries for this person.
    """
    limit_check("two_factor_user", user=user)
    app, backup = _text(code), _text(backup_code)
    if (app and totp_fits(user=user, code=app)) or (
        backup and backup_codes.code_fits(user=user, code=backup)
    ):
        return
    _record_refusal(user, caller)
    raise WrongCodeError(gettext(WRONG if app or backup else MISSING))


def _pending(token: object) -> tuple[User, str]:
    claims = tokens.pending_read(_text(token)) if _text(token) else None
    user = (
        User.objects.filter(pk=claims.user_id, auth_epoch=claims.epoch).first() if claims else None
    )
    if claims is None or user is None:
        raise _refused(gettext("The first step is too old. Sign in again."))
    return user, claims.method


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _refused(text: str) -> SecondFactorRefusedError:
    return SecondFactorRefusedError(text, body={"message": text})


def _record_refusal(user: User, caller: Caller) -> None:
    audit_record(
        Act(
            category="auth",
            action="second_factor.refused",
            outcome="failure",
            target=Target.person(user),
            caller=caller,
        ),
    )
