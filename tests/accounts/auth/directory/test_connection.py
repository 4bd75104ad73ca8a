"""A directory that is down, slow, misconfigured or not who it says."""

import threading
import time
from collections.abc import Callable
from threading import BoundedSemaphore

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.auth import ldap_client
from accounts.auth.ldap import directory_people
from accounts.errors import (
    DirectoryUnavailableError,
)
from accounts.models import User
from tests.accounts.auth.directory.entering import WONDER, enter
from tests.factories.people import post_auth
from tests.fakes.directory import Directory
from tests.fakes.product import free_port

pytestmark = pytest.mark.django_db


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


@pytest.mark.measures
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
