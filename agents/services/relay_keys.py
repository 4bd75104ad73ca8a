"""Access keys together with what they may spend."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.limits.caller import Caller
from accounts.models import ApiKey, Group, User
from accounts.services.api_key_terms import KeyTerms
from accounts.services.api_keys import api_key_make
from billing.models import Budget
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


def key_budgets(keys: Iterable[ApiKey]) -> dict[str, list[Budget]]:
    """Return key id → the rules that hold for it and for those whose place it took."""
    found = list(keys)
    kin = ApiKey.objects.in_line_with(*(key.pk for key in found))
    lines = {key.pk: key.counted_as for key in kin}
    by_line: dict[str, list[Budget]] = {}
    for rule in Budget.objects.filter(scope=Scope.KEY, scope_id__in=lines, is_active=True):
        by_line.setdefault(lines[rule.scope_id], []).append(rule)
    return {key.pk: by_line.get(key.counted_as, []) for key in found}
