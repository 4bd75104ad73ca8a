"""Acting as somebody else leaves no trace of a sign-in, and always has a way back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from pytest_django import Settings

from accounts.auth.channels import SessionOrTokenAuthMiddleware
from accounts.models import AuditEvent, AuthSession, User
from accounts.services.bans import ban_add
from accounts.services.people import role_change, user_delete, user_disable
from accounts.services.sessions import epoch_raise
from librechat.kernel import clock
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db

STOP = "/impersonation/stop"
Change = Callable[[User], Any]


@pytest.fixture
def desk(client: Client, admin: User) -> Client:
    """Return a browser in which ``admin`` is signed in."""
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    return client


@pytest.fixture
def required(settings: Settings) -> None:
    """Let everybody but administrators need a second factor."""
    settings.TWO_FACTOR_REQUIRED_ROLES = ["USER"]


def act_as(desk: Client, user: User) -> None:
    body = {
        "action": "act_as",
        "_selected_action": [user.pk],
        "confirmed": "yes",
        "reason": "Ticket 7",
    }
    desk.post("/admin/accounts/user/", body)
    assert who(desk) == user.email


def who(desk: Client) -> str:
    answer = desk.get("/api/user")
    return str(answer.json().get("email", "")) if answer.status_code == 200 else ""


@pytest.mark.parametrize(
    "path",
    ["/c/new", "/settings/appearance", "/api/convos", "/api/agents/chat/active"],
)
def test_whoever_acts_for_a_role_that_needs_a_factor_is_not_sent_to_set_one_up(
    required: None,
    desk: Client,
    owner: User,
    admin: User,
    path: str,
) -> None:
    act_as(desk, owner)
    assert desk.get(path).status_code == 200
    assert desk.post(STOP)["Location"] == "/admin/accounts/user/"
    assert who(desk) == admin.email


def test_the_person_themselves_still_is(required: None, desk: Client, owner: User) -> None:
    act_as(desk, owner)
    mine = Client()
    mine.post("/login", {"email": owner.email, "password": PASSWORD})
    assert mine.get("/c/new")["Location"] == "/settings/security/two-factor"
    assert mine.get("/api/convos").status_code == 403


def test_what_proves_who_the_person_is_stays_closed(
    required: None,
    desk: Client,
    owner: User,
) -> None:
    act_as(desk, owner)
    for path in ("/settings/security", "/settings/security/two-factor", "/admin/"):
        assert desk.get(path).status_code == 403


async def person_behind(cookie: str) -> object:
    seen: dict[str, object] = {}

    async def application(scope: dict[str, object], _receive: Any, _send: Any) -> None:
        seen.update(scope)

    headers = [(b"cookie", f"sessionid={cookie}".encode())]
    scope = {"type": "websocket", "query_string": b"", "headers": headers, "client": None}
    await SessionOrTokenAuthMiddleware(application)(scope, application, application)
    return seen["user"]


@pytest.mark.django_db(transaction=True)
async def test_sockets_open_for_whoever_acts_and_not_for_the_person(
    required: None,
    desk: Client,
    owner: User,
) -> None:
    mine = Client()
    sign_in = {"email": owner.email, "password": PASSWORD}
    await sync_to_async(mine.post)("/login", sign_in)
    await sync_to_async(act_as)(desk, owner)
    assert await person_behind(desk.cookies["sessionid"].value) == owner
    assert await person_behind(mine.cookies["sessionid"].value) == AnonymousUser()


def test_nobody_was_here(desk: Client, owner: User, admin: User) -> None:
    seen = datetime(2026, 1, 2, 3, 4, tzinfo=clock.now().tzinfo)
    User.objects.update(last_login=seen)
    act_as(desk, owner)
    desk.post(STOP)
    assert who(desk) == admin.email
    assert set(User.objects.values_list("last_login", flat=True)) == {seen}


def banned(user: User) -> None:
    ban_add(user=user, reason="Enough.")


def out_of_epoch(user: User) -> None:
    epoch_raise(user=user)


def ended(user: User) -> None:
    AuthSession.objects.filter(user=user).update(revoked_at=clock.now())


def switched_off(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("change", [banned, out_of_epoch, ended, switched_off])
def test_the_way_back_is_open_whatever_became_of_the_person(
    desk: Client,
    owner: User,
    admin: User,
    change: Change,
) -> None:
    act_as(desk, owner)
    change(owner)
    assert desk.post(STOP)["Location"] == "/admin/accounts/user/"
    assert who(desk) == admin.email
    assert AuditEvent.objects.get(action="impersonation.stopped").actor_id == admin.pk


def changed_role(user: User) -> None:
    role_change(user=user, role="ADMIN")


def disabled(user: User) -> None:
    user_disable(user=user)


def deleted(user: User) -> None:
    user_delete(user=user)


@pytest.mark.parametrize("change", [changed_role, disabled, deleted])
def test_where_the_page_was_ended_with_the_person_the_way_back_is_to_sign_in(
    desk: Client,
    owner: User,
    change: Change,
) -> None:
    act_as(desk, owner)
    change(owner)
    assert desk.post(STOP)["Location"] == "/login"
    assert who(desk) == ""


def test_the_way_back_is_open_when_the_time_is_up(
    desk: Client,
    owner: User,
    admin: User,
    clock_at: Callable[[datetime], None],
) -> None:
    act_as(desk, owner)
    clock_at(clock.now() + timedelta(minutes=31))
    assert desk.post(STOP)["Location"] == "/admin/accounts/user/"
    assert who(desk) == admin.email


def test_a_banned_administrator_does_not_come_back_that_way(
    desk: Client,
    owner: User,
    admin: User,
) -> None:
    other = User.objects.create_user("other@example.org", PASSWORD, role="ADMIN")
    act_as(desk, owner)
    ban_add(user=admin, by=other)
    assert desk.post(STOP)["Location"] == "/login"
    assert who(desk) == ""
