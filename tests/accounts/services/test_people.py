"""Writes to people."""

from collections.abc import Callable
from functools import partial

import pytest
from pytest_django import Settings

from accounts.errors import InvalidRegistrationError, LastAdminError, RegistrationClosedError
from accounts.models import AuthSession, User
from accounts.services.people import (
    is_last_admin,
    role_change,
    user_add,
    user_delete,
    user_disable,
    user_enable,
    user_register,
)
from accounts.services.profile import user_rename
from accounts.services.registration import Registration
from accounts.signals import user_registered
from tests.accounts.conftest import Together
from tests.factories.people import PASSWORD, person, sign_in


def newcomer(email: str) -> Registration:
    return Registration(name="New Comer", email=email, password=PASSWORD)


def register_all(emails: list[str]) -> list[Callable[[], str]]:
    def register(email: str) -> str:
        try:
            user = user_register(newcomer(email))
        except RegistrationClosedError:
            return "closed"
        return user.role if user else "taken"

    return [partial(register, email) for email in emails]


def test_of_many_first_registrations_at_once_one_becomes_admin(
    together: Together,
    settings: Settings,
) -> None:
    settings.ALLOW_REGISTRATION = True
    roles = together.run(*register_all([f"n{number}@example.org" for number in range(8)]))
    assert sorted(roles) == ["ADMIN", *["USER"] * 7]


def test_while_registration_is_closed_one_of_many_first_gets_in(
    together: Together,
    settings: Settings,
) -> None:
    settings.ALLOW_REGISTRATION = False
    roles = together.run(*register_all([f"n{number}@example.org" for number in range(4)]))
    assert sorted(roles) == ["ADMIN", *["closed"] * 3]


def test_of_two_registrations_of_one_address_at_once_one_is_stored(
    together: Together,
    settings: Settings,
) -> None:
    settings.ALLOW_REGISTRATION = True
    person("first@example.org")
    roles = together.run(*register_all(["same@example.org"] * 2))
    assert sorted(roles) == ["USER", "taken"]
    assert User.objects.count() == 2


@pytest.mark.django_db
def test_a_receiver_that_fails_undoes_the_registration() -> None:
    def fail(**_kwargs: object) -> None:
        raise RuntimeError("no balance")

    user_registered.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            user_register(newcomer("new@example.org"))
    finally:
        user_registered.disconnect(fail)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_role_change_signs_out_everywhere_and_raises_the_epoch(owner: User) -> None:
    sign_in(owner)
    role_change(user=owner, role="ADMIN")
    owner.refresh_from_db()
    assert (owner.role, owner.auth_epoch) == ("ADMIN", 1)
    assert not AuthSession.objects.alive().exists()
    role_change(user=owner, role="ADMIN")
    owner.refresh_from_db()
    assert owner.auth_epoch == 1


@pytest.mark.django_db
def test_the_last_administrator_can_be_neither_demoted_disabled_nor_deleted(
    admin: User,
    owner: User,
) -> None:
    assert is_last_admin(admin)
    assert not is_last_admin(owner)
    with pytest.raises(LastAdminError):
        role_change(user=admin, role="USER")
    with pytest.raises(LastAdminError):
        user_disable(user=admin)
    with pytest.raises(LastAdminError):
        user_delete(user=admin)
    admin.refresh_from_db()
    assert (admin.role, admin.is_active, admin.auth_epoch) == ("ADMIN", True, 0)


@pytest.mark.django_db
def test_a_disabled_administrator_does_not_count(admin: User, owner: User) -> None:
    person(role="ADMIN", is_active=False)
    assert is_last_admin(admin)
    person(role="ADMIN")
    assert not is_last_admin(admin)
    user_disable(user=admin)
    admin.refresh_from_db()
    assert (admin.is_active, admin.auth_epoch) == (False, 1)
    user_enable(user=admin)
    admin.refresh_from_db()
    assert admin.is_active


@pytest.mark.django_db
def test_an_added_person_is_verified_and_announced() -> None:
    told: list[User] = []

    def listen(user: User, **_kwargs: object) -> None:
        told.append(user)

    user_registered.connect(listen)
    try:
        user = user_add(email="Added@Example.org", name="Added", password=PASSWORD, role="ADMIN")
    finally:
        user_registered.disconnect(listen)
    assert told == [user]
    assert (user.email, user.role, user.email_verified) == ("added@example.org", "ADMIN", True)


@pytest.mark.django_db
def test_a_name_is_trimmed_and_checked(owner: User) -> None:
    user_rename(user=owner, name="  New Name ")
    owner.refresh_from_db()
    assert owner.name == "New Name"
    with pytest.raises(InvalidRegistrationError):
        user_rename(user=owner, name="x")
    owner.refresh_from_db()
    assert owner.name == "New Name"


@pytest.mark.django_db
def test_users_are_told_apart_by_their_names() -> None:
    assert person(name="Ada").display_name == "Ada"
    assert person(name="", username="ada").display_name == "ada"
    assert person("who@example.org", name="").display_name == "who"
