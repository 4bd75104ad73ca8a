"""GET /api/budgets, POST /api/budgets/requests."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from billing.models import BudgetRequest
from tests.factories.budgets import budget_make, opened

LIST, ASK = "/api/budgets", "/api/budgets/requests"
NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def api(owner: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(owner)
    return client


def test_the_budgets_that_hold_for_me_are_listed(
    api: APIClient, owner: User, stranger: User, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(NOON)
    budget = budget_make("user", user=owner, limit=100, period="day")
    budget_make("user", user=stranger, limit=5)
    opened(owner, "a")
    assert api.get(LIST).json() == [
        {
            "id": budget.pk,
            "name": "The budget",
            "scope": "user",
            "period": "day",
            "rollingHours": None,
            "measure": "money",
            "behaviour": "block",
            "limit": 100,
            "used": 0,
            "reserved": 20,
            "left": 80,
            "resetsAt": "2027-03-11T00:00:00.000Z",
            "isAskedFor": False,
        },
    ]


def test_a_budget_without_end_resets_never(api: APIClient) -> None:
    budget_make(limit=100, period="total")
    [shown] = api.get(LIST).json()
    assert shown["resetsAt"] is None


def test_the_list_takes_as_many_queries_for_one_as_for_many(api: APIClient, owner: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            api.get(LIST)
        return len(caught)

    budget_make(limit=10)
    opened(owner, "a", prompt=1, output=1)
    first = queries()
    for at in range(6):
        budget_make("user", user=owner, limit=at + 5, period="day")
    assert queries() == first


def test_asking_for_more_is_answered_with_the_request(api: APIClient, owner: User) -> None:
    budget = budget_make("user", user=owner, limit=100)
    answer = api.post(ASK, {"budget": budget.pk, "amount": 7, "reason": "More"}, format="json")
    row = BudgetRequest.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"id": row.pk, "budget": budget.pk, "amount": 7, "state": "open"}
    assert api.get(LIST).json()[0]["isAskedFor"] is True
    assert api.post(ASK, {"budget": budget.pk}, format="json").status_code == 409


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"budget": "0" * 24}, 404),
        ({"amount": 0}, 400),
        ({"amount": "many"}, 400),
        ({"reason": "x" * 501}, 400),
    ],
)
def test_a_request_that_does_not_fit_asks_nothing(
    api: APIClient, sent: dict[str, object], status: int
) -> None:
    assert api.post(ASK, sent, format="json").status_code == status
    assert not BudgetRequest.objects.exists()
