"""Signing in with the password of a real directory."""

import threading
import time
from collections.abc import Callable
from threading import BoundedSemaphore

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.auth import ldap_client
from accounts.auth.ldap import directory_people
from accounts.auth.login import login_with_password
from accounts.errors import (
    AccountDisabledError,
    DirectoryRefusedError,
    DirectoryUnavailableError,
    DomainNotAllowedError,
    EmailLoginOffError,
    LoginRefusedError,
    ProviderMismatchError,
    RegistrationClosedError,
)
from accounts.models import ADMIN, USER, AuditEvent, AuthSession, Group, User
from accounts.services.people import user_disable, user_register
from accounts.services.registration import Registration
from librechat.kernel import yaml_config
from tests.factories.people import CALLER, PASSWORD, person, post_auth
from tests.fakes.directory import GROUPS, PEOPLE, Directory
from tests.fakes.product import free_port

pytestmark = pytest.mark.django_db

WONDER = "down the rabbit hole"


@pytest.fixture(autouse=True)
def on(directory: Directory, settings: Settings) -> Callable[..., None]:
    """Ask the directory; called with what is different."""

    def set_up(**changes: object) -> None:
        settings.LDAP = directory.settings(**changes)

    set_up()
    return set_up


def enter(name: str = "alice@example.org", password: str = WONDER) -> User:
    return login_with_password(email=name, password=password, caller=CALLER).user


def groups_of(user: User) -> list[str]:
    return list(user.member_groups.values_list("name", flat=True))


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


def test_a_directory_that_is_down_says_so_and_changes_nothing(
    on: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    client: Client,
) -> None:
    on(url=f"ldap://127.0.0.1:{free_port()}")
    with pytest.raises(DirectoryUnavailableError):
        enter()
    assert "The directory cannot be asked." in caplog.text
    assert WONDER not in caplog.text
    body = {"email": "alice@example.org", "password": WONDER}
    answer = post_auth(client, "login", body)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Nothing was changed" in answer.json()["message"]
    shown = client.post("/login", body)
    assert (shown.status_code, shown["Retry-After"]) == (503, "60")
    assert "cannot be reached" in shown.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("scheme", "changes"),
    [("ldap", {}), ("ldap", {"starttls": True}), ("ldaps", {})],
)
def test_a_directory_that_never_answers_is_given_up(
    directory: Directory,
    on: Callable[..., None],
    settings: Settings,
    scheme: str,
    changes: dict[str, bool],
) -> None:
    with directory.silent() as address:
        on(url=f"{scheme}://{address}", timeout_seconds=0.3, **changes)
        began = time.monotonic()
        with pytest.raises(DirectoryUnavailableError):
            enter()
        with pytest.raises(DirectoryUnavailableError):
            list(directory_people(settings.LDAP, print))
    assert 0.5 < time.monotonic() - began < 5


def test_a_directory_that_hangs_holds_a_few_threads_at_most(
    directory: Directory,
    on: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ldap_client, "_places", BoundedSemaphore(2))
    threads = threading.active_count()
    with directory.silent() as address:
        on(url=f"ldaps://{address}", timeout_seconds=0.1)
        for _ in range(5):
            with pytest.raises(DirectoryUnavailableError):
                enter()
        assert threading.active_count() - threads <= 2
    on()
    directory.add_person("alice", WONDER)
    on(timeout_seconds=5)
    assert enter().username == "alice"


