"""Pages that links of mails lead to."""

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from accounts.services.closing import account_close
from accounts.services.verification import email_change_request
from tests.accounts.mails import link_of, mail_on, mails, query_of
from tests.factories.people import PASSWORD, person

pytestmark = pytest.mark.django_db
FORM = {"name": "New Comer", "email": "new@example.org", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _mail(settings: Settings, admin: User) -> None:
    mail_on(settings)
    settings.ALLOW_REGISTRATION = True
    settings.ALLOW_PASSWORD_RESET = True


@pytest.fixture
def link(client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> str:
    """Return the link of the mail to somebody who signed up on the page."""
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/signup", FORM)
    assert (answer.status_code, answer["Location"]) == (302, "/verify")
    assert "Check your mail" in client.get("/verify").content.decode()
    return link_of(mails("confirm")[0])


def test_the_link_shows_a_button_and_following_it_confirms_nothing(
    client: Client,
    link: str,
) -> None:
    page = client.get(link)
    assert "Confirm address" in page.content.decode()
    assert not User.objects.get(email="new@example.org").email_verified
    answer = client.post("/verify", query_of(link))
    assert (answer.status_code, answer["Location"]) == (302, "/login")
    assert User.objects.get(email="new@example.org").email_verified
    again = client.post("/verify", query_of(link))
    assert again.status_code == 422
    assert "invalid or has expired" in again.content.decode()


def test_signing_up_with_a_taken_address_looks_the_same(client: Client, link: str) -> None:
    assert link
    answer = client.post("/signup", {**FORM, "email": "admin@example.org"})
    assert (answer.status_code, answer["Location"]) == (302, "/verify")


def test_where_unverified_people_may_sign_in_they_are_signed_in(
    client: Client,
    settings: Settings,
) -> None:
    settings.ALLOW_UNVERIFIED_EMAIL_LOGIN = True
    assert client.post("/signup", FORM)["Location"] == "/c/new"


def test_another_mail_can_be_asked_for(
    client: Client,
    link: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert link
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/verify", {"email": "new@example.org"})
    assert answer.status_code == 302
    assert len(mails("confirm")) == 2
    assert client.post("/verify", {"email": "no"}).status_code == 422
    statuses = [client.post("/verify", {"email": "a@example.org"}).status_code for _ in range(2)]
    assert statuses == [302, 429]


def test_who_has_not_confirmed_is_led_to_another_mail(client: Client, link: str) -> None:
    assert link
    refused = client.post("/login", {"email": FORM["email"], "password": PASSWORD})
    assert refused.status_code == 422
    assert 'href="/verify"' in refused.content.decode()
    wrong = client.post("/login", {"email": FORM["email"], "password": "wrong password"})
    assert 'href="/verify"' not in wrong.content.decode()


def test_without_mail_the_page_says_that_nothing_is_needed(
    client: Client,
    settings: Settings,
) -> None:
    settings.EMAIL_HOST = ""
    assert "need no confirmation" in client.get("/verify").content.decode()


def test_a_forgotten_password_is_answered_with_a_mail(
    client: Client,
    owner: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        known = client.post("/forgot", {"email": owner.email})
    unknown = client.post("/forgot", {"email": "nobody@example.org"})
    for answer in (known, unknown):
        assert "reset-password" not in answer.content.decode()
        assert "a mail with a link" in answer.content.decode()
    page = client.get(link_of(mails("new password")[0]), follow=True)
    assert "Choose a new password" in page.content.decode()


def test_a_new_address_is_confirmed_by_a_button_also_signed_out(
    client: Client,
    owner: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        email_change_request(user=owner, email="fresh@example.org")
    link = link_of(mails("new e-mail")[0])
    assert "Use this address" in client.get(link).content.decode()
    owner.refresh_from_db()
    assert owner.email == "owner@example.org"
    assert client.post(link)["Location"] == "/login"
    owner.refresh_from_db()
    assert owner.email == "fresh@example.org"
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 400
    login = {"email": "fresh@example.org", "password": PASSWORD}
    assert client.post("/login", login)["Location"] == "/c/new"


def test_an_address_taken_meanwhile_is_told(
    client: Client,
    owner: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        email_change_request(user=owner, email="fresh@example.org")
    person("fresh@example.org")
    answer = client.post(link_of(mails("new e-mail")[0]))
    assert answer.status_code == 409
    assert "cannot be used for your account" in answer.content.decode()


def test_a_closed_account_comes_back_with_its_password(client: Client, owner: User) -> None:
    account_close(user=owner)
    refused = client.post("/login", {"email": owner.email, "password": PASSWORD})
    assert refused.status_code == 403
    assert "/restore" in refused.content.decode()
    assert client.get("/restore").status_code == 200
    for wrong in (
        {"email": owner.email, "password": "wrong password"},
        {"email": "nobody@example.org", "password": PASSWORD},
        {"email": "no", "password": ""},
    ):
        assert client.post("/restore", wrong).status_code == 422
    owner.refresh_from_db()
    assert owner.delete_after is not None
    answer = client.post("/restore", {"email": "OWNER@example.org", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/login")
    owner.refresh_from_db()
    assert owner.delete_after is None


def test_an_account_that_is_not_closed_is_not_brought_back(client: Client, owner: User) -> None:
    answer = client.post("/restore", {"email": owner.email, "password": PASSWORD})
    assert answer.status_code == 422


def test_a_closed_account_comes_back_with_the_link_of_its_mail(
    client: Client,
    owner: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        account_close(user=owner)
    link = link_of(mails("deleted")[0])
    assert "Bring it back" in client.get(link).content.decode()
    assert client.post(link)["Location"] == "/login"
    owner.refresh_from_db()
    assert owner.delete_after is None
    assert client.get(link).status_code == 410
    assert client.post(link).status_code == 400
