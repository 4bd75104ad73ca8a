"""An administrator who acts as somebody else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import Client, RequestFactory

from accounts.auth.impersonation import impersonation_start
from accounts.auth.login import PAGE_SESSION
from accounts.errors import ImpersonationRefusedError
from accounts.models import AuditEvent, AuthSession, User
from accounts.queries.audit import audit_verify
from accounts.services.people import role_change
from librechat.kernel import clock
from tests.factories.people import PASSWORD, person

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


def act_as(desk: Client, user: User, reason: str = "Ticket 7", **extra: Any) -> Any:
    body = {
        "action": "act_as",
        "_selected_action": [user.pk],
        "confirmed": "yes",
        "reason": reason,
        **extra,
    }
    return desk.post(PEOPLE, body, follow=True)


def who(desk: Client) -> str:
    answer = desk.get("/api/user")
    return str(answer.json().get("email", "")) if answer.status_code == 200 else ""


def test_an_administrator_acts_as_somebody_and_stops_again(
    desk: Client,
    owner: User,
    admin: User,
) -> None:
    page = act_as(desk, owner)
    text = page.content.decode()
    assert f"You act as {owner.email} until" in text
    assert who(desk) == owner.email
    session = AuthSession.objects.get(user=owner)
    assert (session.impersonator, session.impersonation_reason) == (admin, "Ticket 7")
    assert session.method == "impersonation"
    assert session.expires_at - session.created_at == timedelta(minutes=30)
    started = AuditEvent.objects.get(action="impersonation.started")
    assert (started.actor_id, started.target_id) == (admin.pk, owner.pk)
    assert started.metadata["reason"] == "Ticket 7"
    back = desk.post("/impersonation/stop", follow=True)
    assert "You are yourself again." in back.content.decode()
    assert who(desk) == admin.email
    assert not AuthSession.objects.alive().filter(user=owner).exists()
    assert AuditEvent.objects.get(action="impersonation.stopped").actor_id == admin.pk
    assert audit_verify().is_whole


def test_the_banner_is_on_every_page_and_only_then(desk: Client, owner: User) -> None:
    assert 'class="acting"' not in desk.get("/c/new").content.decode()
    act_as(desk, owner)
    for path in ("/c/new", "/settings/appearance"):
        assert 'class="acting"' in desk.get(path).content.decode()


def test_a_reason_is_needed(desk: Client, owner: User, admin: User) -> None:
    for reason in ("", "   "):
        act_as(desk, owner, reason)
        assert who(desk) == admin.email
    assert not AuthSession.objects.exclude(impersonator=None).exists()


def test_nobody_acts_as_staff_themselves_two_people_or_somebody_switched_off(
    desk: Client,
    owner: User,
    admin: User,
) -> None:
    off = person(is_active=False)
    for user, words in (
        (person(role="ADMIN"), "Nobody may act as an administrator."),
        (admin, "Nobody may act as an administrator."),
        (off, "This account is switched off."),
    ):
        assert words in act_as(desk, user).content.decode()
    both = act_as(desk, owner, _selected_action=[owner.pk, off.pk])
    assert "Choose one person." in both.content.decode()
    assert who(desk) == admin.email
    assert not AuditEvent.objects.filter(category="impersonation").exists()


def test_what_proves_who_somebody_is_stays_closed(desk: Client, owner: User) -> None:
    act_as(desk, owner)
    for path in ("/settings/security", "/admin/", "/admin/accounts/user/"):
        page = desk.get(path)
        assert page.status_code == 403
        assert "while you act as somebody else" in page.content.decode()
    answer = desk.put("/api/keys", {"name": "openAI"}, content_type="application/json")
    assert answer.status_code == 403
    assert "while you act" in answer.json()["message"]
    assert desk.delete("/api/user/delete").status_code == 403
    script = desk.get("/settings/security", headers={"HX-Request": "true"})
    assert script.status_code == 403
    assert User.objects.filter(pk=owner.pk).exists()


def test_what_is_done_meanwhile_names_who_did_it(desk: Client, owner: User, admin: User) -> None:
    act_as(desk, owner)
    desk.post("/logout")
    closed = AuditEvent.objects.get(action="session.closed")
    assert closed.metadata["impersonator"] == admin.pk
    assert who(desk) == ""


def test_it_ends_after_half_an_hour(
    desk: Client,
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    act_as(desk, owner)
    clock_at(clock.now() + timedelta(minutes=31))
    page = desk.get("/c/new")
    assert (page.status_code, page.headers["Location"]) == (302, "/login")
    assert who(desk) == ""


def test_it_ends_when_the_administrator_is_none_any_more(
    desk: Client,
    owner: User,
    admin: User,
) -> None:
    person(role="ADMIN")
    act_as(desk, owner)
    role_change(user=admin, role="USER")
    assert desk.get("/c/new").status_code == 302
    assert who(desk) == ""


def test_stopping_without_the_own_sign_in_leads_to_the_sign_in_page(
    desk: Client,
    owner: User,
    admin: User,
) -> None:
    act_as(desk, owner)
    AuthSession.objects.filter(user=admin).update(revoked_at=clock.now())
    assert desk.post("/impersonation/stop").headers["Location"] == "/login"
    assert who(desk) == ""


def test_stopping_what_never_began_changes_nothing(desk: Client, admin: User) -> None:
    assert desk.post("/impersonation/stop").headers["Location"] == "/c/new"
    assert who(desk) == admin.email


def asked_by(user: User | None) -> HttpRequest:
    request = RequestFactory().post("/")
    request.session = SessionStore()
    request.user = user or AnonymousUser()
    return request


def test_only_administrators_may_and_not_while_they_act_already(
    desk: Client,
    owner: User,
    viewer: User,
    admin: User,
) -> None:
    for user in (None, owner):
        with pytest.raises(ImpersonationRefusedError, match="Only administrators"):
            impersonation_start(asked_by(user), user=viewer, reason="Ticket 7")
    act_as(desk, owner)
    nested = asked_by(admin)
    nested.session[PAGE_SESSION] = AuthSession.objects.get(user=owner).pk
    with pytest.raises(ImpersonationRefusedError, match="Only administrators"):
        impersonation_start(nested, user=viewer, reason="Ticket 7")
    with pytest.raises(ImpersonationRefusedError, match="Say why"):
        impersonation_start(asked_by(admin), user=viewer, reason=" ")
    assert AuthSession.objects.exclude(impersonator=None).count() == 1
