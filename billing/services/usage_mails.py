"""One mail of a saved view to one administrator: written, handed over once, its end recorded."""

import logging
from datetime import datetime, timedelta
from smtplib import (
    SMTPDataError,
    SMTPHeloError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from accounts.access.capabilities import ACCESS_ADMIN, capability_allows
from accounts.errors import BannedError
from accounts.limits.bans import ban_check
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.mail import (
    FAILURES,
    FIRST_WAIT_SECONDS,
    FOR_GOOD,
    LONGEST_WAIT_SECONDS,
    RETRIES,
    mail_build,
    mail_is_configured,
)
from billing.models import UsageMail
from billing.models.usage_mail import MailState
from billing.queries.usage_csv import csv_lines
from billing.queries.usage_filters import Cut, cut_parse
from billing.queries.usage_table import usage_table
from librechat.kernel import clock
from librechat.kernel.jobs.attempts import JobContext
from librechat.kernel.jobs.errors import TryAgainError
from librechat.kernel.jobs.job import job

logger = logging.getLogger(__name__)

MOST_ROWS = 20_000
# What a server that refuses a mail raises: it was not taken then.
REFUSALS = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, SMTPHeloError)

NO_SERVER = gettext_noop("No mail server is set up.")
NOT_RECIPIENT = gettext_noop("The recipient may no longer see usage.")
NOT_OWNER = gettext_noop("The owner of the view may no longer see usage.")
NOT_REACHED = gettext_noop("The mail server could not be reached.")
REFUSED = gettext_noop("The mail server refused it.")
BROKEN_OFF = gettext_noop("It broke off while the mail was handed over: it may have arrived.")


def usage_is_open_to(user: User) -> bool:
    """Return whether somebody may come into the administration and see all usage there."""
    try:
        ban_check(user=user)
    except BannedError:
        return False
    is_here = user.is_active and user.delete_after is None
    return is_here and capability_allows(user, ACCESS_ADMIN, "read:usage")


@job(
    queue_name="mail",
    retries=RETRIES,
    backoff_seconds=FIRST_WAIT_SECONDS,
    longest_seconds=LONGEST_WAIT_SECONDS,
    takes_context=True,
)
def usage_mail_deliver(context: JobContext, mail_id: str, due: str) -> None:
    """Send a mail unless a newer one is due, it is gone, or it left before.

    It is marked before it is handed over. Whoever finds the mark of a worker that died does not
    send it again: nobody knows whether it arrived.

    Raises:
        TryAgainError: it did not leave, and may do so later.
    """
    mail = _mail_due(mail_id, datetime.fromisoformat(due))
    if mail is None or mail.state not in {MailState.WAITING, MailState.SENDING}:
        return
    if mail.state == MailState.SENDING:
        _end(mail, MailState.UNCLEAR, BROKEN_OFF)
        return
    refusal = _refusal(mail)
    if refusal:
        _end(mail, MailState.FAILED, refusal)
        return
    is_last = context.run.attempt.failures > RETRIES
    try:
        _hand_over(mail, usage_mail_build(mail))
    except TryAgainError as exc:
        _end(mail, MailState.FAILED if is_last else MailState.WAITING, exc.message, _answer(exc))
        raise


def usage_mail_build(mail: UsageMail) -> EmailMultiAlternatives:
    """Return the mail: what the view comes to, with its rows as CSV, most of them or all."""
    cut = mailed_cut(mail)
    table = usage_table(cut)
    page = reverse("admin:billing_usagehour_changelist")
    letter = mail_build(
        template="usage_view",
        to=mail.user.email,
        context={
            "name": mail.mailing.view.name,
            "first": cut.first,
            "last": cut.last,
            "total": table.total,
            "count": len(table.order),
            "most": MOST_ROWS,
            "is_cut": len(table.order) > MOST_ROWS,
            "link": f"{settings.DOMAIN_CLIENT}{page}?{cut.query()}",
        },
    )
    content = b"".join(csv_lines(table, table.rows_between(0, MOST_ROWS)))
    letter.attach(f"usage-{cut.first:%Y%m%d}-{cut.last:%Y%m%d}.csv", content.decode(), "text/csv")
    return letter


def mailed_cut(mail: UsageMail) -> Cut:
    """Return the view's cut in whole days until before the mail was due, however late it leaves."""
    if mail.due_at is None:
        raise ValueError("No mail is due.")
    asked = dict(parse_qsl(mail.mailing.view.query))
    due = mail.due_at.date()
    is_by_month = asked.get("period") == "last-month"
    cut = cut_parse(asked, today=due if is_by_month else due - timedelta(days=1))
    return cut.with_days_of_its_own()


def _mail_due(mail_id: str, due: datetime) -> UsageMail | None:
    mails = UsageMail.objects.select_related("user", "mailing__view__user")
    return mails.filter(pk=mail_id, due_at=due).first()


def _refusal(mail: UsageMail) -> str:
    """Return why a mail must not or cannot be sent; "" when it may."""
    if not usage_is_open_to(mail.user):
        return NOT_RECIPIENT
    if not usage_is_open_to(mail.mailing.view.user):
        return NOT_OWNER
    return "" if mail_is_configured() else NO_SERVER


def _hand_over(mail: UsageMail, letter: EmailMultiAlternatives) -> None:
    try:
        connection = get_connection()
        connection.open()
    except ImproperlyConfigured as exc:
        _end(mail, MailState.FAILED, NO_SERVER, str(exc))
        return
    except FAILURES as exc:
        raise TryAgainError(NOT_REACHED) from exc
    try:
        if _marked(mail):
            connection.send_messages([letter])
            _sent(mail)
    except REFUSALS as exc:
        _refused(mail, exc)
    except FAILURES as exc:
        logger.warning("A mail of usage broke off.", extra={"mail": mail.pk}, exc_info=exc)
        _end(mail, MailState.UNCLEAR, BROKEN_OFF, type(exc).__name__)
    finally:
        connection.close()


def _refused(mail: UsageMail, exc: SMTPRecipientsRefused | SMTPResponseException) -> None:
    if isinstance(exc, SMTPRecipientsRefused):
        codes = [code for code, _words in exc.recipients.values()]
    else:
        codes = [exc.smtp_code]
    if min(codes) < FOR_GOOD:
        # Not chained: the server's words hold the address.
        raise TryAgainError(REFUSED, codes=codes) from None
    _end(mail, MailState.FAILED, REFUSED, str(codes))


def _answer(exc: TryAgainError) -> str:
    codes = exc.data.get("codes")
    return str(codes) if codes else type(exc.__cause__).__name__


def _marked(mail: UsageMail) -> bool:
    """Mark a mail as being handed over; False when somebody else did or a newer one is due."""
    waiting = UsageMail.objects.filter(pk=mail.pk, due_at=mail.due_at, state=MailState.WAITING)
    return bool(waiting.update(state=MailState.SENDING))


def _sent(mail: UsageMail) -> None:
    view = mail.mailing.view
    with transaction.atomic():
        _end(mail, MailState.SENT, "")
        UsageMail.objects.filter(pk=mail.pk).update(sent_at=clock.now())
        audit_record(
            Act(
                category="billing",
                action="usage.mailed",
                actor=view.user,
                target=Target.person(mail.user),
                metadata={"view": view.name, "filter": mailed_cut(mail).query()},
            )
        )


def _end(mail: UsageMail, state: MailState, detail: str, answer: str = "") -> None:
    """Record how it went, unless a newer mail is due by now."""
    UsageMail.objects.filter(pk=mail.pk, due_at=mail.due_at).update(
        state=state, detail=detail, answer=answer[:100]
    )
