"""From an entry of the directory to an account, and to nobody else's."""

from collections.abc import Callable

import pytest

from accounts.errors import (
    ProviderMismatchError,
)
from accounts.models import AuditEvent, AuthSession, User
from tests.accounts.auth.directory.entering import WONDER, enter
from tests.factories.people import PASSWORD, person
from tests.fakes.directory import Directory

pytestmark = pytest.mark.django_db


def test_the_attributes_can_be_chosen(directory: Directory, on: Callable[..., None]) -> None:
    on(
        search_filter="employeeNumber={{username}}",
        id_attribute="employeeNumber",
        username_attribute="displayName",
        email_attribute="description",
        name_attributes=("givenName", "sn", "title"),
    )
    directory.add_person(
        "alice",
        WONDER,
        employeeNumber="0042",
        displayName="Al",
        givenName="Alice",
        description="Al@Example.org",
    )
    user = enter("0042")
    assert (user.external_id, user.username, user.email) == ("0042", "al", "al@example.org")
    assert user.name == "Alice Alice"  # there is no title


def test_somebody_without_mail_gets_an_address_that_nobody_can_write_to(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    on(search_filter="uid={{username}}")
    directory.add_person("alice", WONDER, mail="")
    directory.add_person("no address", WONDER, mail="not an address")
    assert enter("alice").email == "alice@ldap.local"
    assert enter("no address").email == "no-address@ldap.local"


def test_an_address_made_from_a_user_name_never_leads_to_somebody_elses_account(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    on(search_filter="uid={{username}}")
    directory.add_person("alice.l", WONDER, mail="")
    directory.add_person("alice l", WONDER, mail="")
    assert enter("alice.l").email == "alice.l@ldap.local"
    User.objects.update(email="alice-l@ldap.local")
    with pytest.raises(ProviderMismatchError):
        enter("alice l")
    assert User.objects.count() == 1


def test_somebody_elses_address_in_ones_own_entry_opens_no_account(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    on(search_filter="uid={{username}}")
    directory.add_person("alice", WONDER)
    mallory = directory.add_person("mallory", WONDER)
    user = enter("alice")
    directory.change(mallory, mail=["alice@example.org"])
    with pytest.raises(ProviderMismatchError):
        enter("mallory")
    user.refresh_from_db()
    assert user.external_id == "alice"
    assert not AuthSession.objects.exclude(user=user).exists()


def test_an_account_moved_in_without_an_id_is_found_by_its_address(directory: Directory) -> None:
    moved = person("alice@example.org", provider="ldap", password=None)
    directory.add_person("alice", WONDER)
    user = enter()
    assert (user, user.external_id) == (moved, "alice")


def test_an_account_that_signs_in_another_way_is_never_taken_over(directory: Directory) -> None:
    local = person("alice@example.org")
    directory.add_person("alice", WONDER)
    with pytest.raises(ProviderMismatchError, match="another account"):
        enter()
    local.refresh_from_db()
    assert (local.provider, local.check_password(PASSWORD)) == ("local", True)
    assert AuditEvent.objects.filter(metadata={"code": "provider_mismatch"}).exists()
    assert not AuthSession.objects.exists()


def test_an_address_changed_to_that_of_another_account_is_refused(directory: Directory) -> None:
    dn = directory.add_person("alice", WONDER)
    user = enter()
    person("carol@example.org")
    directory.change(dn, mail=["carol@example.org"])
    with pytest.raises(ProviderMismatchError):
        enter("carol@example.org")
    user.refresh_from_db()
    assert user.email == "alice@example.org"
