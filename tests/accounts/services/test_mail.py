"""Mails over a real mail server."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from accounts.life_errors import MailFailedError, MailNotConfiguredError
from accounts.services import smtp
from accounts.services.mail import (
    mail_build,
    mail_is_configured,
    mail_send_now,
)
from tests.accounts.services.mail_links import LINK
from tests.fakes.smtp import PASSWORD, USER, MailServer, certificate

TEMPLATES = sorted(path.stem for path in Path("templates/accounts/mail").glob("*.txt"))
# The stand-in complains when a client hangs up in the middle of a handshake, as it should.
HANGS_UP = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def send() -> None:
    mail_send_now(template="verify_email", to="ada@example.org", context={"link": LINK})


def test_a_mail_arrives_in_text_and_html(use: Callable[..., None]) -> None:
    with MailServer() as server:
        use(server)
        send()
    [mail] = server.received
    assert mail.to == ["ada@example.org"]
    assert mail.message["From"] == '"Chat, Inc." <chat@example.org>'
    assert mail.message["Subject"] == "Confirm your e-mail address for LibreChat"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert LINK in mail.part("text/plain")
    assert LINK.replace("&", "&amp;") in mail.part("text/html")
    assert not mail.part("text/plain").startswith("Confirm your e-mail address for")
    assert not mail.is_encrypted


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_has_a_subject_and_no_loose_ends(template: str, settings: Settings) -> None:
    settings.EMAIL_FROM = "chat@example.org"
    numbers = {"total": {"credits": 7, "tokens": 5, "calls": 3}, "count": 2, "most": 1}
    context = {"link": LINK, **numbers}
    mail = mail_build(template=template, to="ada@example.org", context=context)
    html = str(mail.alternatives[0][0])
    assert mail.subject
    assert settings.DOMAIN_CLIENT in mail.body
    for text in (mail.subject, mail.body, html):
        assert "{" not in text.replace("body {", "").partition("</style>")[2 if text is html else 0]


def test_a_title_with_markup_is_text_in_mails(settings: Settings) -> None:
    settings.APP_TITLE = "<b>Chat</b> & more\nBcc: everybody@example.org"
    settings.EMAIL_FROM = "chat@example.org"
    settings.EMAIL_FROM_NAME = "Chat"
    mail = mail_build(template="verify_email", to="ada@example.org", context={})
    assert "\n" not in mail.subject
    assert "<b>Chat</b> & more" in mail.subject
    assert "&lt;b&gt;Chat" in str(mail.alternatives[0][0])
    assert "Bcc" not in mail.message()


def test_an_address_with_a_line_break_is_refused(use: Callable[..., None]) -> None:
    with MailServer() as server:
        use(server)
        with pytest.raises(MailFailedError):
            mail_send_now(
                template="password_changed",
                to="ada@example.org\nBcc: everybody@example.org",
                context={},
            )
    assert server.received == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # inside TLS from the first byte
@pytest.mark.parametrize("encryption", ["", "starttls", "tls"])
def test_the_line_is_encrypted_and_the_password_is_given(
    use: Callable[..., None],
    tmp_path: Path,
    encryption: str,
) -> None:
    files = certificate(tmp_path, "mail.example.org")
    kind: dict[str, Any] = {"tls" if encryption == "tls" else "starttls": files}
    with MailServer(wants_password=True, **kind) as server:
        use(
            server,
            EMAIL_ENCRYPTION=encryption,
            EMAIL_ALLOW_SELFSIGNED=True,
            EMAIL_HOST_USER=USER,
            EMAIL_HOST_PASSWORD=PASSWORD,
        )
        send()
    [mail] = server.received
    assert (mail.is_encrypted, mail.user) == (True, USER)


def test_a_wrong_password_of_the_mail_server_is_told(
    use: Callable[..., None],
    tmp_path: Path,
) -> None:
    with MailServer(wants_password=True, starttls=certificate(tmp_path, "mail")) as server:
        use(
            server,
            EMAIL_ALLOW_SELFSIGNED=True,
            EMAIL_HOST_USER=USER,
            EMAIL_HOST_PASSWORD="wrong",
        )
        with pytest.raises(MailFailedError, match="could not be sent"):
            send()
    assert server.received == []


@HANGS_UP
@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_a_certificate_of_nobody_known_is_refused(
    use: Callable[..., None],
    tmp_path: Path,
    encryption: str,
) -> None:
    files = certificate(tmp_path, "127.0.0.1")
    kind: dict[str, Any] = {encryption: files}
    with MailServer(**kind) as server:
        use(server, EMAIL_ENCRYPTION=encryption)
        with pytest.raises(MailFailedError, match=r"(?i)certificate"):
            send()
    assert server.received == []


@HANGS_UP
@pytest.mark.parametrize(
    ("name", "is_sent"),
    [("mail.example.org", True), ("other.example.org", False), ("", False)],
)
def test_the_certificate_is_checked_against_the_name_that_is_set(
    use: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    is_sent: bool,
) -> None:
    files = certificate(tmp_path, "mail.example.org")

    def trust(context: ssl.SSLContext) -> None:
        context.load_verify_locations(files[0])

    monkeypatch.setattr(smtp.NamedContext, "load_default_certs", trust)
    with MailServer(starttls=files) as server:
        use(server, EMAIL_ENCRYPTION="starttls", EMAIL_ENCRYPTION_HOSTNAME=name)
        if is_sent:
            send()
        else:
            with pytest.raises(MailFailedError):
                send()
    assert len(server.received) == is_sent


def test_known_services_need_no_host(settings: Settings) -> None:
    settings.EMAIL_SERVICE = "gmail"
    assert smtp.server() == ("smtp.gmail.com", 465, "tls")
    settings.EMAIL_SERVICE = "pigeon"
    with pytest.raises(ImproperlyConfigured, match="pigeon"):
        smtp.server()
    settings.EMAIL_SERVICE = ""
    settings.EMAIL_ENCRYPTION = "rot13"
    with pytest.raises(ImproperlyConfigured, match="rot13"):
        smtp.server()


@pytest.mark.parametrize(
    ("fields", "is_on"),
    [
        ({}, False),
        ({"EMAIL_HOST": "mail"}, False),
        ({"EMAIL_HOST": "mail", "EMAIL_FROM": "a@example.org"}, True),
        ({"EMAIL_SERVICE": "gmail", "EMAIL_FROM": "a@example.org"}, True),
        ({"EMAIL_HOST": "mail", "EMAIL_FROM": "a@example.org", "EMAIL_HOST_USER": "a"}, False),
    ],
)
def test_mail_is_on_when_everything_is_set(
    settings: Settings,
    fields: dict[str, str],
    is_on: bool,
) -> None:
    names = ("EMAIL_HOST", "EMAIL_SERVICE", "EMAIL_FROM", "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD")
    for name in names:
        setattr(settings, name, fields.get(name, ""))
    assert mail_is_configured() is is_on
    if not is_on:
        with pytest.raises(MailNotConfiguredError):
            send()
