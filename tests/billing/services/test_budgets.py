"""Rules made, changed, removed; by administrators and for oneself."""

from typing import Any

import pytest

from accounts.models import AuditEvent, User
from accounts.services.people import user_delete
from billing.errors import BudgetExceededError, BudgetRefusedError
from billing.models import Budget, BudgetReservation, Hold
from billing.models.budget import Scope
from billing.pricing.cost import TokenUsage
from billing.queries.books import ledger_check
from billing.services.budgets import (
    Rule,
    Terms,
    budget_create,
    budget_delete,
    budget_update,
    own_budget_delete,
    own_budget_set,
)
from billing.services.charging import hold_extend, hold_settle
from librechat.kernel.errors import NotFoundError
from tests.factories.budgets import budget_make, counted, opened

TERMS = Terms(name="The budget", limit=5, behaviour="block")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"scope": "planet"}, "scope"),
        ({"scope": "user", "scope_id": "0" * 24}, "scope_id"),
        ({"scope": "self", "scope_id": ""}, "scope_id"),
        ({"scope": "group", "scope_id": "0" * 24}, "scope_id"),
        ({"scope": "role", "scope_id": "KING"}, "scope_id"),
        ({"scope": "agent", "scope_id": ""}, "__all__"),
        ({"period": "rolling"}, "rolling_hours"),
        ({"period": "rolling", "rolling_hours": 10**6}, "rolling_hours"),
        ({"behaviour": "cheaper"}, "cheaper_model"),
        ({"behaviour": "cheaper", "cheaper_model": " "}, "cheaper_model"),
        ({"limit": -1}, "limit"),
        ({"limit": 10**16}, "limit"),
        ({"limit": True}, "limit"),
        ({"measure": "hours"}, "measure"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_and_nothing_is_kept(
    admin: User, fields: dict[str, Any], field: str
) -> None:
    given: dict[str, Any] = {"name": "X", "scope": "instance", "limit": 1, **fields}
    with pytest.raises(BudgetRefusedError) as refused:
        budget_create(rule=Rule(**given), actor=admin)
    assert refused.value.data["field"] == field
    assert not Budget.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="budget").exists()


def test_what_does_not_belong_to_a_rule_is_left_out(admin: User) -> None:
    rule = Rule(
        name=" X ",
        scope=Scope.USER,
        scope_id=admin.pk,
        is_each=True,
        rolling_hours=5,
        cheaper_model="small",
    )
    budget = budget_create(rule=rule, actor=admin)
    assert (budget.name, budget.is_each, budget.rolling_hours) == ("X", False, None)
    assert (budget.cheaper_model, str(budget), budget.created_by) == ("", "X", admin)


def test_a_change_records_what_changed(admin: User) -> None:
    budget = budget_make(user=admin, limit=100)
    budget_update(budget=budget, terms=TERMS, actor=admin)
    event = AuditEvent.objects.latest("sequence")
    assert (event.action, event.target_id) == ("budget.changed", budget.pk)
    assert event.metadata == {"changed": {"limit": [100, 5]}}


def test_a_change_that_does_not_fit_changes_nothing(admin: User) -> None:
    budget = budget_make(user=admin, limit=100)
    with pytest.raises(BudgetRefusedError):
        budget_update(budget=budget, terms=Terms(name="", limit=1, behaviour="block"), actor=admin)
    assert Budget.objects.get().limit == 100


def test_a_rule_that_is_gone_is_neither_changed_nor_removed(admin: User) -> None:
    budget = budget_make(user=admin, limit=100)
    budget_delete(budget=Budget.objects.get(), actor=admin)
    with pytest.raises(NotFoundError):
        budget_update(budget=budget, terms=TERMS, actor=admin)
    with pytest.raises(NotFoundError):
        budget_delete(budget=budget, actor=admin)


def test_a_running_call_goes_on_without_a_rule_that_was_removed(owner: User) -> None:
    budget = budget_make(user=owner, limit=100)
    hold = opened(owner, "a")
    budget_delete(budget=Budget.objects.get(), actor=owner)
    assert not BudgetReservation.objects.exists()
    hold_extend(hold=hold, output_tokens=500)
    assert hold_settle(hold=hold, usage=TokenUsage(10, 400)) == 410
    assert (str(budget), ledger_check()) == ("The budget", [])


def test_a_lower_limit_lets_the_running_answer_end_at_what_it_holds(owner: User) -> None:
    budget = budget_make(user=owner, limit=100)
    hold = opened(owner, "a")
    budget_update(budget=budget, terms=TERMS, actor=owner)
    with pytest.raises(BudgetExceededError) as refused:
        hold_extend(hold=hold, output_tokens=50)
    assert refused.value.data["body"]["limit"] == 5  # type: ignore[index]
    assert (Hold.objects.get().output_tokens, counted(budget)) == (10, (0, 20))
    hold_settle(hold=hold, usage=TokenUsage(10, 10))
    assert counted(budget) == (20, 0)
    with pytest.raises(BudgetExceededError):
        opened(owner, "b")


def test_a_limit_for_oneself_never_allows_more_than_others_do(owner: User) -> None:
    budget_make("user", user=owner, measure="messages", limit=1)
    own_budget_set(user=owner, limit=50, period="month", measure="messages")
    opened(owner, "a")
    with pytest.raises(BudgetExceededError) as refused:
        opened(owner, "b")
    assert refused.value.data["body"]["rule"] == "The budget"  # type: ignore[index]


def test_a_second_limit_for_the_same_replaces_the_first(owner: User) -> None:
    first = own_budget_set(user=owner, limit=5, period="day", measure="tokens")
    again = own_budget_set(user=owner, limit=9, period="day", measure="tokens", behaviour="warn")
    assert (first.pk, again.limit, again.behaviour) == (again.pk, 9, "warn")
    assert Budget.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [{"period": "rolling"}, {"behaviour": "cheaper"}, {"period": "age"}, {"measure": "hours"}],
)
def test_a_limit_for_oneself_that_does_not_fit_is_refused(
    owner: User, fields: dict[str, Any]
) -> None:
    given = {"limit": 5, "period": "day", "measure": "tokens", **fields}
    with pytest.raises(BudgetRefusedError):
        own_budget_set(user=owner, **given)
    assert not Budget.objects.exists()


def test_a_limit_of_another_person_cannot_be_removed(owner: User, stranger: User) -> None:
    mine = own_budget_set(user=owner, limit=5, period="day", measure="tokens")
    with pytest.raises(NotFoundError):
        own_budget_delete(user=stranger, budget_id=mine.pk)
    with pytest.raises(NotFoundError):
        own_budget_delete(user=stranger, budget_id="0" * 24)
    assert Budget.objects.exists()


def test_who_goes_away_gives_back_what_their_calls_were_promised(
    owner: User, stranger: User
) -> None:
    shared = budget_make(user=stranger, limit=100)
    own_budget_set(user=owner, limit=50, period="month", measure="tokens")
    opened(owner, "a")
    assert counted(shared) == (0, 20)
    user_delete(user=owner)
    assert counted(shared) == (0, 0)
    assert [budget.name for budget in Budget.objects.all()] == ["The budget"]
    assert ledger_check() == []
