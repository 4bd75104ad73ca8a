"""Who is warned of which budget: once per mark and window."""

import contextlib
from collections.abc import Iterable
from functools import partial

from django.core.cache import cache
from django.db import transaction

from billing.models import BudgetBucket
from billing.queries.budgets import Standing
from billing.services.budget_words import warning_percent, warning_text
from librechat.kernel import clock
from librechat.kernel.errors import CACHE_AWAY

# So long no bucket is asked whether somebody was told.
SOONEST_SECONDS, LONGEST_SECONDS = 1, 24 * 3600


def warnings_due(user_id: str, stood: Iterable[Standing]) -> tuple[str, ...]:
    """Return what a person has not been told yet of the budgets that their call counts in.

    Call it in the transaction that reserves, under the locks of the budgets: what was said is
    kept in their buckets.
    """
    said = []
    for standing in stood:
        percent = warning_percent(standing)
        if percent and _told(user_id, standing, percent):
            said.append(warning_text(standing, percent))
    return tuple(said)


def _told(user_id: str, standing: Standing, percent: int) -> bool:
    """Write down that a person is told of a mark; False when they were told of it or a higher."""
    window = standing.window
    begun = int(window.last.timestamp())
    key = f"budget-warned:{standing.budget.pk}:{user_id}:{begun}:{percent}"
    if _is_remembered(key):
        return False
    buckets = list(
        BudgetBucket.objects.filter(
            budget=standing.budget,
            subject=standing.subject,
            starts_at__gte=window.first,
            starts_at__lte=window.last,
        )
        .only("starts_at", "warned")
        .order_by("-starts_at")
    )
    is_due = all(int(bucket.warned.get(user_id, 0)) < percent for bucket in buckets)
    if is_due and buckets:
        newest = buckets[0]
        newest.warned = {**newest.warned, user_id: percent}
        newest.save(update_fields=["warned"])
    transaction.on_commit(partial(_remember, key, _seconds(standing)))
    return is_due


def _is_remembered(key: str) -> bool:
    """Return whether the cache knows that somebody was told; else the buckets are asked."""
    try:
        return bool(cache.get(key))
    except CACHE_AWAY:
        return False


def _remember(key: str, seconds: float) -> None:
    with contextlib.suppress(*CACHE_AWAY):
        cache.set(key, 1, seconds)


def _seconds(standing: Standing) -> float:
    """Return how long it is known without asking: no longer than the window lasts."""
    if standing.resets_at is None:
        return LONGEST_SECONDS
    left = (standing.resets_at - clock.now()).total_seconds()
    return min(LONGEST_SECONDS, max(SOONEST_SECONDS, left))
