"""Confirming addresses: at registration, and when they change."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.errors import DomainNotAllowedError
from accounts.life_errors import (
    AddressTakenError,
    InvalidLinkError,
    MailNotConfiguredError,
)
from accounts.models import AuditEvent, OneTimeToken, User
from accounts.services.closing import accounts_purge
from accounts.services.verification import (
    email_change_finish,
    email_change_request,
    email_change_valid,
    verification_finish,
    verification_resend,
)
from librechat.kernel import clock, yaml_config
from librechat.kernel.errors import InvalidInputError
from tests.accounts.mails import link_of, mail_on, mails, query_of
from tests.factories.people import PASSWORD, bearer, person, post_auth, sign_in

pytestmark = pytest.mark.django_db
BODY = {
    "name": "New Comer",
    "email": "new@example.org",
    "password": PASSWORD,
    "confirm_password": PASSWORD,
}
JSON = "application/json"


@pytest.fixture(autouse=True)
def _mail(settings: Settings) -> None:
    mail_on(settings)
    settings.ALLOW_REGISTRATION = True
    person("first@example.org", role="ADMIN")


@pytest.fixture
def link(client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> str:
    """Return the link of the mail to a newcomer."""
    with django_capture_on_commit_callbacks(execute=True):
        answer = post_auth(client, "register", BODY)
    assert answer.status_code == 200
    [mail] = mails("confirm")
    assert mail.to == ["new@example.org"]
    return link_of(mail)


def test_a_newcomer_signs_in_after_the_link_of_the_mail(client: Client, link: str) -> None:
    assert link.startswith("/verify?")
    login = {"email": BODY["email"], "password": PASSWORD}
    assert post_auth(client, "login", login).status_code == 422
    answer = client.post("/api/user/verify", query_of(link), content_type=JSON)
    assert answer.status_code == 200
    assert answer.json()["status"] == "success"
    assert post_auth(client, "login", login).status_code == 200
    user = User.objects.get(email="new@example.org")
    assert (user.email_verified, user.unverified_until) == (True, None)
    assert AuditEvent.objects.filter(action="email.verified", target_id=user.pk).exists()


def test_the_token_is_stored_as_a_hash_and_works_once(client: Client, link: str) -> None:
    token = query_of(link)["token"]
    assert token not in str(list(OneTimeToken.objects.values()))
    first = client.post("/api/user/verify", query_of(link), content_type=JSON)
    again = client.post("/api/user/verify", query_of(link), content_type=JSON)
    assert (first.status_code, again.status_code) == (200, 400)


@pytest.mark.parametrize(
    "change",
    [{"token": "x"}, {"token": 5}, {"email": "first@example.org"}, {"email": None}],
)
def test_a_wrong_link_confirms_nothing(
    client: Client,
    link: str,
    change: dict[str, object],
) -> None:
    body = {**query_of(link), **change}
    assert client.post("/api/user/verify", body, content_type=JSON).status_code == 400
    assert not User.objects.get(email="new@example.org").email_verified
    good = client.post("/api/user/verify", query_of(link), content_type=JSON)
    assert good.status_code == 200


def test_a_link_ends_after_a_day(
    client: Client,
    link: str,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(clock.now() + timedelta(hours=25))
    answer = client.post("/api/user/verify", query_of(link), content_type=JSON)
    assert answer.status_code == 400


def test_another_mail_makes_the_first_link_useless(
    client: Client,
    link: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            "/api/user/verify/resend",
            {"email": " NEW@example.org"},
            content_type=JSON,
        )
    assert answer.status_code == 200
    second = link_of(mails("confirm")[1])
    assert client.post("/api/user/verify", query_of(link), content_type=JSON).status_code == 400
    assert client.post("/api/user/verify", query_of(second), content_type=JSON).status_code == 200


def test_the_answer_to_another_mail_is_the_same_for_everybody(
    client: Client,
    link: str,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.LIMITS = {"VERIFY_EMAIL_MAX": "10"}
    assert link
    answers = []
    with django_capture_on_commit_callbacks(execute=True):
        for email in ("new@example.org", "first@example.org", "nobody@example.org", "no", 5, None):
            body = {"email": email}
            answers.append(client.post("/api/user/verify/resend", body, content_type=JSON))
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert [mail.to for mail in mails("confirm")] == [["new@example.org"]] * 2


def test_resends_are_limited(client: Client) -> None:
    body = {"email": "nobody@example.org"}
    statuses = [
        client.post("/api/user/verify/resend", body, content_type=JSON).status_code
        for _ in range(3)
    ]
    assert statuses == [200, 200, 429]


def test_a_taken_address_gets_the_answer_of_a_new_one_and_no_mail(
    client: Client,
    link: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        taken = post_auth(client, "register", {**BODY, "email": "first@example.org"})
        fresh = post_auth(client, "register", {**BODY, "email": "other@example.org"})
    assert link
    assert (taken.status_code, taken.content) == (fresh.status_code, fresh.content)
    assert [mail.to for mail in mails("confirm")] == [["new@example.org"], ["other@example.org"]]


def test_an_address_nobody_confirms_is_free_again_after_a_week(
    link: str,
    clock_at: Callable[[datetime], None],
) -> None:
    assert link
    assert accounts_purge() == 0
    clock_at(clock.now() + timedelta(days=7, minutes=1))
    assert accounts_purge() == 1
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_confirmed_address_stays(
    link: str,
    client: Client,
    clock_at: Callable[[datetime], None],
) -> None:
    client.post("/api/user/verify", query_of(link), content_type=JSON)
    clock_at(clock.now() + timedelta(days=8))
    assert accounts_purge() == 0


def test_where_unverified_people_may_sign_in_accounts_last(
    client: Client,
    settings: Settings,
) -> None:
    settings.ALLOW_UNVERIFIED_EMAIL_LOGIN = True
    post_auth(client, "register", BODY)
    user = User.objects.get(email="new@example.org")
    assert (user.email_verified, user.unverified_until) == (False, None)


def test_without_mail_a_newcomer_is_verified_at_once(client: Client, settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    post_auth(client, "register", BODY)
    assert User.objects.get(email="new@example.org").email_verified
    assert not OneTimeToken.objects.exists()
    verification_resend(email="new@example.org")
    assert not OneTimeToken.objects.exists()


def test_a_new_address_counts_once_its_link_is_followed(
    owner: User,
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    headers = bearer(owner)
    with django_capture_on_commit_callbacks(execute=True):
        email_change_request(user=owner, email=" Fresh@Example.org ")
    owner.refresh_from_db()
    assert owner.email == "owner@example.org"
    [mail] = mails("new e-mail address")
    assert mail.to == ["fresh@example.org"]
    token = link_of(mail).rpartition("/")[2]
    assert email_change_valid(token=token)
    with django_capture_on_commit_callbacks(execute=True):
        email_change_finish(token=token)
    owner.refresh_from_db()
    assert (owner.email, owner.email_verified, owner.auth_epoch) == ("fresh@example.org", True, 1)
    assert client.get("/api/user", headers=headers).status_code == 401
    [notice] = mails("was changed")
    assert notice.to == ["owner@example.org"]
    assert "fresh@example.org" in notice.body
    assert not email_change_valid(token=token)
    with pytest.raises(InvalidLinkError):
        email_change_finish(token=token)
    event = AuditEvent.objects.get(action="email.changed")
    assert event.metadata == {"before": "owner@example.org"}


def test_a_taken_address_gets_no_mail_and_the_asker_is_not_told(
    owner: User,
    viewer: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        email_change_request(user=owner, email=viewer.email)
    assert mails() == []


def test_an_address_taken_in_between_changes_nothing(
    owner: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        email_change_request(user=owner, email="fresh@example.org")
    token = link_of(mails("new e-mail")[0]).rpartition("/")[2]
    person("fresh@example.org")
    with pytest.raises(AddressTakenError):
        email_change_finish(token=token)
    owner.refresh_from_db()
    assert (owner.email, owner.auth_epoch) == ("owner@example.org", 0)


def test_a_change_of_address_can_be_refused(owner: User, settings: Settings) -> None:
    for wrong in ("", "no", None, "OWNER@example.org"):
        with pytest.raises(InvalidInputError):
            email_change_request(user=owner, email=wrong)
    limited = yaml_config.override({"registration": {"allowedDomains": ["example.org"]}})
    with limited, pytest.raises(DomainNotAllowedError):
        email_change_request(user=owner, email="owner@evil.example")
    owner.provider = "openid"
    with pytest.raises(InvalidInputError, match="change it there"):
        email_change_request(user=owner, email="fresh@example.org")
    settings.EMAIL_HOST = ""
    with pytest.raises(MailNotConfiguredError):
        email_change_request(user=owner, email="fresh@example.org")
    assert not OneTimeToken.objects.exists()


def test_the_link_of_somebody_switched_off_changes_nothing(
    owner: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    sign_in(owner)
    with django_capture_on_commit_callbacks(execute=True):
        email_change_request(user=owner, email="fresh@example.org")
    token = link_of(mails("new e-mail")[0]).rpartition("/")[2]
    User.objects.filter(pk=owner.pk).update(is_active=False)
    with pytest.raises(InvalidLinkError):
        email_change_finish(token=token)


def test_a_verification_without_anything_is_refused() -> None:
    with pytest.raises(InvalidLinkError):
        verification_finish(email=None, token=None)
