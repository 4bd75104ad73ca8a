"""What the audit record keeps of signing in and out."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEvent, AuthSession, User
from accounts.queries.audit import audit_verify
from tests.factories.people import PASSWORD, person, post_auth

pytestmark = pytest.mark.django_db


def test_signing_in_and_out_is_kept(client: Client, owner: User) -> None:
    client.post("/login", {"email": owner.email, "password": PASSWORD}, headers={"User-Agent": "X"})
    opened = AuditEvent.objects.get(action="session.opened")
    session = AuthSession.objects.get()
    assert (opened.actor_id, opened.outcome) == (owner.pk, "success")
    assert (opened.address, opened.user_agent) == ("127.0.0.1", "X")
    assert opened.metadata == {"method": "local", "session": session.pk}
    client.post("/logout")
    closed = AuditEvent.objects.get(action="session.closed")
    assert (closed.actor_id, closed.metadata) == (owner.pk, {"session": session.pk})
    client.post("/logout")
    assert AuditEvent.objects.filter(action="session.closed").count() == 1
    assert audit_verify().is_whole


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("Nobody@example.org", "nobody@example.org"),
        ("my secret password", "(not an address)"),
        ("", "(not an address)"),
    ],
)
def test_a_failure_for_an_unknown_address_keeps_no_secret(
    client: Client,
    owner: User,
    email: str,
    shown: str,
) -> None:
    post_auth(client, "login", {"email": email, "password": "hunter2hunter2"})
    event = AuditEvent.objects.get(action="session.refused")
    assert (event.outcome, event.target_name, event.metadata) == (
        "failure",
        shown,
        {"known": False},
    )
    assert "hunter2" not in str(vars(event))
    assert "secret" not in str(vars(event))


def test_a_failure_without_any_address_is_kept_too(client: Client, owner: User) -> None:
    post_auth(client, "login", {"email": 5, "password": "x"})
    assert AuditEvent.objects.get(action="session.refused").target_name == "(not an address)"


def test_a_failure_for_a_known_address_names_the_person(client: Client, owner: User) -> None:
    post_auth(client, "login", {"email": owner.email, "password": "wrong wrong"})
    event = AuditEvent.objects.get(action="session.refused")
    assert (event.actor_id, event.target_id, event.metadata) == ("", owner.pk, {"known": True})


def test_a_right_password_that_is_refused_says_by_what(client: Client) -> None:
    user = person(is_active=False)
    post_auth(client, "login", {"email": user.email, "password": PASSWORD})
    event = AuditEvent.objects.get(action="session.refused")
    assert (event.outcome, event.target_id) == ("denied", user.pk)
    assert event.metadata == {"code": "account_disabled"}


def test_a_refresh_token_used_again_is_kept(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.REFRESH_GRACE_SECONDS = 0
    post_auth(client, "login", {"email": owner.email, "password": PASSWORD})
    old = client.cookies["refreshToken"].value
    assert post_auth(client, "refresh").status_code == 200
    client.cookies["refreshToken"] = old
    assert post_auth(client, "refresh").status_code == 401
    event = AuditEvent.objects.get(action="refresh.reused")
    assert (event.severity, event.target_id) == ("critical", owner.pk)
