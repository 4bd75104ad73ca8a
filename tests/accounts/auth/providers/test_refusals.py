"""Answers of providers that are refused: out of time, out of place, not ours."""

from dataclasses import replace
from typing import Any

import pytest
from allauth.socialaccount.internal import statekit
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.accounts.auth.providers.wire import WIRES, Wire
from tests.fakes.identity.travel import (
    come_back,
    journey,
    leave,
    refused,
)
from tests.fakes.identity.wires import Wires

pytestmark = pytest.mark.django_db


def test_the_state_of_one_provider_is_no_good_at_another(
    client: Client,
    wires: Wires,
    set_up: Any,
    settings: Settings,
) -> None:
    set_up(WIRES[0])
    given = settings.SIGN_IN.providers["google"]
    settings.SIGN_IN = replace(settings.SIGN_IN, providers={"google": given, "github": given})
    asked = leave(client, "google", wires)
    assert refused(come_back(client, "github", asked)) == "sign_in_expired"


def test_a_state_is_good_for_ten_minutes(
    client: Client,
    wires: Wires,
    google: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = leave(client, "google", wires)
    later = statekit.time.time() + 601
    monkeypatch.setattr(statekit.time, "time", lambda: later)
    assert refused(come_back(client, "google", asked)) == "sign_in_expired"


def test_saying_no_there_is_not_an_error(client: Client, wires: Wires, google: None) -> None:
    asked = leave(client, "google", wires)
    said = {"state": asked["state"], "error": "access_denied"}
    assert refused(client.get("/oauth/google/callback", said)) == "sign_in_cancelled"


def test_an_answer_without_a_code_is_refused(client: Client, wires: Wires, google: None) -> None:
    asked = leave(client, "google", wires)
    answer = client.get("/oauth/google/callback", {"state": asked["state"]})
    assert refused(answer) == "auth_failed"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "another-client"}, "audience"),
        ({"iss": "https://evil.example"}, "issuer"),
        ({"nonce": "of-another-sign-in"}, "nonce"),
        ({"exp": 1_000_000_000}, "expired"),
        ({"sub": None}, "no subject"),
        ({"azp": "another-client"}, "another client's"),
    ],
)
@pytest.mark.parametrize("wire", [WIRES[0], WIRES[4]], ids=lambda wire: wire.name)
def test_an_id_token_that_is_not_ours_is_refused(
    wire: Wire,
    claims: dict[str, Any],
    reason: str,
    client: Client,
    wires: Wires,
    set_up: Any,
) -> None:
    set_up(wire)
    wires.claims |= claims
    assert refused(journey(client, wire.name, wires)) == "auth_failed", reason
    assert not User.objects.exists()


def test_only_providers_that_post_may_post(client: Client, wires: Wires, google: None) -> None:
    assert client.post("/oauth/google/callback", {"code": "c"}).status_code == 405


def test_leaving_and_posting_count_against_the_limit_of_sign_ins(
    client: Client,
    wires: Wires,
    set_up: Any,
    settings: Settings,
) -> None:
    set_up(WIRES[4])
    settings.LIMITS = {"LOGIN_MAX": "2"}
    asked = leave(client, "apple", wires)
    assert "error=" not in client.post("/oauth/apple/callback", asked)["Location"]
    assert refused(client.get("/oauth/apple")) == "too_many_requests"
    assert refused(client.post("/oauth/apple/callback", asked)) == "too_many_requests"