def test_a_wrong_password_of_our_own_is_no_wrong_password_of_the_person(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    directory.add_person("alice", WONDER)
    on(bind_password="wrong")
    with pytest.raises(DirectoryUnavailableError):
        enter()


def test_starttls_and_tls_work_with_the_right_authority(
    directory: Directory,
    settings: Settings,
    on: Callable[..., None],
) -> None:
    directory.add_person("alice", WONDER)
    ca_path = str(directory.ca_path)
    on(starttls=True, ca_path=ca_path)
    assert enter().username == "alice"
    assert [one.id for one in directory_people(settings.LDAP, print)] == ["alice"]
    on(url=directory.tls_url, ca_path=ca_path)
    assert enter().username == "alice"


@pytest.mark.parametrize("ca", ["stranger.pem", ""])
def test_a_certificate_of_another_authority_is_refused(
    directory: Directory,
    on: Callable[..., None],
    ca: str,
) -> None:
    directory.add_person("alice", WONDER)
    ca_path = str(directory.folder / ca) if ca else ""
    for changes in ({"starttls": True}, {"url": directory.tls_url}):
        on(ca_path=ca_path, **changes)
        with pytest.raises(DirectoryUnavailableError):
            enter()
    assert not User.objects.exists()
    on(ca_path=ca_path, url=directory.tls_url, verify=False)
    assert enter().username == "alice"


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


def test_groups_are_mirrored_at_every_sign_in(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    on(group_base=GROUPS, group_name_attribute="description")
    alice = directory.add_person("alice", WONDER)
    tea = directory.add_group("tea", alice, description="Tea party")
    directory.add_group("croquet", alice)
    directory.add_group("others", f"uid=nobody,{PEOPLE}")
    user = enter()
    by_hand = Group.objects.create(name="By hand")
    by_hand.members.add(user)
    assert set(Group.objects.exclude(pk=by_hand.pk).values_list("name", "source")) == {
        ("Tea party", "ldap"),
        (f"cn=croquet,{GROUPS}", "ldap"),
    }
    assert Group.objects.get(external_id=tea).name == "Tea party"
    directory.change(tea, description=["Mad tea party"])
    directory.remove(f"cn=croquet,{GROUPS}")
    directory.add_group("cards", alice, description="Cards")
    assert groups_of(enter()) == ["By hand", "Cards", "Mad tea party"]
    event = AuditEvent.objects.filter(action="group.members_mirrored").first()
    assert event is not None
    assert event.metadata["joined"] == ["Cards"]
    assert event.metadata["left"] == [f"cn=croquet,{GROUPS}"]
    on(group_base="")
    assert groups_of(enter()) == ["By hand", "Cards", "Mad tea party"]


def test_the_group_of_administrators_promotes_and_demotes(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    person(role=ADMIN)
    alice = directory.add_person("alice", WONDER)
    bob = directory.add_person("bob", WONDER)
    admins = directory.add_group("admins", bob)
    on(group_base=GROUPS, admin_group=f"CN=Admins, {GROUPS}")
    assert enter().role == USER
    assert enter("bob@example.org").role == ADMIN
    directory.change(admins, member=[alice])
    promoted = login_with_password(email="alice@example.org", password=WONDER, caller=CALLER)
    assert promoted.user.role == ADMIN
    directory.change(admins, member=[bob])
    assert enter().role == USER
    assert not AuthSession.objects.alive().filter(pk=promoted.session.pk).exists()


def test_a_group_of_administrators_decides_about_the_first_person_too(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    alice = directory.add_person("alice", WONDER)
    directory.add_person("bob", WONDER)
    directory.add_group("admins", alice)
    on(group_base=GROUPS, admin_group=f"cn=admins,{GROUPS}")
    assert enter("bob@example.org").role == USER
    assert enter().role == ADMIN


def test_the_last_administrator_stays_one_whatever_the_group_says(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    directory.add_person("alice", WONDER)
    enter()
    person()
    on(group_base=GROUPS, admin_group=f"cn=admins,{GROUPS}")
    assert enter().role == ADMIN


def test_a_role_other_than_administrator_is_not_the_directorys_business(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    person(role=ADMIN)
    directory.add_person("alice", WONDER)
    user = enter()
    User.objects.filter(pk=user.pk).update(role="support")
    on(group_base=GROUPS, admin_group=f"cn=admins,{GROUPS}")
    assert enter().role == "support"


def test_only_members_of_the_required_group_come_in(
    directory: Directory,
    on: Callable[..., None],
) -> None:
    alice = directory.add_person("alice", WONDER)
    staff = directory.add_group("staff", f"uid=nobody,{PEOPLE}")
    on(group_base=GROUPS, required_group=f"cn=staff,{GROUPS}")
    with pytest.raises(DirectoryRefusedError):
        enter()
    assert not User.objects.exists()
    directory.change(staff, member=[alice])
    assert groups_of(enter()) == ["staff"]


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
