"""Talking to the mail server, with LibreChat's settings."""

import smtplib
import ssl
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends import smtp
from django.utils.functional import cached_property
from typing_extensions import override

# EMAIL_SERVICE → host, port, encryption: the names LibreChat's sender knows that people use.
SERVICES: dict[str, tuple[str, int, str]] = {
    "brevo": ("smtp-relay.brevo.com", 587, "starttls"),
    "fastmail": ("smtp.fastmail.com", 465, "tls"),
    "gmail": ("smtp.gmail.com", 465, "tls"),
    "hotmail": ("smtp-mail.outlook.com", 587, "starttls"),
    "icloud": ("smtp.mail.me.com", 587, "starttls"),
    "mailgun": ("smtp.mailgun.org", 465, "tls"),
    "mailjet": ("in.mailjet.com", 587, "starttls"),
    "outlook365": ("smtp.office365.com", 587, "starttls"),
    "postmark": ("smtp.postmarkapp.com", 587, "starttls"),
    "sendgrid": ("smtp.sendgrid.net", 587, "starttls"),
    "ses": ("email-smtp.us-east-1.amazonaws.com", 465, "tls"),
    "yahoo": ("smtp.mail.yahoo.com", 465, "tls"),
    "zoho": ("smtp.zoho.com", 465, "tls"),
}
ENCRYPTIONS = ("", "starttls", "tls")


def server() -> tuple[str, int, str]:
    """Return host, port and encryption.

    Raises:
        ImproperlyConfigured: naming the setting that is wrong.
    """
    if settings.EMAIL_SERVICE:
        found = SERVICES.get(settings.EMAIL_SERVICE)
        if found is None:
            raise ImproperlyConfigured(
                f"EMAIL_SERVICE {settings.EMAIL_SERVICE!r} is not known: set EMAIL_HOST instead.",
            )
        return found
    if settings.EMAIL_ENCRYPTION not in ENCRYPTIONS:
        raise ImproperlyConfigured(
            f"EMAIL_ENCRYPTION must be starttls or tls, not {settings.EMAIL_ENCRYPTION!r}.",
        )
    return settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_ENCRYPTION


class NamedContext(ssl.SSLContext):
    """Checks a certificate against a name of our choice, not against the host we connect to."""

    name = ""

    @override
    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Return the encrypted socket."""
        if self.name:
            kwargs["server_hostname"] = self.name
        return super().wrap_socket(*args, **kwargs)


def tls_context() -> NamedContext:
    """Return how certificates of the mail server are checked."""
    context = NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_default_certs()
    context.name = settings.EMAIL_ENCRYPTION_HOSTNAME
    if settings.EMAIL_ALLOW_SELFSIGNED:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class SmtpBackend(smtp.EmailBackend):
    """Django's, with the address and the encryption taken from LibreChat's settings.

    Without EMAIL_ENCRYPTION the connection is encrypted when the server offers it.
    """

    def __init__(self, **kwargs: Any) -> None:
        host, port, encryption = server()
        kwargs.update(
            host=host,
            port=port,
            use_tls=encryption == "starttls",
            use_ssl=encryption == "tls",
        )
        super().__init__(**kwargs)

    @cached_property
    @override
    def ssl_context(self) -> ssl.SSLContext:
        """How certificates are checked."""
        return tls_context()

    @override
    def open(self) -> bool | None:
        """Connect and sign in; a password never crosses an open line that could be encrypted."""
        try:
            is_new = self._connect()
            if is_new and isinstance(self.connection, smtplib.SMTP):
                self._enter(self.connection)
        except OSError:
            if isinstance(self.connection, smtplib.SMTP):
                self.connection.close()
                self.connection = None
            raise
        return is_new

    def _connect(self) -> bool | None:
        user, self.username = self.username, ""  # not yet: the line may still be open
        try:
            return super().open()
        finally:
            self.username = user

    def _enter(self, connection: smtplib.SMTP) -> None:
        if not (self.use_tls or self.use_ssl):
            connection.ehlo_or_helo_if_needed()
            if connection.has_extn("starttls"):
                connection.starttls(context=self.ssl_context)
        if self.username and self.password:
            connection.login(self.username, self.password)
