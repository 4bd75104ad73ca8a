"""People."""

import pytest
from pytest_django import Settings

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_a_superuser_is_a_verified_administrator() -> None:
    user = User.objects.create_superuser(" Boss@Example.org", "correct horse battery")
    assert (user.email, user.role, user.email_verified, user.is_staff) == (
        "boss@example.org",
        "ADMIN",
        True,
        True,
    )
    assert user.has_perm("anything")
    assert user.has_module_perms("accounts")


def test_an_address_is_found_in_any_case(owner: User) -> None:
    assert User.objects.get_by_natural_key(" OWNER@example.org") == owner
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key(None)


def test_the_hash_of_a_page_session_changes_with_password_and_epoch(owner: User) -> None:
    hashes = {owner.get_session_auth_hash()}
    owner.auth_epoch += 1
    hashes.add(owner.get_session_auth_hash())
    owner.set_password("another password!")
    hashes.add(owner.get_session_auth_hash())
    assert len(hashes) == 3


def test_page_sessions_survive_a_rotation_of_the_secret_key(
    owner: User,
    settings: Settings,
) -> None:
    before = owner.get_session_auth_hash()
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another-secret-of-forty-characters-or-so"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert owner.get_session_auth_hash() != before
    assert list(owner.get_session_auth_fallback_hash()) == [before]
