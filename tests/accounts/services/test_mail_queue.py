"""Mails that wait: for the end of a transaction, or for another try."""

from collections.abc import Callable
from smtplib import SMTPRecipientsRefused

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.services.mail import mail_send
from librechat.kernel import clock
from librechat.kernel.jobs.worker import Worker
from tests.accounts.services.mail_links import LINK
from tests.fakes.smtp import MailServer


def mail_drain() -> int:
    return Worker(queues=("mail",)).run_waiting()


@pytest.mark.django_db(transaction=True)
def test_a_mail_leaves_after_the_transaction_and_not_without_it(use: Callable[..., None]) -> None:
    with MailServer() as server:
        use(server)
        with transaction.atomic():
            mail_send(template="password_changed", to="ada@example.org", context={})
            assert server.received == []
        assert mail_drain() == 1
        assert len(server.received) == 1
        with transaction.atomic():
            mail_send(template="password_changed", to="ada@example.org", context={})
            transaction.set_rollback(True)
        mail_send(
            template="password_changed",
            to="ada@example.org",
            context={},
            is_wanted=False,
        )
        assert mail_drain() == 1  # the work is the same, whoever it is for
        assert len(server.received) == 1
    assert not DBTaskResult.objects.exclude(args_kwargs={"args": [], "kwargs": {}}).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["refused", "gone", "wrong setting"])
def test_a_mail_that_fails_breaks_nothing_and_is_tried_again_if_that_helps(
    use: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    settings: Settings,
    fault: str,
) -> None:
    begin = clock.now()
    with MailServer(refuses=fault == "refused") as server:
        use(server)
        if fault == "gone":
            settings.EMAIL_PORT = 1
        if fault == "wrong setting":
            settings.EMAIL_ENCRYPTION = "rot13"
        mail_send(template="password_changed", to="ada@example.org", context={})
        assert mail_drain() == 1
    assert server.received == []
    row = DBTaskResult.objects.get()
    assert LINK not in str(row.args_kwargs)
    if fault == "gone":
        assert row.status == "READY"
        assert 10 < (row.run_after - begin).total_seconds() < 30
        assert "A job will be tried again" in caplog.text
    else:
        assert row.status == "FAILED"
        assert row.exception_class_path.endswith("MailFailedError")
        assert "A job failed" in caplog.text


@pytest.mark.django_db
def test_without_a_mail_server_nothing_is_sent(mailoutbox: list[object]) -> None:
    mail_send(template="password_changed", to="ada@example.org", context={})
    assert mail_drain() == 0
    assert mailoutbox == []


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "state"), [(550, "FAILED"), (451, "READY")])
def test_a_refused_address_is_tried_again_only_if_that_helps_and_told_to_nobody(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, code: int, state: str
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_FROM = "mail.example.org", "chat@example.org"

    def refuse(_mail: object) -> None:
        raise SMTPRecipientsRefused({"ada@example.org": (code, b"ada@example.org? No.")})

    monkeypatch.setattr("accounts.services.mail.EmailMultiAlternatives.send", refuse)
    mail_send(template="password_changed", to="ada@example.org", context={})
    mail_drain()
    row = DBTaskResult.objects.get()
    assert row.status == state
    assert str(code) in row.traceback
    assert "ada@example.org" not in row.traceback + str(row.args_kwargs)
