"""Asking for more, and the answers."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import ApiKey, AuditEvent, User
from accounts.services.mail import mail_build
from billing.errors import (
    AmountError,
    BalanceOffError,
    BudgetRefusedError,
    BudgetRequestClosedError,
    RequestOpenError,
)
from billing.models import Balance, BudgetRequest
from billing.queries.books import ledger_check, trial_balance
from billing.queries.budgets import answered_requests, budgets_of
from billing.services.balances import LARGEST_AMOUNT
from billing.services.budget_requests import (
    budget_request_open,
    request_decline,
    request_grant_credits,
    request_grant_limit,
    request_grant_once,
)
from librechat.kernel.errors import NotFoundError
from tests.factories.budgets import AGENT, budget_make, opened
from tests.factories.money import balances_on, purse

Answer = Callable[..., BudgetRequest]
ANSWERS: list[tuple[Answer, dict[str, Any]]] = [
    (request_grant_limit, {"amount": 5}),
    (request_grant_once, {"amount": 5}),
    (request_grant_credits, {"amount": 5}),
    (request_decline, {}),
]


@pytest.fixture
def asked(owner: User) -> BudgetRequest:
    budget = budget_make("user", user=owner, limit=20)
    return budget_request_open(user=owner, budget_id=budget.pk, amount=20, reason=" Please ")


def test_a_request_waits_in_the_queue(asked: BudgetRequest, owner: User) -> None:
    assert (asked.state, asked.amount, asked.reason) == ("open", 20, "Please")
    assert str(asked) == "owner@example.org: The budget"
    assert answered_requests(owner) == []


def test_one_request_for_each_budget_waits_at_a_time(asked: BudgetRequest, owner: User) -> None:
    with pytest.raises(RequestOpenError):
        budget_request_open(user=owner, budget_id=asked.budget_id or "")
    budget_request_open(user=owner)
    with pytest.raises(RequestOpenError):
        budget_request_open(user=owner)
    assert BudgetRequest.objects.count() == 2


@pytest.mark.parametrize(
    "fields", [{"amount": 0}, {"amount": 10**16}, {"reason": "x" * 501}, {"reason": "\x00"}]
)
def test_a_request_that_does_not_fit_asks_nothing(owner: User, fields: dict[str, Any]) -> None:
    with pytest.raises(BudgetRefusedError):
        budget_request_open(user=owner, **fields)
    assert not BudgetRequest.objects.exists()


def test_nobody_asks_for_a_budget_that_does_not_hold_for_them(owner: User, stranger: User) -> None:
    key = ApiKey.objects.create(user=owner, name="k", prefix="k", key_hash="h")
    budgets = [
        budget_make("user", user=owner),
        budget_make("key", scope_id=key.pk),
    ]
    for budget in budgets:
        with pytest.raises(NotFoundError):
            budget_request_open(user=stranger, budget_id=budget.pk)
        budget_request_open(user=owner, budget_id=budget.pk)
    agents = budget_make("agent", scope_id=AGENT)
    assert budget_request_open(user=stranger, budget_id=agents.pk).budget == agents


def test_a_higher_limit_holds_for_good(asked: BudgetRequest, owner: User, admin: User) -> None:
    request_grant_limit(request=asked, actor=admin, amount=30, answer=" Fine ")
    [standing] = budgets_of(owner)
    assert (standing.limit, standing.budget.limit) == (50, 50)
    row = BudgetRequest.objects.get()
    assert (row.state, row.answer, row.answered_by) == ("granted", "Fine", admin)
    assert answered_requests(owner) == [row]
    event = AuditEvent.objects.latest("sequence")
    assert (event.action, event.target_id) == ("budget_request.granted", owner.pk)
    assert event.metadata["added"] == 30


def test_more_for_once_opens_only_this_period(
    asked: BudgetRequest, owner: User, admin: User
) -> None:
    opened(owner, "a")
    request_grant_once(request=asked, actor=admin, amount=20)
    opened(owner, "b")
    [standing] = budgets_of(owner)
    assert (standing.limit, standing.reserved, standing.budget.limit) == (40, 40, 20)


def test_credits_are_granted_through_the_ledger(
    asked: BudgetRequest, owner: User, admin: User
) -> None:
    with balances_on(startBalance=10):
        request_grant_credits(request=asked, actor=admin, amount=90)
    assert purse(owner) == (100, 0, 0)
    assert (trial_balance(), ledger_check()) == (0, [])
    event = AuditEvent.objects.get(action="balance.added")
    assert (event.actor_id, event.target_id, event.metadata["reason"]) == (
        admin.pk,
        owner.pk,
        "Please",
    )


def test_credits_are_not_granted_to_who_can_have_no_balance(
    asked: BudgetRequest, owner: User, admin: User
) -> None:
    with pytest.raises(BalanceOffError):
        request_grant_credits(request=asked, actor=admin, amount=90)
    assert not Balance.objects.exists()
    assert BudgetRequest.objects.get().state == "open"


def test_a_grant_that_would_make_a_balance_too_large_leaves_the_request_open(
    asked: BudgetRequest, owner: User, admin: User
) -> None:
    with balances_on(startBalance=LARGEST_AMOUNT):
        with pytest.raises(AmountError):
            request_grant_credits(request=asked, actor=admin, amount=1)
        assert BudgetRequest.objects.get().state == "open"
    assert not AuditEvent.objects.filter(action="budget_request.granted").exists()


def test_a_request_for_credits_is_about_no_budget(owner: User, admin: User) -> None:
    row = budget_request_open(user=owner, amount=7)
    for grant in (request_grant_limit, request_grant_once):
        with pytest.raises(BudgetRequestClosedError):
            grant(request=row, actor=admin, amount=5)
    assert BudgetRequest.objects.get().state == "open"


@pytest.mark.parametrize(("answer", "given"), ANSWERS)
def test_a_request_is_answered_once(
    asked: BudgetRequest, admin: User, answer: Answer, given: dict[str, Any]
) -> None:
    request_decline(request=asked, actor=admin, answer="No.")
    with pytest.raises(BudgetRequestClosedError):
        answer(request=asked, actor=admin, **given)
    row = BudgetRequest.objects.get()
    assert (row.state, row.answer) == ("declined", "No.")
    assert row.budget is not None
    assert row.budget.limit == 20


@pytest.mark.parametrize(("answer", "given"), ANSWERS[:3])
def test_an_amount_that_is_none_grants_nothing(
    asked: BudgetRequest, admin: User, answer: Answer, given: dict[str, Any]
) -> None:
    for amount in (0, -5, 10**17):
        with pytest.raises(BudgetRefusedError):
            answer(request=asked, actor=admin, **given | {"amount": amount})
    assert BudgetRequest.objects.get().state == "open"


def test_the_person_is_told_by_mail(
    asked: BudgetRequest,
    admin: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(
        "billing.services.budget_requests.mail_send", lambda **fields: sent.append(fields)
    )
    request_decline(request=asked, actor=admin, answer="Later.")
    [letter] = sent
    assert (letter["template"], letter["to"]) == ("budget_answer", "owner@example.org")
    assert letter["context"]["about"] == "The budget"
    assert letter["context"]["asked"] == "20 credits"


@pytest.mark.parametrize("is_granted", [True, False])
def test_the_mail_can_be_read(is_granted: bool) -> None:
    letter = mail_build(
        template="budget_answer",
        to="owner@example.org",
        context={
            "name": "Owner",
            "about": "Team",
            "is_granted": is_granted,
            "asked": "20 credits",
            "answer": "Later.",
        },
    )
    assert "Later." in letter.body
    assert "“Team”" in letter.body
    assert ("granted" in letter.subject) is is_granted
