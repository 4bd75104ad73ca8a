"""Who is warned of which budget: once per mark and window."""

from collections.abc import Iterable

from django.core.cache import cache

from billing.queries.budgets import Standing
from billing.services.budget_words import warning_percent, warning_text
from librechat.kernel import clock

LONGEST_SECONDS = 400 * 24 * 3600


def warnings_due(user_id: str, stood: Iterable[Standing]) -> tuple[str, ...]:
    """Return what a person has not been told yet of the budgets that their call counts in.

    What was said is kept in the cache: where that is lost, it is said once more.
    """
    said = []
    for standing in stood:
        percent = warning_percent(standing)
        if percent and cache.add(_key(user_id, standing, percent), 1, _seconds(standing)):
            said.append(warning_text(standing, percent))
    return tuple(said)


def _key(user_id: str, standing: Standing, percent: int) -> str:
    resets_at = standing.window.resets_at
    window = resets_at.timestamp() if resets_at else ""
    return f"budget-warned:{standing.budget.pk}:{user_id}:{window}:{percent}"


def _seconds(standing: Standing) -> float:
    """Return how long it counts as said; a rolling period is said anew after its length."""
    if standing.resets_at is None:
        return LONGEST_SECONDS
    return max(1, (standing.resets_at - clock.now()).total_seconds())
