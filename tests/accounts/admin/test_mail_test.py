"""The page that tries whether mail works."""

import pytest
from django.core import mail
from pytest_django import Settings

from accounts.models import User
from tests.accounts.admin.settings_visits import browser, of, text_of
from tests.accounts.mails import mail_on

pytestmark = pytest.mark.django_db

PAGE = "/admin/mail-test/"


def test_it_goes_to_the_administrator_or_to_another_address(
    admin: User, settings: Settings
) -> None:
    mail_on(settings)
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "mail-secret-word"
    client = of(admin)
    page = text_of(client.get(PAGE))
    assert f'value="{admin.email}"' in page
    assert "mail.example.org:25" in page
    assert "••••" in page
    settings.EMAIL_HOST_USER = "mailer"
    assert "mail-secret-word" not in client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"to": "else@example.org"})
    assert "The server took the mail to else@example.org." in text_of(answer)
    assert [one.to for one in mail.outbox] == [["else@example.org"]]


def test_refusals_are_words_on_the_page(admin: User, settings: Settings) -> None:
    client = of(admin)
    assert "Mail is not set up" in text_of(client.get(PAGE))
    answer = client.post(PAGE, {"to": admin.email})
    assert answer.status_code == 409
    mail_on(settings)
    assert client.post(PAGE, {"to": "nobody"}).status_code == 422
    for _ in range(5):
        client.post(PAGE, {"to": admin.email})
    answer = client.post(PAGE, {"to": admin.email})
    assert answer.status_code == 429
    assert "Too many test mails" in text_of(answer)
    assert len(mail.outbox) == 5


def test_it_needs_its_right(settings: Settings) -> None:
    mail_on(settings)
    reader = browser("read:system")
    assert reader.post(PAGE, {"to": "a@example.org"}).status_code == 403
    assert mail.outbox == []
