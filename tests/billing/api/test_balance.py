"""GET /api/balance."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import Balance
from tests.factories.money import balances_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of() -> Callable[[User], APIClient]:
    def make(user: User) -> APIClient:
        client = APIClient()
        client.force_authenticate(user)
        return client

    return make


def test_nobody_is_told_nothing() -> None:
    with balances_on():
        answer = APIClient().get("/api/balance")
    assert answer.status_code == 401
    assert not Balance.objects.exists()


def test_while_balances_are_off_the_answer_is_empty(
    owner: User,
    client_of: Callable[[User], APIClient],
) -> None:
    answer = client_of(owner).get("/api/balance")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not Balance.objects.exists()


def test_a_balance_without_refills_shows_no_refill_fields(
    owner: User,
    client_of: Callable[[User], APIClient],
) -> None:
    with balances_on(startBalance=20000):
        answer = client_of(owner).get("/api/balance")
    assert answer.status_code == 200
    assert answer.json() == {
        "user": owner.pk,
        "tokenCredits": 20000,
        "autoRefillEnabled": False,
    }


def test_a_balance_with_refills_shows_them(
    owner: User,
    viewer: User,
    client_of: Callable[[User], APIClient],
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(datetime(2026, 11, 20, 9, 0, 12, 345000, tzinfo=UTC))
    rules = {
        "autoRefillEnabled": True,
        "refillIntervalValue": 2,
        "refillIntervalUnit": "weeks",
        "refillAmount": 500,
    }
    with balances_on(startBalance=7, **rules):
        client_of(viewer).get("/api/balance")
        answer = client_of(owner).get("/api/balance")
    assert answer.json() == {
        "user": owner.pk,
        "tokenCredits": 7,
        "autoRefillEnabled": True,
        "refillIntervalValue": 2,
        "refillIntervalUnit": "weeks",
        "lastRefill": "2026-11-20T09:00:12.345Z",
        "refillAmount": 500,
    }


def test_a_debt_is_taken_off_what_is_shown(
    owner: User,
    client_of: Callable[[User], APIClient],
) -> None:
    with balances_on(startBalance=100):
        client_of(owner).get("/api/balance")
        Balance.objects.update(debt_credits=130)
        assert client_of(owner).get("/api/balance").json()["tokenCredits"] == 0
