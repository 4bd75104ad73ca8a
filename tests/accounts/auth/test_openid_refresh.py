"""Sessions that go on only while the OpenID provider stands behind them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEvent, AuthSession, ProviderToken, User
from accounts.services.people import user_disable
from librechat.kernel import clock, secrets
from tests.factories.people import post_auth
from tests.fakes.identity.ada import visit
from tests.fakes.identity.company import CLIENT_ID, CLIENT_SECRET, Company
from tests.fakes.identity.grants import Grants
from tests.fakes.identity.travel import SwitchOn, journey, openid_variables, read
from tests.fakes.identity.wires import Wires

pytestmark = pytest.mark.django_db

LATER = timedelta(minutes=6)  # the provider's tokens last five
ClockAt = Callable[[datetime], None]


def refresh(client: Client) -> Any:
    return post_auth(client, "refresh")


def become(wires: Wires, subject: str, email: str) -> None:
    """Let the provider speak of somebody."""
    wires.claims |= {"sub": subject, "email": email}
    wires.documents["/profile"] = {"sub": subject}


def stored() -> str:
    return secrets.decrypt(ProviderToken.objects.get().secret)


def test_a_session_of_a_real_provider_goes_on_until_it_is_ended_there(
    client: Client,
    company: Company,
    at_company: Any,
    clock_at: ClockAt,
) -> None:
    at_company(OPENID_REUSE_TOKENS="true")
    visit(client, company)
    first = stored()
    clock_at(clock.now() + timedelta(minutes=11))
    assert refresh(client).status_code == 200
    second = stored()
    assert second != first
    httpx.post(
        f"{company.url}/token/revocation",
        data={"token": second},
        auth=(CLIENT_ID, CLIENT_SECRET),
    ).raise_for_status()
    clock_at(clock.now() + timedelta(minutes=11))
    assert refresh(client).status_code == 401
    assert not AuthSession.objects.alive().exists()


def test_the_token_of_the_provider_is_kept_encrypted_and_out_of_the_browser(
    client: Client,
    wires: Wires,
    grants: Grants,
) -> None:
    answer = journey(client, "openid", wires)
    row = ProviderToken.objects.get()
    assert row.session == AuthSession.objects.get()
    assert stored() == "refresh-1"
    assert "refresh-1" not in row.secret
    assert "refresh-1" not in str(answer.cookies)
    assert "openid_grant" not in client.session
    assert answer.cookies["token_provider"].value == "openid"


def test_the_last_word_of_the_provider_counts_for_a_while(
    client: Client,
    wires: Wires,
    grants: Grants,
    clock_at: ClockAt,
) -> None:
    journey(client, "openid", wires)
    assert refresh(client).status_code == 200
    assert grants.refreshed_with == []
    clock_at(clock.now() + LATER)
    answer = refresh(client)
    assert answer.status_code == 200
    assert answer.cookies["token_provider"].value == "openid"
    assert grants.refreshed_with == ["refresh-1"]
    assert stored() == "refresh-2"
    clock_at(clock.now() + LATER)
    assert refresh(client).status_code == 200
    assert grants.refreshed_with == ["refresh-1", "refresh-2"]


def test_it_counts_no_longer_than_the_operator_says(
    client: Client,
    wires: Wires,
    switch_on: SwitchOn,
    grants: Grants,
    clock_at: ClockAt,
) -> None:
    given = {"OPENID_REUSE_TOKENS": "true", "OPENID_REUSE_MAX_SESSION_AGE_MS": "20000"}
    switch_on(read(openid_variables(wires, **given, OPENID_REFRESH_AUDIENCE="api://chat")))
    journey(client, "openid", wires)
    start = clock.now()
    clock_at(start + timedelta(seconds=19))
    refresh(client)
    assert grants.refreshed_with == []
    clock_at(start + timedelta(seconds=21))
    refresh(client)
    assert grants.refreshed_with == ["refresh-1"]
    assert wires.asked[-1][1]["audience"] == "api://chat"


def test_a_provider_that_keeps_its_token_is_asked_with_the_same_one(
    client: Client,
    wires: Wires,
    grants: Grants,
    clock_at: ClockAt,
) -> None:
    journey(client, "openid", wires)
    grants.instead = lambda: {"access_token": "access-2", "expires_in": "300"}
    for _ in range(2):
        clock_at(clock.now() + LATER)
        assert refresh(client).status_code == 200
    assert grants.refreshed_with == ["refresh-1", "refresh-1"]


@pytest.mark.parametrize("error", ["invalid_grant", "interaction_required"])
def test_a_sign_in_that_ended_there_ends_here_and_no_other(
    error: str,
    client: Client,
    wires: Wires,
    grants: Grants,
    clock_at: ClockAt,
) -> None:
    elsewhere, other = Client(), Client()
    journey(elsewhere, "openid", wires)
    become(wires, "person-2", "eve@example.org")
    journey(other, "openid", wires)
    become(wires, "person-1", "ada@example.org")
    journey(client, "openid", wires)
    mine = AuthSession.objects.latest("created_at", "id")
    bearer = {"Authorization": f"Bearer {refresh(client).json()['token']}"}
    clock_at(clock.now() + LATER)
    grants.instead = lambda: (400, {"error": error})
    answer = refresh(client)
    assert (answer.status_code, answer["Content-Type"]) == (401, "text/plain; charset=utf-8")
    assert answer.content == b"Your sign-in at its provider has ended. Sign in again."
    mine.refresh_from_db()
    assert mine.revoked_at == clock.now()
    assert not Session.objects.filter(session_key=mine.page_key).exists()
    assert not ProviderToken.objects.filter(session=mine).exists()
    event = AuditEvent.objects.get(action="session.ended_by_provider")
    assert event.metadata == {"session": mine.pk, "reason": "grant_ended"}
    assert client.get("/api/user", headers=bearer).status_code == 401
    assert AuthSession.objects.alive().count() == 2
    grants.instead = None
    assert refresh(elsewhere).status_code == 200
    become(wires, "person-2", "eve@example.org")
    assert refresh(other).json()["user"]["email"] == "eve@example.org"


@pytest.mark.parametrize(
    "away",
    [
        (503, {}),
        (429, {"error": "slow_down"}),
        (401, {"error": "invalid_client"}),
        (200, ["a list"]),
        (200, {"token_type": "Bearer"}),
        (502, b"<html>"),
    ],
    ids=str,
)
def test_while_the_provider_is_away_nothing_is_lost(
    away: object,
    client: Client,
    wires: Wires,
    grants: Grants,
    clock_at: ClockAt,
) -> None:
    journey(client, "openid", wires)
    clock_at(clock.now() + LATER)
    grants.instead = lambda: away
    before = client.cookies["refreshToken"].value
    answer = refresh(client)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "You are still signed in" in answer.json()["message"]
    assert "refreshToken" not in answer.cookies
    assert client.cookies["refreshToken"].value == before
    assert stored() == "refresh-1"
    grants.instead = None
    assert refresh(client).status_code == 200
    assert stored() == "refresh-2"


def test_an_id_token_of_somebody_else_ends_the_session(
    client: Client,
    wires: Wires,
    grants: Grants,
    clock_at: ClockAt,
) -> None:
    journey(client, "openid", wires)
    clock_at(clock.now() + LATER)
    wires.claims |= {"sub": "person-2"}
    assert refresh(client).status_code == 401
    assert AuditEvent.objects.get(action="session.ended_by_provider").metadata["reason"] == (
        "somebody_else"
    )
    assert not AuthSession.objects.alive().exists()


def test_an_id_token_that_proves_nothing_does_not_count_but_the_new_token_is_kept(
    client: Client,
    wires: Wires,
    grants: Grants,
    clock_at: ClockAt,
) -> None:
    journey(client, "openid", wires)
    clock_at(clock.now() + LATER)
    wires.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert refresh(client).status_code == 503
    assert stored() == "refresh-2"
    wires.signing_key = wires.key
    assert refresh(client).status_code == 200
    assert grants.refreshed_with == ["refresh-1", "refresh-2"]


def test_our_own_rules_come_before_the_provider_is_asked(
    client: Client,
    wires: Wires,
    grants: Grants,
    clock_at: ClockAt,
    settings: Settings,
) -> None:
    journey(client, "openid", wires)
    first = client.cookies["refreshToken"].value
    settings.SESSION_IDLE_EXPIRY = timedelta(minutes=5)
    clock_at(clock.now() + LATER)
    assert refresh(client).status_code == 401  # nobody used it
    settings.SESSION_IDLE_EXPIRY = timedelta(0)
    clock_at(clock.now() - timedelta(minutes=5))
    refresh(client)
    clock_at(clock.now() + LATER)
    current = client.cookies["refreshToken"].value
    client.cookies["refreshToken"] = first
    assert refresh(client).status_code == 401  # an old copy
    client.cookies["refreshToken"] = current
    assert refresh(client).status_code == 401
    assert grants.refreshed_with == []


def test_a_disabled_person_does_not_go_on(
    client: Client,
    wires: Wires,
    grants: Grants,
    clock_at: ClockAt,
    admin: User,
) -> None:
    journey(client, "openid", wires)
    user_disable(user=User.objects.get(provider="openid"))
    clock_at(clock.now() + LATER)
    assert refresh(client).status_code == 401
    assert grants.refreshed_with == []


def test_switched_off_the_provider_is_never_asked(
    client: Client,
    wires: Wires,
    switch_on: SwitchOn,
    grants: Grants,
    clock_at: ClockAt,
) -> None:
    journey(client, "openid", wires)
    off = read(openid_variables(wires))
    switch_on(off)
    journey(Client(), "openid", wires)
    assert ProviderToken.objects.count() == 1
    clock_at(clock.now() + LATER)
    answer = refresh(client)
    assert answer.status_code == 200
    assert answer.cookies["token_provider"].value == "librechat"
    assert grants.refreshed_with == []
