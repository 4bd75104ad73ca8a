"""A mail of a saved view leaves once, whatever happens on its way, and what went wrong is said."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core.mail import EmailMultiAlternatives
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from accounts.models import User
from accounts.services.mail import RETRIES
from billing.models import UsageMail
from billing.services import usage_mailings, usage_mails
from billing.services.usage_mailings import (
    usage_mails_make,
)
from billing.services.usage_mails import usage_mail_deliver
from tests.billing.services.mailings import NOW, At, newest, sent_to, work
from tests.fakes.smtp import MailServer


@pytest.fixture(autouse=True)
def _now(clock_at: At, db: None) -> None:
    clock_at(NOW)


def test_a_job_that_runs_again_sends_nothing_again(
    admin: User, server: MailServer, clock_at: At
) -> None:
    sent_to(admin)
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    mail = UsageMail.objects.get()
    assert mail.due_at is not None
    given = {"mail_id": mail.pk, "due": mail.due_at.isoformat()}
    usage_mail_deliver.using(key=f"{mail.pk}:{mail.due_at.isoformat()}").enqueue(**given)
    assert DBTaskResult.objects.count() == 1
    usage_mail_deliver.enqueue(**given)
    assert work() == 2
    assert len(server.received) == 1


def test_a_mail_whose_worker_died_while_it_was_handed_over_is_not_sent_again(
    admin: User, server: MailServer, clock_at: At
) -> None:
    sent_to(admin)
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    UsageMail.objects.update(state="sending")
    work()
    assert server.received == []
    assert newest() == ("unclear", usage_mails.BROKEN_OFF, "")


def test_a_line_that_breaks_while_it_is_handed_over_is_no_reason_to_send_it_again(
    admin: User, server: MailServer, clock_at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_backend: object, _mails: list[EmailMultiAlternatives]) -> int:
        raise SMTPServerDisconnected("gone")

    monkeypatch.setattr("accounts.services.smtp.SmtpBackend.send_messages", broken)
    sent_to(admin)
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    work()
    assert newest() == ("unclear", usage_mails.BROKEN_OFF, "SMTPServerDisconnected")
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_a_server_that_is_away_is_tried_again_and_then_given_up(
    admin: User, server: MailServer, clock_at: At, settings: Settings
) -> None:
    sent_to(admin)
    moment = NOW + timedelta(days=1)
    clock_at(moment)
    usage_mails_make()
    settings.EMAIL_PORT = 1
    work()
    assert newest() == ("waiting", usage_mails.NOT_REACHED, "ConnectionRefusedError")
    assert DBTaskResult.objects.get().status == "READY"
    for _try in range(RETRIES - 1):
        moment += timedelta(hours=1)
        clock_at(moment)
        work()
    assert newest()[0] == "waiting"
    clock_at(moment + timedelta(hours=1))
    work()
    assert newest() == ("failed", usage_mails.NOT_REACHED, "ConnectionRefusedError")
    assert DBTaskResult.objects.get().status == "FAILED"


def test_a_server_that_comes_back_gets_the_mail_once(
    admin: User, server: MailServer, clock_at: At, settings: Settings
) -> None:
    sent_to(admin)
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    settings.EMAIL_PORT = 1
    work()
    settings.EMAIL_PORT = server.port
    clock_at(NOW + timedelta(days=1, hours=1))
    assert work() == 1
    assert work() == 0
    assert len(server.received) == 1
    assert newest() == ("sent", "", "")


@pytest.mark.parametrize(("code", "state"), [(554, "failed"), (451, "waiting")])
def test_a_refusal_is_kept_without_the_servers_words(
    admin: User,
    server: MailServer,
    clock_at: At,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    state: str,
) -> None:
    async def refuse(*_given: object) -> str:
        return f"{code} {admin.email}? No."

    monkeypatch.setattr(MailServer, "handle_DATA", refuse)
    sent_to(admin)
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    work()
    assert newest() == (state, usage_mails.REFUSED, f"[{code}]")
    assert admin.email not in DBTaskResult.objects.get().traceback


def test_an_address_that_is_refused_is_not_tried_again(
    admin: User, server: MailServer, clock_at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_given: object) -> str:
        return f"550 {admin.email}? No."

    monkeypatch.setattr(MailServer, "handle_RCPT", refuse, raising=False)
    sent_to(admin)
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    work()
    assert newest() == ("failed", usage_mails.REFUSED, "[550]")
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_a_wrong_setting_fails_and_names_it(
    admin: User, server: MailServer, clock_at: At, settings: Settings
) -> None:
    sent_to(admin)
    clock_at(NOW + timedelta(days=1))
    usage_mails_make()
    settings.EMAIL_ENCRYPTION = "rot13"
    work()
    state, detail, answer = newest()
    assert (state, detail) == ("failed", usage_mails.NO_SERVER)
    assert "rot13" in answer


def test_of_two_who_are_at_it_one_makes_and_one_hands_over(
    admin: User, server: MailServer, clock_at: At
) -> None:
    stale = sent_to(admin)
    moment = NOW + timedelta(days=1)
    clock_at(moment)
    assert usage_mails_make() == 1
    assert usage_mailings._made(stale, moment) == 0
    mail = UsageMail.objects.get()
    work()
    usage_mails._hand_over(mail, usage_mails.usage_mail_build(mail))
    assert len(server.received) == 1
    assert newest() == ("sent", "", "")
