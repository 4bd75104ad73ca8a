"""Mail to people: rendered at once, kept with the transaction, sent by a job beside the request."""

import json
from collections.abc import Mapping
from email.utils import formataddr
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext

from accounts.life_errors import MailFailedError, MailNotConfiguredError
from librechat.kernel import secrets
from librechat.kernel.jobs.errors import TryAgainError
from librechat.kernel.jobs.job import job

# For about three hours; links in mails do not live much longer.
RETRIES, FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 12, 15, 30 * 60
FOR_GOOD = 500  # a server's answer from here on is its last word
# What a broken line, a refusing server or an address it cannot write look like.
FAILURES = (OSError, ValueError, ImproperlyConfigured)


def mail_is_configured() -> bool:
    """Return whether a mail server and a sender are set; a name needs its password."""
    has_server = bool(settings.EMAIL_SERVICE or settings.EMAIL_HOST)
    is_whole = bool(settings.EMAIL_HOST_USER) == bool(settings.EMAIL_HOST_PASSWORD)
    return has_server and bool(settings.EMAIL_FROM) and is_whole


def mail_build(*, template: str, to: str, context: Mapping[str, object]) -> EmailMultiAlternatives:
    """Return a mail in text and HTML; the first line of the text template is the subject."""
    values = {"app_title": settings.APP_TITLE, "home": settings.DOMAIN_CLIENT, **context}
    text = render_to_string(f"accounts/mail/{template}.txt", values).strip()
    subject, _, body = text.partition("\n")
    sender = formataddr((settings.EMAIL_FROM_NAME or settings.APP_TITLE, settings.EMAIL_FROM))
    mail = _letter(" ".join(subject.split()), body.strip() + "\n", sender, [to])
    html = render_to_string(f"accounts/mail/{template}.html", {**values, "subject": mail.subject})
    mail.attach_alternative(html, "text/html")
    return mail


def mail_send(
    *,
    template: str,
    to: str,
    context: Mapping[str, object],
    is_wanted: bool = True,
) -> None:
    """Send a mail once the transaction holds; nobody waits for it, and no crash loses it.

    is_wanted: False does the work but the sending, so that its time tells nothing. Without a
    mail server nothing happens.
    """
    if not mail_is_configured():
        return
    mail = mail_build(template=template, to=to, context=context)
    letter = {
        "subject": mail.subject,
        "body": mail.body,
        "html": str(mail.alternatives[0][0]),
        "from_email": mail.from_email,
        "to": mail.to if is_wanted else [],
    }
    # Sealed: a link in a mail signs somebody in, and rows end up in backups.
    mail_deliver.enqueue(template=template, letter=secrets.encrypt(json.dumps(letter)))


def mail_send_now(*, template: str, to: str, context: Mapping[str, object]) -> None:
    """Send a mail and wait, where somebody can be told that it failed.

    Raises:
        MailNotConfiguredError: there is no mail server.
        MailFailedError: the server cannot be reached, or refused.
    """
    if not mail_is_configured():
        raise MailNotConfiguredError(gettext("No mail server is set up."))
    try:
        mail_build(template=template, to=to, context=context).send()
    except FAILURES as exc:
        raise MailFailedError(
            gettext("The mail to %(to)s could not be sent: %(exc)s") % {"to": to, "exc": exc}
        ) from exc


@job(
    queue_name="mail",
    retries=RETRIES,
    backoff_seconds=FIRST_WAIT_SECONDS,
    longest_seconds=LONGEST_WAIT_SECONDS,
    retry_on=(OSError,),
    is_private=True,
)
def mail_deliver(template: str, letter: str) -> None:
    """Send a mail that ``mail_send`` kept.

    template: for whoever looks at the list of jobs.

    Raises:
        MailFailedError: it cannot be sent, now or later.
        TryAgainError, OSError: it cannot be sent now.
    """
    parts = json.loads(secrets.decrypt(letter))
    if not parts["to"]:
        return
    mail = _letter(parts["subject"], parts["body"], parts["from_email"], parts["to"])
    mail.attach_alternative(parts["html"], "text/html")
    try:
        mail.send()
    except (SMTPRecipientsRefused, SMTPDataError) as exc:
        # Not chained: the server's words hold the address, and the job outlives the account.
        codes = _codes(exc)
        if min(codes) >= FOR_GOOD:
            raise MailFailedError(
                gettext("The mail server refuses it (%(template)s): %(codes)s.")
                % {"template": template, "codes": codes}
            ) from None
        raise TryAgainError(
            gettext("The mail server does not take it now: %(codes)s.") % {"codes": codes}
        ) from None
    except (ValueError, ImproperlyConfigured) as exc:
        raise MailFailedError(
            gettext("The mail could not be sent: %(exc)s") % {"exc": exc}
        ) from exc


def _codes(refusal: SMTPRecipientsRefused | SMTPDataError) -> list[int]:
    if isinstance(refusal, SMTPDataError):
        return [refusal.smtp_code]
    return [code for code, _words in refusal.recipients.values()]


def _letter(subject: str, body: str, sender: str, to: list[str]) -> EmailMultiAlternatives:
    return EmailMultiAlternatives(
        subject=subject,
        body=body,
        from_email=sender,
        to=to,
        headers={"Auto-Submitted": "auto-generated"},
    )
