"""Mail to people: rendered at once, sent after the transaction and beside the request."""

import logging
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from email.utils import formataddr

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string

from accounts.life_errors import MailFailedError, MailNotConfiguredError

logger = logging.getLogger(__name__)

SENDERS = 2
# What a broken line, a refusing server or an address it cannot write look like.
FAILURES = (OSError, ValueError, ImproperlyConfigured)

_postmen = ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="mail")
_under_way: set[Future[None]] = set()


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
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=body.strip() + "\n",
        from_email=formataddr(
            (settings.EMAIL_FROM_NAME or settings.APP_TITLE, settings.EMAIL_FROM)
        ),
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )
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
    """Send a mail once the transaction holds; a failure is logged, nobody waits for it.

    is_wanted: False does the work but the sending, so that its time tells nothing. Without a
    mail server nothing happens.
    """
    if not mail_is_configured():
        return
    mail = mail_build(template=template, to=to, context=context)
    if is_wanted:
        transaction.on_commit(lambda: _hand_over(mail, template))


def mail_send_now(*, template: str, to: str, context: Mapping[str, object]) -> None:
    """Send a mail and wait, where somebody can be told that it failed.

    Raises:
        MailNotConfiguredError: there is no mail server.
        MailFailedError: the server cannot be reached, or refused.
    """
    if not mail_is_configured():
        raise MailNotConfiguredError("No mail server is set up.")
    try:
        mail_build(template=template, to=to, context=context).send()
    except FAILURES as exc:
        raise MailFailedError(f"The mail to {to} could not be sent: {exc}") from exc


def mail_drain(seconds: float = 10) -> bool:
    """Wait for the mails under way; return whether all are through."""
    return not wait(set(_under_way), timeout=seconds).not_done


def _hand_over(mail: EmailMultiAlternatives, template: str) -> None:
    future = _postmen.submit(_deliver, mail, template)
    _under_way.add(future)
    future.add_done_callback(_under_way.discard)


def _deliver(mail: EmailMultiAlternatives, template: str) -> None:
    try:
        mail.send()
    except FAILURES:
        logger.exception(
            "A mail could not be sent. Check EMAIL_HOST and the log of the mail server.",
            extra={"template": template},
        )
