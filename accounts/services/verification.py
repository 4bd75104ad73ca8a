"""Confirming that an e-mail address is its owner's, at first and when it changes."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.errors import DomainNotAllowedError
from accounts.life_errors import (
    AddressTakenError,
    InvalidLinkError,
    MailNotConfiguredError,
)
from accounts.limits.caller import Caller
from accounts.models import EMAIL_CHANGE, EMAIL_VERIFICATION, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.mail import mail_is_configured, mail_send
from accounts.services.one_time import one_time_issue, one_time_usable, one_time_use
from accounts.services.registration import domain_allowed, email_problems
from accounts.services.sessions import epoch_raise, sessions_close
from librechat.kernel.errors import InvalidInputError

LIFETIME = timedelta(days=1)
CHANGE_LIFETIME = timedelta(hours=1)
LINK_IS_OVER = gettext_noop("This link is invalid or has expired. Ask for a new one.")


def verification_send(*, user: User | None, email: str) -> None:
    """Mail the link that confirms an address; without a person only the work is done."""
    token = one_time_issue(purpose=EMAIL_VERIFICATION, lifetime=LIFETIME, user=user)
    query = urlencode({"token": token, "email": email})
    mail_send(
        template="verify_email",
        to=email,
        context={"link": f"{settings.DOMAIN_CLIENT}/verify?{query}"},
        is_wanted=user is not None,
    )


def verification_resend(*, email: object) -> None:
    """Mail the link again; the same work whether or not the address waits for it."""
    address = email.strip().lower() if isinstance(email, str) else ""
    waiting = User.objects.filter(email=address, email_verified=False, is_active=True)
    if email_problems(address) or not mail_is_configured():
        return
    with transaction.atomic():
        verification_send(user=waiting.first(), email=address)


def verification_finish(*, email: object, token: object, caller: Caller | None = None) -> User:
    """Count an address as verified with the token of its mail; it works once.

    Raises:
        InvalidLinkError: unknown, used, too old, or of another address.
    """
    with transaction.atomic():
        row = one_time_usable(purpose=EMAIL_VERIFICATION, token=token).first()
        user = row.user if row else None
        is_theirs = (
            user is not None and isinstance(email, str) and user.email == email.strip().lower()
        )
        if row is None or user is None or not is_theirs or not one_time_use(row):
            raise InvalidLinkError(_(LINK_IS_OVER))
        user.email_verified, user.unverified_until = True, None
        user.save(update_fields=["email_verified", "unverified_until", "updated_at"])
        _record("email.verified", user, caller)
    return user


def email_change_request(*, user: User, email: object, caller: Caller | None = None) -> None:
    """Mail a link to a new address; the account keeps the old one until it is followed.

    A taken address gets no mail, and the answer does not tell.

    Raises:
        MailNotConfiguredError: nothing can be confirmed here.
        InvalidInputError: no address, the one in use, or one that a provider or directory keeps.
        DomainNotAllowedError: addresses of this domain are not accepted.
    """
    if not mail_is_configured():
        raise MailNotConfiguredError(
            _("No mail server is set up: ask the people who run this place.")
        )
    if user.provider != "local":
        raise InvalidInputError(_("Your address comes from where you sign in: change it there."))
    address = email.strip().lower() if isinstance(email, str) else ""
    problems = email_problems(address)
    if problems or address == user.email:
        raise InvalidInputError(problems[0] if problems else _("This is your address already."))
    if not domain_allowed(address):
        raise DomainNotAllowedError(_("The e-mail address cannot be used here."))
    is_free = not User.objects.filter(email=address).exists()
    with transaction.atomic():
        token = one_time_issue(
            purpose=EMAIL_CHANGE,
            lifetime=CHANGE_LIFETIME,
            user=user,
            data={"email": address},
        )
        _record("email.change_requested", user, caller)
        mail_send(
            template="change_email",
            to=address,
            context={"link": f"{settings.DOMAIN_CLIENT}/confirm-email/{token}"},
            is_wanted=is_free,
        )


def email_change_valid(*, token: str) -> bool:
    """Return whether a link to a new address still works."""
    usable = one_time_usable(purpose=EMAIL_CHANGE, token=token)
    return usable.filter(user__is_active=True).exists()


def email_change_finish(*, token: str, caller: Caller | None = None) -> User:
    """Give an account the address that was confirmed, sign it out and tell the old address.

    Raises:
        InvalidLinkError: the link is unknown, used or too old.
        AddressTakenError: somebody has registered with the address since.
    """
    try:
        with transaction.atomic():
            row = one_time_usable(purpose=EMAIL_CHANGE, token=token).first()
            user = row.user if row else None
            if row is None or user is None or not user.is_active or not one_time_use(row):
                raise InvalidLinkError(_(LINK_IS_OVER))
            before, user.email = user.email, row.data["email"]
            user.email_verified, user.unverified_until = True, None
            user.save(update_fields=["email", "email_verified", "unverified_until", "updated_at"])
            epoch_raise(user=user)
            sessions_close(user=user)
            _record("email.changed", user, caller, before=before)
            mail_send(template="email_changed", to=before, context={"new_email": user.email})
    except IntegrityError as exc:
        raise AddressTakenError(_("This address cannot be used for your account.")) from exc
    return user


def _record(action: str, user: User, caller: Caller | None, **metadata: str) -> None:
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
