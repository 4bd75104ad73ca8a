"""Test mails over a real mail server."""

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.errors import TooManyRequestsError
from accounts.life_errors import MailNotConfiguredError
from accounts.models import AuditEvent, Ban, User, Violation
from accounts.services.mail_test import Outcome, mail_facts, mail_test_send
from librechat.kernel.errors import InvalidInputError
from tests.factories.people import CALLER
from tests.fakes.smtp import PASSWORD, USER, MailServer, certificate

pytestmark = pytest.mark.django_db

HANGS_UP = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def _smtp(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "accounts.services.smtp.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_FROM = "127.0.0.1", "chat@example.org"
    settings.EMAIL_TIMEOUT = 5


def try_it(admin: User, to: str = "ada@example.org") -> Outcome:
    return mail_test_send(to=to, actor=admin, caller=CALLER)


def test_a_test_mail_arrives_and_is_on_record(admin: User, settings: Settings) -> None:
    with MailServer() as server:
        settings.EMAIL_PORT = server.port
        outcome = try_it(admin, " ada@example.org ")
    assert outcome.is_sent
    assert "ada@example.org" in outcome.words
    [mail] = server.received
    assert (mail.to, mail.message["Subject"]) == (["ada@example.org"], "Test mail of LibreChat")
    event = AuditEvent.objects.latest("sequence")
    assert (event.action, event.outcome) == ("mail.tested", "success")
    assert event.target_name == "ada@example.org"


def test_a_refusal_is_told_in_the_servers_words(admin: User, settings: Settings) -> None:
    with MailServer(refuses=True) as server:
        settings.EMAIL_PORT = server.port
        outcome = try_it(admin)
    assert outcome == Outcome(
        is_sent=False,
        words="The server refused the mail itself.",
        said="554 No mails today",
    )
    assert AuditEvent.objects.latest("sequence").outcome == "failure"


def test_a_wrong_password_is_named_and_never_shown(
    admin: User,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.EMAIL_ENCRYPTION, settings.EMAIL_ALLOW_SELFSIGNED = "starttls", True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, f"not {PASSWORD}"
    with MailServer(starttls=certificate(tmp_path, "127.0.0.1"), wants_password=True) as server:
        settings.EMAIL_PORT = server.port
        outcome = try_it(admin)
    assert not outcome.is_sent
    assert "refused the user name or the password" in outcome.words
    assert outcome.said.startswith("535")
    assert PASSWORD not in outcome.said


@HANGS_UP
def test_a_certificate_that_nobody_trusts_is_named(
    admin: User,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.EMAIL_ENCRYPTION = "starttls"
    with MailServer(starttls=certificate(tmp_path, "127.0.0.1")) as server:
        settings.EMAIL_PORT = server.port
        outcome = try_it(admin)
    assert "certificate of the server is not trusted" in outcome.words


def test_where_nobody_listens_that_is_said(admin: User, settings: Settings) -> None:
    with MailServer() as server:
        settings.EMAIL_PORT = server.port
    assert "Nothing listens there" in try_it(admin).words


def test_too_many_are_refused_without_a_violation(admin: User, settings: Settings) -> None:
    with MailServer() as server:
        settings.EMAIL_PORT = server.port
        for _ in range(5):
            try_it(admin)
        with pytest.raises(TooManyRequestsError, match="Too many test mails"):
            try_it(admin)
    assert len(server.received) == 5
    assert not Violation.objects.exists()
    assert not Ban.objects.exists()


def test_what_is_no_address_and_mail_that_is_off_are_refused(
    admin: User,
    settings: Settings,
) -> None:
    with pytest.raises(InvalidInputError, match="Nothing was sent"):
        try_it(admin, "ada@example.org\nBcc: all@example.org")
    settings.EMAIL_HOST = ""
    with pytest.raises(MailNotConfiguredError):
        try_it(admin)
    assert not AuditEvent.objects.filter(action="mail.tested").exists()


def test_the_facts_never_hold_the_password(settings: Settings) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = USER, PASSWORD
    settings.EMAIL_PORT = 2525
    facts = dict(mail_facts())
    assert facts["Server"] == "127.0.0.1:2525"
    assert facts["Password"] == "••••"
    assert PASSWORD not in str(facts)
    settings.EMAIL_SERVICE = "nobody"
    assert "not known" in dict(mail_facts())["Server"]
    settings.EMAIL_ALLOW_SELFSIGNED = True
    assert "not checked" in dict(mail_facts())["Certificate for"]
