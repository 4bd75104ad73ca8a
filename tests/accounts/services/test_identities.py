"""Which account belongs to an identity from elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError

from accounts.errors import (
    DomainNotAllowedError,
    EmailMissingError,
    ProviderMismatchError,
    RegistrationClosedError,
)
from accounts.models import ADMIN, USER, AuditEvent, Group, User
from accounts.services import identities
from accounts.services.identities import Identity, identity_user, issued_uid
from accounts.services.memberships import memberships_set
from accounts.services.people import user_disable
from accounts.signals import group_changed, user_registered
from librechat.kernel import yaml_config
from tests.factories.people import CALLER, person

pytestmark = pytest.mark.django_db

ADA = Identity(
    method="google",
    uid="1",
    email="Ada@Example.org",
    email_verified=True,
    name="Ada",
    username="Ada_L",
    avatar="https://pictures.example/1.png",
)


def found(identity: Identity = ADA, *, may_register: bool = True) -> User:
    return identity_user(identity=identity, caller=CALLER, may_register=may_register)


def test_a_newcomer_is_announced_and_recorded(owner: User) -> None:
    told: list[User] = []

    def hear(user: User, **_kwargs: object) -> None:
        told.append(user)

    user_registered.connect(hear)
    try:
        ada = found()
    finally:
        user_registered.disconnect(hear)
    assert told == [ada]
    assert (ada.email, ada.username, ada.role) == ("ada@example.org", "ada_l", USER)
    event = AuditEvent.objects.get(action="account.registered")
    assert (event.actor_id, event.metadata) == (ada.pk, {"method": "google"})


def test_the_id_finds_the_account_whatever_the_address_says(owner: User) -> None:
    ada = found()
    again = found(replace(ADA, email="", email_verified=None))
    assert again == ada
    assert again.email == "ada@example.org"


def test_name_picture_and_confirmed_address_follow_the_provider(owner: User) -> None:
    ada = found()
    new = replace(
        ADA,
        name="Ada King",
        avatar="https://pictures.example/2.png",
        email="king@example.org",
        external_id="oid-1",
    )
    assert found(new) == ada
    ada.refresh_from_db()
    assert (ada.name, ada.avatar) == ("Ada King", "https://pictures.example/2.png")
    assert (ada.email, ada.external_id) == ("king@example.org", "oid-1")
    assert AuditEvent.objects.filter(action="account.email_changed").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"email_verified": None},
        {"email_verified": False},
        {"email": "owner@example.org"},
        {"email": "not an address"},
    ],
    ids=str,
)
def test_the_address_stays_when_it_is_not_confirmed_or_not_free(
    change: dict[str, Any],
    owner: User,
) -> None:
    ada = found()
    found(replace(ADA, **{"email": "king@example.org", **change}))
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"


def test_a_picture_of_ones_own_stays(owner: User) -> None:
    ada = found()
    User.objects.filter(pk=ada.pk).update(avatar="/images/mine.png?manual=true")
    found()
    ada.refresh_from_db()
    assert ada.avatar == "/images/mine.png?manual=true"


def test_a_name_without_letters_that_show_is_cut_to_what_fits(owner: User) -> None:
    ada = found(replace(ADA, name="\u202e" + "A" * 200, avatar="https://x/" + "y" * 600))
    assert ada.name == "A" * 80
    assert ada.avatar == ""


def test_an_account_moved_in_without_an_id_is_found_by_its_confirmed_address(
    owner: User,
) -> None:
    moved = person("ada@example.org", provider="google", password=None)
    assert found() == moved
    assert SocialAccount.objects.get(user=moved).uid == "1"
    assert AuditEvent.objects.filter(action="identity.linked").count() == 1
    with pytest.raises(ProviderMismatchError):
        found(replace(ADA, uid="2"))  # another account of that provider


@pytest.mark.parametrize("verified", [None, False])
def test_an_unconfirmed_address_finds_nobody(verified: bool | None, owner: User) -> None:
    person("ada@example.org", provider="google")
    with pytest.raises(ProviderMismatchError):
        found(replace(ADA, email_verified=verified))
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("provider", ["local", "github", "openid", "ldap"])
def test_an_account_of_another_kind_is_never_taken_over(provider: str, owner: User) -> None:
    person("ada@example.org", provider=provider)
    with pytest.raises(ProviderMismatchError, match="another way"):
        found()
    assert not SocialAccount.objects.exists()


def test_newcomers_are_refused_while_registration_is_closed(owner: User) -> None:
    with pytest.raises(RegistrationClosedError):
        found(may_register=False)
    assert found() == found(may_register=False)  # who is known comes in


def test_the_first_person_of_all_is_the_administrator() -> None:
    assert found(may_register=False).role == ADMIN


def test_allowed_domains_hold_for_the_address_the_provider_names(owner: User) -> None:
    found()
    with yaml_config.override({"registration": {"allowedDomains": ["corp.example"]}}):
        with pytest.raises(DomainNotAllowedError):
            found()
        with pytest.raises(DomainNotAllowedError):
            found(replace(ADA, uid="2", email="eve@example.org"))


@pytest.mark.parametrize("email", ["", "no-address", "a b@example.org", f"ada@{'long.' * 60}org"])
def test_an_account_needs_an_address(email: str, owner: User) -> None:
    with pytest.raises(EmailMissingError):
        found(replace(ADA, email=email))


def test_what_a_provider_says_of_a_disabled_account_changes_nothing(admin: User) -> None:
    ada = found()
    user_disable(user=ada)
    assert found(replace(ADA, name="Eve")).name == "Ada"


def test_a_role_that_does_not_exist_here_is_not_given(owner: User) -> None:
    assert found(replace(ADA, role="missing")).role == USER


def test_a_person_who_is_no_administrator_any_more_gets_the_role_of_the_provider(
    admin: User,
) -> None:
    ada = found(replace(ADA, is_admin=True))
    assert ada.role == ADMIN
    assert found(replace(ADA, is_admin=None)).role == ADMIN  # nobody decides
    assert found(replace(ADA, is_admin=False)).role == USER


def test_an_id_of_one_issuer_is_not_that_of_another() -> None:
    assert issued_uid("https://a", "1") != issued_uid("https://b", "1")
    assert issued_uid("https://a", "1") == issued_uid("https://a", "1")


def test_two_arrivals_at_once_make_one_account(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real: Callable[..., User | None] = identities._by_id
    calls: list[int] = []

    def late(identity: Identity) -> User | None:
        calls.append(1)
        if len(calls) == 1:
            # The other request is done between our look and our insert.
            monkeypatch.setattr(identities, "_by_id", real)
            found()
            monkeypatch.setattr(identities, "_by_id", late)
            monkeypatch.setattr(identities, "_by_address", lambda *_args: None)
            return None
        monkeypatch.undo()
        return real(identity)

    monkeypatch.setattr(identities, "_by_id", late)
    assert found().email == "ada@example.org"
    assert User.objects.filter(email="ada@example.org").count() == 1


def test_an_error_of_the_database_is_not_hidden(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_args: object) -> User:
        raise IntegrityError("something else")

    monkeypatch.setattr(identities, "_added", broken)
    with pytest.raises(IntegrityError):
        found()


def test_groups_are_told_once_and_only_when_they_change(owner: User) -> None:
    told: list[User] = []

    def hear(user: User, **_kwargs: object) -> None:
        told.append(user)

    group_changed.connect(hear)
    try:
        for names in (["A", " B ", "", "x" * 300], ["B", "A"], ["A"]):
            memberships_set(user=owner, source="openid", names=names)
    finally:
        group_changed.disconnect(hear)
    assert told == [owner, owner]
    assert set(Group.objects.values_list("name", flat=True)) == {"A", "B"}
    assert [group.name for group in owner.member_groups.all()] == ["A"]
