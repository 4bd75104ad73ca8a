"""Storing people's own keys."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from agents.models import Credential
from agents.services import credentials
from librechat.kernel import secrets
from librechat.kernel.errors import InvalidInputError


def test_a_key_is_stored_encrypted(owner: User) -> None:
    credential = credentials.credential_set(owner, name="openAI", value="sk-secret")
    stored = Credential.objects.get(pk=credential.pk)
    assert "sk-secret" not in stored.value
    assert secrets.decrypt(stored.value) == "sk-secret"
    assert stored.expires_at is None
    assert str(stored) == f"openAI of {owner.pk}"


def test_setting_a_key_again_replaces_it(owner: User) -> None:
    soon = datetime(2027, 1, 1, tzinfo=UTC)
    credentials.credential_set(owner, name="openAI", value="one", expires_at=soon)
    credentials.credential_set(owner, name="openAI", value="two")
    stored = Credential.objects.get(user=owner)
    assert secrets.decrypt(stored.value) == "two"
    assert stored.expires_at is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("", "k"), (" ", "k"), ("n" * 129, "k"), ("openAI", " "), ("openAI", "k" * 16_385)],
)
def test_a_blank_or_oversized_key_is_refused(owner: User, name: str, value: str) -> None:
    with pytest.raises(InvalidInputError):
        credentials.credential_set(owner, name=name, value=value)
    assert Credential.objects.count() == 0


def test_nobody_keeps_more_than_the_limit(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "MOST", 1)
    credentials.credential_set(owner, name="one", value="k")
    credentials.credential_set(owner, name="one", value="again")
    with pytest.raises(InvalidInputError, match="more than 1"):
        credentials.credential_set(owner, name="two", value="k")
    assert Credential.objects.count() == 1


def test_deleting_touches_only_one_s_own(owner: User, stranger: User) -> None:
    credentials.credential_set(owner, name="openAI", value="a")
    credentials.credential_set(owner, name="google", value="b")
    credentials.credential_set(stranger, name="openAI", value="c")
    credentials.credential_delete(owner, name="openAI")
    assert list(Credential.objects.values_list("user", "name")) == [
        (owner.pk, "google"),
        (stranger.pk, "openAI"),
    ]
    assert credentials.credentials_delete_all(owner) == 1
    assert Credential.objects.get().user == stranger
