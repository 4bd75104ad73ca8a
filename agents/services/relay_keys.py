"""Access keys together with what they may spend."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.limits.caller import Caller
from accounts.models import ApiKey, Group, User
from accounts.services.api_key_terms import KeyTerms
from accounts.services.api_keys import api_key_make, api_key_rotate
from billing.models import Budget, BudgetBucket
from billing.models.budget import Period, Scope
from billing.services.budgets import Rule, budget_create

KEY_PERIODS = (Period.DAY, Period.WEEK, Period.MONTH, Period.TOTAL)


@dataclass(frozen=True, slots=True)
class Spending:
    """What a key may spend: credits for each stretch of time."""

    credits: int
    period: str = Period.MONTH


def relay_key_make(
    *,
    user: User,
    terms: KeyTerms,
    group: Group | None = None,
    spending: Spending | None = None,
    actor: User | None,
    caller: Caller | None = None,
) -> tuple[ApiKey, str]:
    """Return a new key and its text; with a budget of its own where it may not spend all.

    Raises:
        BudgetRefusedError: the budget does not fit; nothing was made.
        ForbiddenError, InvalidInputError, NotFoundError, TooManyKeysError: see ``api_key_make``.
    """
    with transaction.atomic():
        key, text = api_key_make(user=user, terms=terms, group=group, actor=actor, caller=caller)
        if spending is not None:
            rule = Rule(
                name=_("Access key %(name)s") % {"name": key.name},
                scope=Scope.KEY,
                scope_id=key.pk,
                period=spending.period,
                limit=spending.credits,
            )
            budget_create(rule=rule, actor=actor or user)
    return key, text


def relay_key_rotate(
    *, key: ApiKey, overlap: timedelta, actor: User, caller: Caller | None = None
) -> tuple[ApiKey, str]:
    """Return a key that takes another's place, with equal budgets, and its text.

    Each of the two is counted by itself while both work, the new one from where the old one is.

    Raises:
        ForbiddenError, InvalidInputError, NotFoundError, TooManyKeysError: see ``api_key_rotate``.
    """
    with transaction.atomic():
        made, text = api_key_rotate(key=key, overlap=overlap, actor=actor, caller=caller)
        for budget in key_budgets([key.pk]):
            rule = Rule(
                name=budget.name,
                scope=budget.scope,
                scope_id=made.pk,
                is_each=budget.is_each,
                period=budget.period,
                rolling_hours=budget.rolling_hours,
                measure=budget.measure,
                limit=budget.limit,
                behaviour=budget.behaviour,
                cheaper_model=budget.cheaper_model,
            )
            _carry_over(budget, budget_create(rule=rule, actor=actor))
    return made, text


def _carry_over(before: Budget, after: Budget) -> None:
    """Let a budget go on where another stands: a new key is no way to what was used up."""
    BudgetBucket.objects.bulk_create(
        BudgetBucket(
            budget=after,
            subject=one.subject,
            starts_at=one.starts_at,
            used=one.used + one.reserved,
            extra=one.extra,
            warned=one.warned,
        )
        for one in before.buckets.all()
    )


def key_budgets(key_ids: list[str]) -> list[Budget]:
    """Return the rules that hold for some keys."""
    return list(Budget.objects.filter(scope=Scope.KEY, scope_id__in=key_ids, is_active=True))
