"""The end of accounts: closed by their owner, brought back, deleted when their time is over."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.access.legal_hold import is_held, purgeable
from accounts.errors import AccountDeletionOffError, LastAdminError, LoginRefusedError
from accounts.life_errors import AccountClosingError, InvalidLinkError, LegalHoldError
from accounts.limits.caller import Caller
from accounts.models import ADMIN, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.mail import mail_send
from accounts.services.one_time import one_time_issue, one_time_usable, one_time_use
from accounts.services.people import keep_one_admin, user_delete
from accounts.services.sessions import epoch_raise, sessions_close
from librechat.kernel import clock

logger = logging.getLogger(__name__)

RESTORE = "account_restore"


def account_close(*, user: User, caller: Caller | None = None) -> None:
    """Close an account at its owner's wish; it is deleted after the days of grace.

    Raises:
        AccountDeletionOffError: people may not do so here.
        LastAdminError: the others would be left without an administrator.
    """
    if not settings.ALLOW_ACCOUNT_DELETION and user.role != ADMIN:
        raise AccountDeletionOffError(_("Deleting your account is not allowed here."))
    user_delete_later(user=user, actor=user, caller=caller)


def user_delete_later(*, user: User, actor: User | None, caller: Caller | None = None) -> None:
    """Sign a person out everywhere and delete them after the days of grace; without any, now.

    Who is under a legal hold waits in any case, without a way back once the days are over.

    Raises:
        LastAdminError: the others would be left without an administrator.
    """
    days = max(0, settings.ACCOUNT_DELETION_GRACE_DAYS)
    if not days and not is_held(user):
        user_delete(user=user, actor=actor, caller=caller)
        return
    with transaction.atomic():
        keep_one_admin(user)
        sessions_close(user=user)
        user.delete_after = clock.now() + timedelta(days=days)
        user.save(update_fields=["delete_after", "updated_at"])
        epoch_raise(user=user)
        _record("account.closed", user, actor, caller)
        if days:
            _tell(user, timedelta(days=days))


def _tell(user: User, lifetime: timedelta) -> None:
    """Mail the way back."""
    token = one_time_issue(purpose=RESTORE, lifetime=lifetime, user=user)
    link = f"{settings.DOMAIN_CLIENT}/restore/{token}"
    context = {"link": link, "moment": user.delete_after}
    mail_send(template="account_closing", to=user.email, context=context)


def account_is_over(user: User) -> bool:
    """Return whether a closed account is past its days of grace: to its owner it is gone."""
    return user.delete_after is not None and user.delete_after <= clock.now()


def closing_refuse(user: User) -> None:
    """Pass unless the account waits to be deleted.

    Raises:
        LoginRefusedError: its time is over; as for an account that is not there.
        AccountClosingError: saying until when it can be brought back.
    """
    if account_is_over(user):
        raise LoginRefusedError(_("The e-mail address or the password is not right."))
    if user.delete_after is not None:
        until = formats.date_format(user.delete_after, "j F Y, H:i")
        raise AccountClosingError(
            _(
                "This account was closed and will be deleted on %(until)s (UTC)."
                " Until then you can bring it back at %(address)s.",
            )
            % {"until": until, "address": f"{settings.DOMAIN_CLIENT}/restore"},
        )


def account_restore(
    *,
    user: User,
    actor: User | None = None,
    caller: Caller | None = None,
) -> bool:
    """Bring a closed account back; False when it was not closed."""
    with transaction.atomic():
        waiting = User.objects.filter(pk=user.pk, delete_after__isnull=False)
        if not waiting.update(delete_after=None, updated_at=clock.now()):
            return False
        user.refresh_from_db(fields=["delete_after", "updated_at"])
        _record("account.restored", user, actor, caller)
    return True


def restore_valid(*, token: str) -> bool:
    """Return whether the link of the mail about a closed account still works."""
    usable = one_time_usable(purpose=RESTORE, token=token)
    return usable.filter(user__delete_after__isnull=False).exists()


def account_restore_with(*, token: str, caller: Caller | None = None) -> User:
    """Bring an account back with the link of its mail.

    Raises:
        InvalidLinkError: unknown, used or too old.
    """
    with transaction.atomic():
        row = one_time_usable(purpose=RESTORE, token=token).first()
        user = row.user if row else None
        if row is None or user is None or not one_time_use(row):
            raise InvalidLinkError(_("This link is invalid or has expired."))
        account_restore(user=user, actor=user, caller=caller)
    return user


def accounts_over() -> QuerySet[User]:
    """Return the accounts whose time is over: closed ones, and addresses nobody confirmed."""
    now = clock.now()
    unconfirmed = Q(unverified_until__lte=now, email_verified=False)
    return User.objects.filter(Q(delete_after__lte=now) | unconfirmed)


def accounts_purge() -> int:
    """Delete the accounts whose time is over."""
    found = purgeable(accounts_over(), "pk")
    return sum(_purge(found.filter(pk=pk)) for pk in list(found.values_list("pk", flat=True)))


def _purge(found: QuerySet[User]) -> bool:
    with transaction.atomic():
        # Once more under a lock: they may have come back, or confirmed, a moment ago.
        user = found.select_for_update().first()
        if user is None:
            return False
        try:
            user_delete(user=user)
        except LastAdminError:
            logger.warning("The last administrator is kept.", extra={"user_id": user.pk})
            return False
        except LegalHoldError:  # placed a moment ago
            return False
        return True


def _record(action: str, user: User, actor: User | None, caller: Caller | None) -> None:
    until = clock.iso(user.delete_after) if user.delete_after else None
    audit_record(
        Act(
            category="account",
            action=action,
            severity="warning",
            actor=actor,
            target=Target.person(user),
            metadata={"deleted_after": until} if until else {},
            caller=caller,
        ),
    )
