"""Passkeys as they are stored."""

import pytest
from allauth.mfa.models import Authenticator

from accounts.errors import PasskeyRefusedError
from accounts.models import AuditEvent, User
from accounts.services import passkeys
from accounts.services.backup_codes import codes_left
from accounts.services.passkeys import passkey_add, passkey_rename, passkey_use, passkeys_of
from accounts.services.second_factors import second_factor_on
from tests.factories.factors import app_of, passkey_of
from tests.factories.people import CALLER

pytestmark = pytest.mark.django_db


def add(user: User, name: str = "Phone") -> list[str]:
    return passkey_add(user=user, name=name, credential={}, sign_count=0, caller=CALLER)


def test_backup_codes_come_with_the_first_factor_only(owner: User, viewer: User) -> None:
    assert len(add(owner)) == 10
    assert add(owner) == []
    assert second_factor_on(owner)
    app_of(viewer)
    assert add(viewer) == []
    assert codes_left(owner) == codes_left(viewer) == 10
    assert AuditEvent.objects.filter(action="passkey.added").count() == 3


@pytest.mark.parametrize(
    ("given", "kept"),
    [("  Blue   key ", "Blue key"), ("", "Passkey"), ("x" * 200, "x" * 60)],
)
def test_names_are_tidied(owner: User, given: str, kept: str) -> None:
    add(owner, given)
    assert passkeys_of(owner)[0].data["name"] == kept
    passkey_rename(passkey=passkeys_of(owner)[0], name=given)
    assert passkeys_of(owner)[0].data["name"] == kept


def test_there_is_a_most(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passkeys, "MAX_PASSKEYS", 2)
    add(owner)
    add(owner)
    with pytest.raises(PasskeyRefusedError):
        add(owner)
    assert len(passkeys_of(owner)) == 2


def test_a_use_is_counted(owner: User) -> None:
    passkey_of(owner)
    passkey = passkeys_of(owner)[0]
    assert passkey.last_used_at is None
    passkey_use(passkey=passkey, sign_count=5, caller=CALLER)
    passkey.refresh_from_db()
    assert passkey.data["sign_count"] == 5
    assert passkey.last_used_at is not None


@pytest.mark.parametrize("count", [5, 4, 0])
def test_a_count_that_does_not_go_up_means_a_copy(owner: User, count: int) -> None:
    passkey_of(owner)
    passkey = passkeys_of(owner)[0]
    passkey_use(passkey=passkey, sign_count=5, caller=CALLER)
    with pytest.raises(PasskeyRefusedError):
        passkey_use(passkey=passkey, sign_count=count, caller=CALLER)
    event = AuditEvent.objects.get(action="passkey.copied")
    assert (event.outcome, event.severity, event.target_id) == ("denied", "critical", owner.pk)
    assert Authenticator.objects.get(pk=passkey.pk).data["sign_count"] == 5


def test_a_device_that_does_not_count_is_accepted(owner: User) -> None:
    passkey_of(owner)
    passkey = passkeys_of(owner)[0]
    for _ in range(2):
        passkey_use(passkey=passkey, sign_count=0, caller=CALLER)
    assert not AuditEvent.objects.filter(action="passkey.copied").exists()


def test_a_passkey_removed_meanwhile_is_refused(owner: User) -> None:
    passkey_of(owner)
    passkey = passkeys_of(owner)[0]
    Authenticator.objects.all().delete()
    with pytest.raises(PasskeyRefusedError):
        passkey_use(passkey=passkey, sign_count=1, caller=CALLER)
