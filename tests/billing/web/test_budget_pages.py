"""One's own page of budgets."""

import pytest
from django.test import Client

from accounts.models import User
from billing.models import Budget, BudgetRequest
from billing.services.budget_requests import budget_request_open, request_decline
from tests.factories.budgets import budget_make, opened
from tests.factories.money import balances_on

PAGE, ASK = "/settings/budgets", "/settings/budgets/ask"
OWN = {"limit": "500", "measure": "tokens", "period": "week", "behaviour": "block"}


@pytest.fixture
def page(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def words(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_the_page_shows_what_holds_and_what_is_left(page: Client, owner: User) -> None:
    budget_make("user", user=owner, limit=100, period="total")
    opened(owner, "a")
    shown = words(page.get(PAGE))
    assert "20 credits of 100 credits used; 80 credits left." in shown
    assert "It does not start anew by itself." in shown
    assert "Ask for more: The budget" in shown
    assert "Ask for more: credits" not in shown


def test_without_budgets_the_page_says_so(page: Client) -> None:
    assert "No budget holds for you." in words(page.get(PAGE))


def test_a_limit_for_oneself_is_set_and_removed(page: Client, owner: User) -> None:
    assert page.post(PAGE, OWN).status_code == 302
    budget = Budget.objects.get()
    assert (budget.scope, budget.scope_id, budget.limit) == ("self", owner.pk, 500)
    assert "My limit: Tokens, Week" in words(page.get(PAGE))
    assert page.post(f"{PAGE}/{budget.pk}/remove").status_code == 302
    assert not Budget.objects.exists()


@pytest.mark.parametrize("wrong", [{"limit": "-1"}, {"period": "rolling"}, {"measure": "hours"}])
def test_a_limit_that_does_not_fit_is_refused(page: Client, wrong: dict[str, str]) -> None:
    assert page.post(PAGE, OWN | wrong).status_code == 422
    assert not Budget.objects.exists()


def test_too_many_limits_are_refused_on_the_form(
    page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.services.budgets.MOST_OWN", 1)
    page.post(PAGE, OWN)
    answer = page.post(PAGE, OWN | {"period": "day"})
    assert (answer.status_code, Budget.objects.count()) == (422, 1)
    assert "as many limits as there can be" in words(answer)


def test_a_rule_of_others_cannot_be_removed(page: Client, owner: User) -> None:
    budget = budget_make("user", user=owner, limit=100)
    answer = page.post(f"{PAGE}/{budget.pk}/remove", follow=True)
    assert "There is no such limit." in words(answer)
    assert Budget.objects.exists()


def test_asking_for_more_goes_to_the_queue_once(page: Client, owner: User, admin: User) -> None:
    budget = budget_make("user", user=owner, limit=100)
    sent = {"budget": budget.pk, "amount": "50", "reason": "A launch"}
    answer = page.post(ASK, sent, follow=True)
    assert "Your request is with the administrators." in words(answer)
    row = BudgetRequest.objects.get()
    assert (row.user, row.budget, row.amount, row.reason) == (owner, budget, 50, "A launch")
    assert "Ask for more: The budget" not in words(page.get(PAGE))
    assert "You have asked already." in words(page.post(ASK, sent, follow=True))
    request_decline(request=row, actor=admin, answer="Not in March.")
    assert "Declined. Not in March." in words(page.get(PAGE))


def test_credits_can_be_asked_for_while_balances_are_on(page: Client, owner: User) -> None:
    with balances_on():
        assert "Ask for more: credits" in words(page.get(PAGE))
        page.post(ASK, {"reason": "Empty"})
        assert "You have asked for more credits." in words(page.get(PAGE))
    request_decline(request=BudgetRequest.objects.get(), actor=owner, answer="")
    assert "Credits" in words(page.get(PAGE))


def test_a_request_that_does_not_fit_asks_nothing(page: Client) -> None:
    answer = page.post(ASK, {"amount": "-3"}, follow=True)
    assert "Ask for a whole amount" in words(answer)
    assert not BudgetRequest.objects.exists()


def test_one_sees_only_ones_own_requests(page: Client, owner: User, stranger: User) -> None:
    budget_make(limit=100)
    budget_request_open(user=stranger, budget_id=Budget.objects.get().pk)
    assert "Ask for more: The budget" in words(page.get(PAGE))
