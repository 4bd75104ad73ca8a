"""Forgotten passwords with a mail server."""

import statistics
import time

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import AuditEvent, User
from accounts.services.password_reset import password_reset_request
from tests.accounts.mails import link_of, mail_on, mails, query_of
from tests.factories.people import post_auth

pytestmark = pytest.mark.django_db
ROUNDS = 40


@pytest.fixture(autouse=True)
def _mail(settings: Settings) -> None:
    mail_on(settings)
    settings.ALLOW_PASSWORD_RESET = True
    settings.LIMITS = {"RESET_PASSWORD_MAX": "1000"}


def test_the_link_comes_by_mail_and_never_in_the_answer(
    client: Client,
    owner: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = post_auth(client, "requestPasswordReset", {"email": "OWNER@example.org"})
    assert set(answer.json()) == {"message"}
    [mail] = mails("new password")
    assert mail.to == ["owner@example.org"]
    link = link_of(mail)
    assert link.startswith("/reset-password?")
    assert query_of(link)["token"] not in answer.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        body = {**query_of(link), "password": "another password!"}
        assert post_auth(client, "resetPassword", body).status_code == 200
    owner.refresh_from_db()
    assert owner.check_password("another password!")
    [told] = mails("was changed")
    assert told.to == ["owner@example.org"]
    actions = AuditEvent.objects.filter(target_id=owner.pk).values_list("action", flat=True)
    assert set(actions) == {"password.reset_requested", "password.reset"}


def test_known_and_unknown_addresses_get_the_same_answer_and_only_one_a_mail(
    client: Client,
    owner: User,
    viewer: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    User.objects.filter(pk=viewer.pk).update(provider="google")
    with django_capture_on_commit_callbacks(execute=True):
        answers = [
            post_auth(client, "requestPasswordReset", {"email": email})
            for email in (owner.email, viewer.email, "nobody@example.org")
        ]
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert [mail.to for mail in mails()] == [[owner.email]]


def test_an_address_that_is_none_is_refused(client: Client) -> None:
    wrongs: list[object] = ["", None, 5, "no", "a@b\nc"]
    for wrong in wrongs:
        answer = post_auth(client, "requestPasswordReset", {"email": wrong})
        assert answer.status_code == 400
    assert not AuditEvent.objects.exists()


@pytest.mark.measures
def test_the_time_of_the_answer_does_not_tell_who_has_an_account(owner: User) -> None:
    def seconds(email: str) -> float:
        start = time.perf_counter()
        password_reset_request(email=email)
        return time.perf_counter() - start

    for email in (owner.email, "nobody@example.org"):
        seconds(email)
    known: list[float] = []
    unknown: list[float] = []
    for number in range(ROUNDS):
        pair = ((known, owner.email), (unknown, "nobody@example.org"))
        for times, email in pair if number % 2 else reversed(pair):
            times.append(seconds(email))
    typical = statistics.median(known)
    noise = max(typical, statistics.median(unknown)) * 0.35
    assert abs(typical - statistics.median(unknown)) < noise
