"""Signing in with the password of a real directory."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.auth.login import login_with_password
from accounts.errors import (
    AccountDisabledError,
    DomainNotAllowedError,
    EmailLoginOffError,
    LoginRefusedError,
    RegistrationClosedError,
)
from accounts.models import ADMIN, USER, AuditEvent, User
from accounts.services.people import user_disable, user_register
from accounts.services.registration import Registration
from librechat.kernel import yaml_config
from tests.accounts.auth.directory.entering import WONDER, enter
from tests.factories.people import CALLER, PASSWORD, person, post_auth
from tests.fakes.directory import Directory

pytestmark = pytest.mark.django_db


def test_the_first_sign_in_adds_the_account_and_the_first_person_is_the_administrator(
    directory: Directory,
) -> None:
    directory.add_person("alice", WONDER, cn="Alice Liddell")
    directory.add_person("bob", "builder's secret")
    login = login_with_password(email="alice@example.org", password=WONDER, caller=CALLER)
    user = User.objects.get()
    assert (user.email, user.name, user.username) == ("alice@example.org", "Alice Liddell", "alice")
    assert (user.provider, user.external_id, user.role) == ("ldap", "alice", ADMIN)
    assert user.email_verified
    assert not user.has_usable_password()
    assert (login.user, login.session.method) == (user, "ldap")
    assert enter("bob@example.org", "builder's secret").role == USER
    actions = AuditEvent.objects.filter(target_id=user.pk).values_list("action", flat=True)
    assert {"account.registered", "session.opened"} <= set(actions)


def test_the_second_sign_in_finds_the_same_account_and_changes_nothing(
    directory: Directory,
) -> None:
    directory.add_person("alice", WONDER)
    first = enter()
    assert enter("ALICE@example.org") == first
    assert User.objects.count() == 1
    assert not AuditEvent.objects.filter(action="account.followed_directory").exists()


def test_what_the_directory_says_overwrites_the_account_at_every_sign_in(
    directory: Directory,
) -> None:
    dn = directory.add_person("alice", WONDER)
    before = enter()
    User.objects.update(name="Queen of Hearts")
    directory.change(dn, cn=["Alice Pleasance"], mail=["pleasance@example.org"])
    after = enter("pleasance@example.org")
    assert after == before
    assert (after.name, after.email) == ("Alice Pleasance", "pleasance@example.org")
    event = AuditEvent.objects.get(action="account.followed_directory")
    assert event.metadata["before"] == {"name": "Queen of Hearts", "email": "alice@example.org"}


@pytest.mark.parametrize("password", ["wrong", "", " ", "\t \n", "x" * 129, None, 7])
def test_a_password_that_does_not_fit_lets_nobody_in(
    directory: Directory,
    password: object,
) -> None:
    directory.add_person("alice", WONDER)
    with pytest.raises(LoginRefusedError):
        login_with_password(email="alice@example.org", password=password, caller=CALLER)
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["nobody@example.org", "", "x" * 255, None, ["alice@example.org"]])
def test_a_name_that_is_not_in_the_directory_looks_like_a_wrong_password(
    directory: Directory,
    name: object,
) -> None:
    directory.add_person("alice", WONDER)
    with pytest.raises(LoginRefusedError) as unknown:
        login_with_password(email=name, password=WONDER, caller=CALLER)
    with pytest.raises(LoginRefusedError) as wrong:
        enter(password="wrong")
    assert unknown.value.message == wrong.value.message
    assert not User.objects.exists()


def test_an_unknown_name_and_a_wrong_password_ask_the_directory_as_often(
    directory: Directory,
) -> None:
    directory.add_person("alice", WONDER)
    for name in ("alice@example.org", "nobody@example.org"):
        with directory.counted() as operations, pytest.raises(LoginRefusedError):
            enter(name, "wrong")
        assert (operations["bind"], operations["search"]) == (2, 1), name


@pytest.mark.parametrize(
    "name",
    ["*", "ali*", "*)(uid=*", "alice@example.org)(|(uid=*", "a*@example.org", "\\2a", "%(user)s"],
)
def test_a_name_cannot_change_the_filter(directory: Directory, name: str) -> None:
    directory.add_person("alice", WONDER)
    with pytest.raises(LoginRefusedError):
        enter(name)
    assert not User.objects.exists()


def test_brackets_and_percent_signs_in_a_real_name_are_found(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    on(search_filter="(|(cn={{username}})(cn=100%))")
    directory.add_person("alice", WONDER, cn="Alice (Wonderland) 50%*")
    assert enter("Alice (Wonderland) 50%*").username == "alice"


def test_two_entries_for_one_name_let_neither_in(directory: Directory) -> None:
    directory.add_person("alice", WONDER, mail="shared@example.org")
    directory.add_person("bob", WONDER, mail="shared@example.org")
    with pytest.raises(LoginRefusedError):
        enter("shared@example.org")


def test_the_local_password_counts_no_longer_where_a_directory_decides() -> None:
    person("local@example.org")
    with pytest.raises(LoginRefusedError):
        enter("local@example.org", PASSWORD)


def test_a_disabled_account_stays_out(directory: Directory) -> None:
    person(role=ADMIN)
    directory.add_person("alice", WONDER)
    user_disable(user=enter())
    with pytest.raises(AccountDisabledError):
        enter()


def test_a_domain_that_is_not_allowed_gets_no_account(directory: Directory) -> None:
    directory.add_person("alice", WONDER)
    config = {"registration": {"allowedDomains": ["example.com"]}}
    with yaml_config.override(config), pytest.raises(DomainNotAllowedError):
        enter()
    assert not User.objects.exists()


def test_the_route_can_be_switched_off(settings: Settings, directory: Directory) -> None:
    directory.add_person("alice", WONDER)
    settings.ALLOW_EMAIL_LOGIN = False
    with pytest.raises(EmailLoginOffError):
        enter()


def test_clients_and_the_sign_in_page_know_of_the_directory(
    directory: Directory,
    client: Client,
    on: Callable[..., None],
    settings: Settings,
) -> None:
    directory.add_person("alice", WONDER)
    settings.ALLOW_REGISTRATION = True
    config = client.get("/api/config").json()
    assert config["ldap"] == {"enabled": True}
    assert config["registrationEnabled"] is False
    assert "Create an account" not in client.get("/login").content.decode()
    with pytest.raises(RegistrationClosedError):
        user_register(Registration(name="Mallory", email="m@example.org", password=PASSWORD))
    on(uses_username=True, search_filter="(uid={{username}})")
    assert client.get("/api/config").json()["ldap"] == {"enabled": True, "username": True}
    assert "User name" in client.get("/login").content.decode()
    answer = client.post("/login", {"email": "alice", "password": WONDER})
    assert (answer.status_code, answer["Location"]) == (302, "/c/new")
    assert User.objects.get().username == "alice"


def test_the_api_signs_in_with_the_directory(directory: Directory, client: Client) -> None:
    directory.add_person("alice", WONDER)
    answer = post_auth(client, "login", {"email": "alice@example.org", "password": WONDER})
    assert answer.status_code == 200
    assert answer.json()["user"]["provider"] == "ldap"
    refused = post_auth(client, "login", {"email": "alice@example.org", "password": "wrong"})
    assert refused.status_code == 404
