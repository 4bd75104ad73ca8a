"""What every request passes on its way in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient, Client
from pytest_django import Settings

from accounts.models import AuditEvent, AuthSession, User
from accounts.services.bans import ban_add, bans_lift
from tests.factories.people import PASSWORD, bearer, person, post_auth

pytestmark = pytest.mark.django_db

HERE = "127.0.0.1"
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def browser(client: Client, owner: User) -> Client:
    """Return a browser in which ``owner`` is signed in."""
    client.post("/login", {"email": owner.email, "password": PASSWORD})
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_a_banned_person_reads_why_on_every_page_until_it_is_over(
    browser: Client,
    owner: User,
) -> None:
    assert browser.get("/settings/appearance").status_code == 200
    ban_add(user=owner, reason="Asked to stop twice.", lasts=HOUR)
    for _ in range(2):
        for path in ("/c/new", "/settings/appearance", "/forgot"):
            page = browser.get(path)
            assert page.status_code == 403
            assert "Asked to stop twice." in text_of(page)
    sign_in_page = browser.get("/login")
    assert sign_in_page.status_code == 200
    assert "Asked to stop twice." in text_of(sign_in_page)
    bans_lift(user=owner)
    page = browser.get("/settings/appearance")
    assert page.status_code == 302
    assert page.headers["Location"].startswith("/login")


def test_signing_in_tells_a_banned_person_why(client: Client, owner: User) -> None:
    ban_add(user=owner, reason="Asked to stop twice.", lasts=HOUR)
    page = client.post("/login", {"email": owner.email, "password": PASSWORD})
    assert page.status_code == 403
    assert "Asked to stop twice." in text_of(page)
    answer = post_auth(client, "login", {"email": owner.email, "password": PASSWORD})
    assert answer.status_code == 403
    assert answer.json()["reason"] == "Asked to stop twice."
    wrong = post_auth(client, "login", {"email": owner.email, "password": "not the password"})
    assert wrong.status_code == 404
    assert not AuthSession.objects.exists()
    denied = AuditEvent.objects.filter(action="session.refused", outcome="denied")
    assert {event.metadata["code"] for event in denied} == {"banned"}


def test_a_banned_address_is_told_everywhere_and_cannot_make_accounts(
    client: Client,
    owner: User,
    settings: Settings,
) -> None:
    settings.ALLOW_REGISTRATION = settings.ALLOW_PASSWORD_RESET = True
    headers = bearer(owner)
    ban_add(address=HERE, reason="Too noisy here.", lasts=HOUR)
    assert client.get("/signup").status_code == 403
    for path in ("register", "requestPasswordReset", "resetPassword"):
        answer = post_auth(client, path, {"email": "new@example.org"})
        assert (answer.status_code, answer.json()["reason"]) == (403, "Too noisy here.")
    answer = client.get("/api/user", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "ban")
    script = client.get("/c/new", headers={"HX-Request": "true"})
    assert (script.status_code, script.headers["HX-Redirect"]) == (403, "/login")
    for path in ("/health", "/api/config"):
        assert client.get(path).status_code == 200
    assert not User.objects.filter(email="new@example.org").exists()


def test_signed_in_people_at_a_banned_address_keep_their_session(
    browser: Client,
    owner: User,
) -> None:
    ban_add(address=HERE, lasts=HOUR)
    assert browser.get("/settings/appearance").status_code == 403
    answer = browser.get("/api/user")
    assert (answer.status_code, answer.json()["type"]) == (403, "ban")
    assert AuthSession.objects.alive().filter(user=owner).exists()


def test_staff_get_in_from_a_banned_address(client: Client, admin: User) -> None:
    ban_add(address=HERE, lasts=HOUR)
    assert client.get("/login").status_code == 200
    signed_in = client.post("/login", {"email": admin.email, "password": PASSWORD})
    assert signed_in.status_code == 302
    assert client.get("/settings/appearance").status_code == 200
    assert client.get("/admin/").status_code == 200
    assert client.get("/api/user").status_code == 200
    assert client.get("/api/user", headers=bearer(admin)).status_code == 200


def test_a_token_that_a_ban_ended_is_answered_with_the_ban(client: Client, owner: User) -> None:
    headers = bearer(owner)
    assert client.get("/api/user", headers=headers).status_code == 200
    ban_add(user=owner, reason="Asked to stop twice.", lasts=HOUR)
    answer = client.get("/api/user", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "ban")
    out = post_auth(client, "logout", headers=headers)
    assert out.status_code == 200
    bans_lift(user=owner)
    assert client.get("/api/user", headers=headers).status_code == 401


def test_the_client_behind_a_trusted_proxy_is_banned_and_not_the_proxy(
    client: Client,
    settings: Settings,
) -> None:
    settings.TRUST_PROXY = 1
    ban_add(address="203.0.113.9", lasts=HOUR)
    seen = client.get("/forgot", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    spoofed = client.get("/forgot", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.1"})
    assert (seen.status_code, spoofed.status_code) == (403, 200)
    settings.TRUST_PROXY = 0
    assert client.get("/forgot", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 200


def test_a_page_that_nobody_used_is_signed_out(
    client: Client,
    owner: User,
    settings: Settings,
    clock_at: Callable[[datetime], None],
) -> None:
    settings.SESSION_IDLE_EXPIRY = timedelta(minutes=30)
    clock_at(NOON)
    client.post("/login", {"email": owner.email, "password": PASSWORD})
    clock_at(NOON + timedelta(minutes=20))
    assert client.get("/settings/appearance").status_code == 200
    clock_at(NOON + timedelta(minutes=45))
    assert client.get("/settings/appearance").status_code == 200
    clock_at(NOON + timedelta(minutes=76))
    page = client.get("/settings/appearance")
    assert page.status_code == 302
    assert page.headers["Location"].startswith("/login")


def test_a_token_of_an_idle_session_is_refused_and_use_keeps_it(
    client: Client,
    owner: User,
    settings: Settings,
    clock_at: Callable[[datetime], None],
) -> None:
    settings.SESSION_IDLE_EXPIRY = timedelta(minutes=10)
    clock_at(NOON)
    headers = bearer(owner)
    session = AuthSession.objects.get()
    clock_at(NOON + timedelta(seconds=30))
    assert client.get("/api/user", headers=headers).status_code == 200
    session.refresh_from_db()
    assert session.last_used_at == NOON  # one write a minute at most
    clock_at(NOON + timedelta(minutes=6))
    assert client.get("/api/user", headers=headers).status_code == 200
    clock_at(NOON + timedelta(minutes=14))
    assert client.get("/api/user", headers=headers).status_code == 200
    settings.SESSION_IDLE_EXPIRY = timedelta(minutes=1)
    clock_at(NOON + timedelta(minutes=15))
    assert client.get("/api/user", headers=headers).status_code == 401


def test_without_the_setting_nothing_is_written(
    client: Client,
    owner: User,
    django_assert_num_queries: Any,
) -> None:
    headers = bearer(owner)
    with django_assert_num_queries(1):
        client.get("/api/user/terms", headers=headers)


@pytest.mark.django_db(transaction=True)
async def test_asynchronous_requests_pass_the_same_way(async_client: AsyncClient) -> None:
    user = await sync_to_async(person)()
    headers = await sync_to_async(bearer)(user)
    assert (await async_client.get("/health")).status_code == 200
    assert (await async_client.get("/api/user", headers=headers)).status_code == 200
    await sync_to_async(ban_add)(address=HERE, reason="Too noisy here.", lasts=HOUR)
    page = await async_client.get("/forgot")
    assert page.status_code == 403
    assert "Too noisy here." in text_of(page)
    answer = await async_client.get("/api/agents/chat/active", headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "ban")
