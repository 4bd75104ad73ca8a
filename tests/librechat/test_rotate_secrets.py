"""Secrets under a new key."""

import io
import json

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from accounts.models import Job, User
from accounts.services.mail import mail_send
from agents.models import Credential
from agents.services.credentials import credential_set
from agents.services.plugin_credentials import plugin_install
from librechat.kernel import secrets
from tests.accounts.mails import mail_on

pytestmark = pytest.mark.django_db


def stored() -> list[str]:
    app = Authenticator.objects.get().data["secret"]
    return [Credential.objects.get().value, app]


@pytest.fixture(autouse=True)
def _secrets(owner: User, settings: Settings) -> None:
    settings.CREDS_KEYS = ["old"]
    credential_set(owner, name="openAI", value="sk-of-the-provider")
    plugin_install(user=owner, plugin_key="dalle", values={"KEY": "sk-of-the-tool"})
    data = {"secret": secrets.encrypt("totp secret"), "codes": ["kept"]}
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data=data)
    mail_on(settings)
    mail_send(template="password_changed", to=owner.email, context={})


def test_after_a_rotation_the_old_key_is_not_needed(settings: Settings) -> None:
    settings.CREDS_KEYS = ["new", "old"]
    out = io.StringIO()
    call_command("rotate_secrets", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {
        "authenticator apps": 1,
        "config overrides": 0,
        "provider keys": 1,
        "providers' refresh tokens": 0,
        "the relay's contents": 0,
        "tools' credentials": 1,
        "waiting mails": 1,
    }
    settings.CREDS_KEYS = ["new"]
    assert secrets.decrypt(Job.objects.get().args_kwargs["kwargs"]["letter"])
    assert [secrets.decrypt(text) for text in stored()] == ["sk-of-the-provider", "totp secret"]
    assert Authenticator.objects.get().data["codes"] == ["kept"]
    again = io.StringIO()
    call_command("rotate_secrets", stdout=again)
    assert "provider keys: 1 written anew" in again.getvalue()


def test_without_the_old_key_nothing_is_changed(settings: Settings) -> None:
    before, mail = stored(), Job.objects.get().args_kwargs
    settings.CREDS_KEYS = ["new"]
    with pytest.raises(CommandError, match="Keep the old key"):
        call_command("rotate_secrets")
    assert stored() == before
    assert Job.objects.get().args_kwargs == mail
