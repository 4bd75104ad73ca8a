"""Budgets in words: amounts, moments, what a refusal and a warning say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.errors import BudgetExceededError
from billing.models.budget import Behaviour, Measure
from billing.queries.budgets import Standing
from librechat.kernel import clock

WARNED_AT = (100, 80)  # percent of a limit, the higher first


def amount_text(measure: str, amount: int) -> str:
    """Return an amount with its unit, e.g. ``1,200 tokens``."""
    shown = {"n": number_format(amount, use_l10n=True, force_grouping=True)}
    match measure:
        case Measure.TOKENS:
            return ngettext("%(n)s token", "%(n)s tokens", amount) % shown
        case Measure.MESSAGES:
            return ngettext("%(n)s message", "%(n)s messages", amount) % shown
        case _:
            return ngettext("%(n)s credit", "%(n)s credits", amount) % shown


def moment_text(moment: datetime) -> str:
    """Return a moment in UTC, e.g. ``Dec. 1, 2026, midnight UTC``."""
    return f"{date_format(moment, 'DATETIME_FORMAT')} UTC"


def reset_text(standing: Standing) -> str:
    """Return a sentence about when room comes back."""
    return _reset_text(standing.resets_at)


def _reset_text(resets_at: datetime | None) -> str:
    if resets_at is None:
        return _("It does not start anew by itself.")
    return _("There is room again from %(moment)s.") % {"moment": moment_text(resets_at)}


def refusal(standing: Standing, *, cheaper_models: tuple[str, ...] = ()) -> BudgetExceededError:
    """Return the error that names the rule, what is left and when it starts anew."""
    rule, resets_at = standing.budget, standing.resets_at
    body = {
        "type": "budget",
        "rule": rule.name,
        "ruleId": rule.pk,
        "measure": rule.measure,
        "limit": standing.limit,
        "left": standing.room,
        "resetsAt": clock.iso(resets_at) if resets_at else None,
    }
    return BudgetExceededError(refusal_text(body), body=body, cheaper_models=cheaper_models)


def refusal_text(body: Mapping[str, Any]) -> str:
    """Return what a refusal says, made of its facts: in the active language at any time.

    Raises:
        KeyError, TypeError, ValueError: these are not the facts of a refusal.
    """
    measure, resets_at = body["measure"], body["resetsAt"]
    sentence = _(
        "The budget “%(rule)s” does not cover this: of %(limit)s there are %(left)s left."
    ) % {
        "rule": body["rule"],
        "limit": amount_text(measure, body["limit"]),
        "left": amount_text(measure, body["left"]),
    }
    again = _reset_text(clock.parsed(resets_at) if resets_at else None)
    way_on = _("You can ask for more in your settings, under usage.")
    return f"{sentence} {again} {way_on}"


def warning_percent(standing: Standing) -> int:
    """Return the mark a rule that only warns has passed, counting what is reserved; 0: none."""
    if standing.budget.behaviour != Behaviour.WARN:
        return 0
    taken = standing.used + standing.reserved
    return next((mark for mark in WARNED_AT if 100 * taken >= mark * standing.limit), 0)


def warning_text(standing: Standing, percent: int) -> str:
    """Return what the person is told when a mark is passed."""
    shown = {"rule": standing.budget.name, "percent": percent}
    if percent >= WARNED_AT[0]:
        said = _("The budget “%(rule)s” is used up. Nothing is held back.") % shown
    else:
        said = _("%(percent)s %% of the budget “%(rule)s” is used.") % shown
    return f"{said} {reset_text(standing)}"
