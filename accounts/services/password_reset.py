"""Writes about forgotten passwords."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidResetTokenError, PasswordResetOffError
from accounts.limits.caller import Caller
from accounts.models import PASSWORD_RESET, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.mail import mail_is_configured, mail_send
from accounts.services.one_time import one_time_issue, one_time_usable, one_time_use
from accounts.services.registration import domain_allowed, email_problems, password_problems
from accounts.services.sessions import password_change
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError
from librechat.kernel.ids import new_object_id

LIFETIME = timedelta(minutes=15)


def password_reset_request(*, email: object, caller: Caller | None = None) -> str | None:
    """Mail a link that sets a new password, good once and for 15 minutes.

    As in LibreChat the link is returned while no mail is set up. An unknown address gets the
    same answer after the same work, and nothing comes of it.

    Raises:
        PasswordResetOffError: it is switched off.
        InvalidInputError: addresses of this domain are not accepted.
    """
    if not settings.ALLOW_PASSWORD_RESET:
        raise PasswordResetOffError(_("Password reset is not allowed."))
    address = email.strip().lower() if isinstance(email, str) else ""
    if email_problems(address) or not domain_allowed(address):
        raise InvalidInputError(_("The e-mail address cannot be used here."))
    living = User.objects.filter(provider="local", is_active=True)
    living = living.exclude(delete_after__lte=clock.now())
    user = living.filter(email=address).first()
    with transaction.atomic():
        token = one_time_issue(purpose=PASSWORD_RESET, lifetime=LIFETIME, user=user)
        query = urlencode({"token": token, "userId": user.pk if user else new_object_id()})
        link = f"{settings.DOMAIN_CLIENT}/reset-password?{query}"
        _record("password.reset_requested", user, caller, "success" if user else "failure")
        mail_send(
            template="reset_password",
            to=address,
            context={"link": link},
            is_wanted=user is not None,
        )
    return None if mail_is_configured() else link


def password_reset_valid(*, token: str) -> bool:
    """Return whether a reset link still works."""
    usable = one_time_usable(purpose=PASSWORD_RESET, token=token)
    return usable.filter(user__is_active=True).exists()


def password_reset(
    *,
    token: object,
    password: object,
    user_id: object = None,
    caller: Caller | None = None,
) -> User:
    """Set a new password with a reset link and sign the person out everywhere.

    user_id: when given, whose link it must be.

    Raises:
        PasswordResetOffError: it is switched off.
        InvalidInputError: the new password cannot be used; the link still works.
        InvalidResetTokenError: the link is unknown, used or too old.
    """
    if not settings.ALLOW_PASSWORD_RESET:
        raise PasswordResetOffError(_("Password reset is not allowed."))
    problems = password_problems(password)
    if problems:
        raise InvalidInputError(f"password: {problems[0]}", problems=problems)
    with transaction.atomic():
        usable = one_time_usable(purpose=PASSWORD_RESET, token=token)
        row = usable.filter(user__is_active=True).first()
        is_theirs = row is not None and (user_id is None or user_id == row.user_id)
        if row is None or not is_theirs or not one_time_use(row):
            raise InvalidResetTokenError(_("This reset link is invalid or has expired."))
        user = User.objects.get(pk=row.user_id)
        password_change(user=user, password=str(password))
        _record("password.reset", user, caller, "success")
    return user


def password_change_own(*, user: User, password: str, caller: Caller | None = None) -> None:
    """Change the password of somebody who proved who they are."""
    with transaction.atomic():
        password_change(user=user, password=password)
        _record("password.changed", user, caller, "success")


def password_replace(*, user: User, password: str) -> None:
    """Set somebody's password from the command line.

    Raises:
        InvalidInputError: the password cannot be used.
    """
    problems = password_problems(password)
    if problems:
        raise InvalidInputError(f"password: {problems[0]}")
    with transaction.atomic():
        password_change(user=user, password=password)
        target = Target.person(user)
        audit_record(
            Act(category="auth", action="password.changed", severity="warning", target=target),
        )


def _record(action: str, user: User | None, caller: Caller | None, outcome: str) -> None:
    # A request for an unknown address is recorded too, without it: the work must be the same.
    audit_record(
        Act(
            category="auth",
            action=action,
            outcome=outcome,
            actor=user,
            target=Target.person(user) if user else Target("user"),
            caller=caller,
        ),
    )
