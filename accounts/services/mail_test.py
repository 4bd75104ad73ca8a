"""A mail to see whether mail works, and what went wrong in plain words."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.life_errors import MailNotConfiguredError
from accounts.limits.caller import Caller
from accounts.limits.counters import limit_check
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.mail import FAILURES, mail_build, mail_is_configured
from accounts.services.smtp import server
from librechat.kernel.errors import InvalidInputError

RULE = "mail_test"
HIDDEN = "••••"
MOST_SAID = 500
ENCRYPTION = {
    "tls": "TLS",
    "starttls": "STARTTLS",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went. said: the words of the server or of the machine, without secrets."""

    is_sent: bool
    words: str
    said: str = ""


def mail_facts() -> Iterator[tuple[str, str]]:
    """Yield (name, value) of how mail is set up, in words, without the password."""
    try:
        host, port, encryption = server()
        yield _("Server"), f"{host}:{port}" if host else _("none: set EMAIL_HOST")
        offer = _("none, or STARTTLS when the server offers it")
        yield _("Encryption"), ENCRYPTION.get(encryption, offer)
    except ImproperlyConfigured as exc:
        yield _("Server"), str(exc)
    yield _("Service"), settings.EMAIL_SERVICE or _("none by name")
    yield _("User name"), settings.EMAIL_HOST_USER or _("none: no sign-in at the server")
    is_set = bool(settings.EMAIL_HOST_PASSWORD)
    yield _("Password"), HIDDEN if is_set else _("none")
    yield _("Sender"), settings.EMAIL_FROM or _("none: set EMAIL_FROM")
    certificate = settings.EMAIL_ENCRYPTION_HOSTNAME or _("the name of the server")
    if settings.EMAIL_ALLOW_SELFSIGNED:
        certificate = _("not checked (EMAIL_ALLOW_SELFSIGNED)")
    yield _("Certificate for"), certificate
    yield _("Patience"), _("%(seconds)d seconds") % {"seconds": settings.EMAIL_TIMEOUT}


def mail_test_send(*, to: str, actor: User, caller: Caller) -> Outcome:
    """Send a mail now, wait, and say how it went; counted against its limit, and on record.

    Raises:
        InvalidInputError: the address is none.
        MailNotConfiguredError: there is no mail server.
        TooManyRequestsError: there were too many.
    """
    address = to.strip()
    try:
        validate_email(address)
    except ValidationError as exc:
        raise InvalidInputError(_("This is no e-mail address. Nothing was sent.")) from exc
    if not mail_is_configured():
        raise MailNotConfiguredError(
            _("Mail is not set up: set EMAIL_HOST or EMAIL_SERVICE, and EMAIL_FROM."),
        )
    limit_check(RULE, user=actor, address=caller.address)
    outcome = _sent(address)
    _record(address, outcome, actor, caller)
    return outcome


def _sent(address: str) -> Outcome:
    mail = mail_build(template="mail_test", to=address, context={})
    try:
        mail.send()
    except FAILURES as exc:
        return Outcome(is_sent=False, words=_words(exc), said=_said(exc))
    return Outcome(
        is_sent=True,
        words=_(
            "The server took the mail to %(address)s. Look whether it arrives, also among spam."
        )
        % {"address": address},
    )


def _words(exc: BaseException) -> str:
    """Return what a failure means and what to do."""
    for kinds, words in _meanings():
        if isinstance(exc, kinds):
            return words
    return _("The mail was not sent.")


def _meanings() -> Iterator[tuple[type[BaseException] | tuple[type[BaseException], ...], str]]:
    """Yield kinds of failures and their words; those that are special cases of others first."""
    yield (
        smtplib.SMTPAuthenticationError,
        _(
            "The server refused the user name or the password: look at EMAIL_USERNAME and "
            "EMAIL_PASSWORD. Some providers want a password for apps."
        ),
    )
    yield (
        smtplib.SMTPRecipientsRefused,
        _("The server refused the address the mail was for."),
    )
    yield (
        smtplib.SMTPSenderRefused,
        _("The server refused the sender: EMAIL_FROM must be an address it may send for."),
    )
    yield smtplib.SMTPDataError, _("The server refused the mail itself.")
    yield (
        smtplib.SMTPNotSupportedError,
        _("The server does not offer what is asked of it: look at EMAIL_ENCRYPTION."),
    )
    yield (
        (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, smtplib.SMTPHeloError),
        _("The server hung up. The port and EMAIL_ENCRYPTION may not belong together."),
    )
    yield smtplib.SMTPException, _("The server refused.")
    yield (
        ssl.SSLCertVerificationError,
        _(
            "The certificate of the server is not trusted, or is for another name: see "
            "EMAIL_ENCRYPTION_HOSTNAME."
        ),
    )
    yield (
        ssl.SSLError,
        _("Encryption failed. The port and EMAIL_ENCRYPTION may not belong together."),
    )
    yield socket.gaierror, _("No machine has the name in EMAIL_HOST.")
    yield ConnectionRefusedError, _("Nothing listens there: look at EMAIL_HOST and EMAIL_PORT.")
    yield TimeoutError, _("The server did not answer in time; a firewall may be between.")
    yield OSError, _("The server cannot be reached.")
    yield ImproperlyConfigured, _("A setting is wrong.")


def _said(exc: BaseException) -> str:
    """Return the words of the server or of the machine; never the password."""
    match exc:
        case smtplib.SMTPRecipientsRefused():
            answers = exc.recipients.values()
            text = "; ".join(f"{code} {_text(words)}" for code, words in answers)
        case smtplib.SMTPResponseException():
            text = f"{exc.smtp_code} {_text(exc.smtp_error)}"
        case _:
            text = str(exc)
    password = settings.EMAIL_HOST_PASSWORD
    return (text.replace(password, HIDDEN) if password else text)[:MOST_SAID]


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _record(address: str, outcome: Outcome, actor: User, caller: Caller) -> None:
    audit_record(
        Act(
            category="system",
            action="mail.tested",
            outcome="success" if outcome.is_sent else "failure",
            actor=actor,
            target=Target("mail", "", address),
            metadata={"said": outcome.said},
            caller=caller,
        ),
    )
