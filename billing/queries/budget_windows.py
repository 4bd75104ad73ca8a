"""The stretches of time that budgets are counted in; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from billing.models import Budget
from billing.models.budget import Period

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The buckets that count together: those that start from ``first`` up to ``last``.

    last: the start of the bucket that a call made now counts in.
    resets_at: when a calendar period ends; None where nothing ends at one moment.
    """

    first: datetime
    last: datetime
    resets_at: datetime | None = None

    def __contains__(self, starts_at: datetime) -> bool:
        return self.first <= starts_at <= self.last


def window_at(rule: Budget, moment: datetime) -> Window:
    """Return what counts at a moment: the calendar period in UTC, the last so many hours, or all.

    The hour that has begun is one of a rolling period's hours; weeks begin on Monday.
    """
    if rule.period == Period.TOTAL:
        return Window(EPOCH, EPOCH)
    if rule.period == Period.ROLLING:
        hour = _start(Period.HOUR, moment)
        return Window(hour - HOUR * ((rule.rolling_hours or 1) - 1), hour)
    start = _start(rule.period, moment)
    return Window(start, start, _next(rule.period, start))


def window_with(rule: Budget, starts_at: datetime, moment: datetime) -> Window:
    """Return the window of a moment, or, where it has left a bucket behind, the bucket's own."""
    window = window_at(rule, moment)
    return window if starts_at in window else window_at(rule, starts_at)


def frees_at(rule: Budget, window: Window, oldest: datetime | None) -> datetime | None:
    """Return when room comes back; ``oldest``: the first bucket of the window with something in.

    None: never by itself.
    """
    if rule.period == Period.ROLLING:
        return (oldest or window.last) + HOUR * (rule.rolling_hours or 1)
    return window.resets_at


def _start(period: str, moment: datetime) -> datetime:
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if period == Period.HOUR:
        return hour
    day = hour.replace(hour=0)
    if period == Period.DAY:
        return day
    if period == Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1)


def _next(period: str, start: datetime) -> datetime:
    if period == Period.MONTH:
        return (start + timedelta(days=32)).replace(day=1)
    lengths = {Period.HOUR: HOUR, Period.DAY: timedelta(days=1)}
    return start + lengths.get(Period(period), timedelta(weeks=1))
