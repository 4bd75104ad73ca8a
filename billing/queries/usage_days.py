"""What every day of a stretch of time came to, read once for all that a page shows of it."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from django.core.cache import cache

from billing.queries.usage import Numbers, Question, Span, total, usage_sums

A_MINUTE = 60

# Day, model, purpose.
DayKey: TypeAlias = tuple[datetime, str, str]
DaySums: TypeAlias = dict[DayKey, Numbers]


def day_sums(span: Span) -> DaySums:
    """Return the sums of days by model and purpose, at most a minute old."""
    key = f"usage-days:{span.start:%Y%m%d%H}:{span.end:%Y%m%d%H}"
    found: DaySums | None = cache.get(key)
    if found is None:
        found = usage_sums(Question(span, ("day", "model", "context")))
        cache.set(key, found, A_MINUTE)
    return found


def regrouped(sums: DaySums, by: Callable[[DayKey], str]) -> dict[str, Numbers]:
    """Return the same added up by a part of the key."""
    rows: dict[str, list[Numbers]] = defaultdict(list)
    for key, numbers in sums.items():
        rows[by(key)].append(numbers)
    return {part: total(some) for part, some in rows.items()}
