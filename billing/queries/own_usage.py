"""What one person used this month, by day and by model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from billing.models.usage import SUMS
from billing.queries.usage import DAY, Numbers, Question, Span, day_of, total, usage_sums
from librechat.kernel import clock

CREDITS = SUMS.index("credits")
CALLS = SUMS.index("calls")
TOKENS = slice(1, 5)


@dataclass(frozen=True, slots=True)
class Spent:
    """Some usage; ``name``: the day or the model."""

    name: str
    calls: int
    tokens: int
    credits: int


@dataclass(frozen=True, slots=True)
class OwnUsage:
    """A month so far; ``days`` has every day of it up to today, ``models`` the dearest first."""

    first: date
    last: date
    whole: Spent
    days: list[Spent]
    models: list[Spent]


def own_usage(user: User) -> OwnUsage:
    """Return the usage of this calendar month, UTC; a bounded number of queries."""
    today = day_of(clock.now())
    first = today.replace(day=1)
    question = Question(Span(first, today + DAY), ("day", "model"), {"user_id": user.pk})
    by_day: dict[date, list[Numbers]] = {}
    by_model: dict[str, list[Numbers]] = {}
    for (day, model), numbers in usage_sums(question).items():
        by_day.setdefault(day.date(), []).append(numbers)
        by_model.setdefault(model, []).append(numbers)
    dates = [first.date() + timedelta(days=number) for number in range(today.day)]
    models = [_spent(model, total(rows)) for model, rows in by_model.items()]
    return OwnUsage(
        first.date(),
        today.date(),
        _spent("", total(row for rows in by_day.values() for row in rows)),
        [_spent(day.isoformat(), total(by_day.get(day, []))) for day in dates],
        sorted(models, key=lambda one: (-one.credits, one.name)),
    )


def _spent(name: str, numbers: Sequence[int]) -> Spent:
    return Spent(name, numbers[CALLS], sum(numbers[TOKENS]), numbers[CREDITS])
