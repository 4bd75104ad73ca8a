"""What ``billing/_budgets.html`` needs, on whatever page it stands."""

from dataclasses import dataclass

from accounts.models import User
from billing.models.budget import Scope
from billing.queries.budgets import Standing, answered_requests, budgets_of, open_requests
from billing.services.budget_words import amount_text, reset_text
from billing.services.rules import balance_rules


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A rule as a person sees it."""

    id: str
    name: str
    used: str
    limit: str
    left: str
    resets: str
    percent: int
    is_own: bool
    is_asked: bool


def budgets_context(user: User) -> dict[str, object]:
    """Return the rules of a person, what they asked for and what was answered."""
    asked = open_requests(user)
    return {
        "budgets": [_row(one, is_asked=one.budget.pk in asked) for one in budgets_of(user)],
        "has_balance": balance_rules(user).enabled,
        "is_asked_for_credits": None in asked,
        "answers": answered_requests(user),
    }


def _row(standing: Standing, *, is_asked: bool) -> BudgetRow:
    rule = standing.budget
    return BudgetRow(
        id=rule.pk,
        name=rule.name,
        used=amount_text(rule.measure, standing.used + standing.reserved),
        limit=amount_text(rule.measure, standing.limit),
        left=amount_text(rule.measure, standing.room),
        resets=reset_text(standing),
        percent=min(100, standing.percent),
        is_own=rule.scope == Scope.SELF,
        is_asked=is_asked,
    )
