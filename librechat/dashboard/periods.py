"""The stretch of time that the overview shows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from django.utils.translation import ngettext

from librechat.kernel import clock

DAY = timedelta(days=1)
PRESETS = (1, 7, 30, 90)
USUAL, MOST = 30, 366


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, UTC: from ``start`` until before ``end``."""

    start: datetime
    end: datetime

    @property
    def days(self) -> int:
        """How many days."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day in it."""
        return (self.end - DAY).date()

    @property
    def query(self) -> str:
        """The query string that names it."""
        return urlencode({"from": self.start.date().isoformat(), "to": self.last_day.isoformat()})

    @property
    def ends_today(self) -> bool:
        """Whether it reaches until now."""
        return self.end > clock.now()


@dataclass(frozen=True, slots=True)
class Preset:
    """A link to the last so many days."""

    title: str
    query: str
    is_chosen: bool


def today_start() -> datetime:
    """Return the beginning of this day, UTC."""
    return datetime.combine(clock.now().astimezone(UTC).date(), time(), tzinfo=UTC)


def last_days(count: int) -> Period:
    """Return the last days, today among them."""
    end = today_start() + DAY
    return Period(end - DAY * count, end)


def period_named(first: str, last: str) -> Period:
    """Return the days from ``first`` to ``last``, ISO dates; the last thirty where that is none.

    At most a year; what begins after its end is turned round.
    """
    try:
        dates = sorted((date.fromisoformat(first), date.fromisoformat(last)))
        start, end = (datetime.combine(one, time(), tzinfo=UTC) for one in dates)
        end += DAY
    except (ValueError, OverflowError):
        return last_days(USUAL)
    return Period(max(start, end - DAY * MOST), end)


def presets(chosen: Period) -> list[Preset]:
    """Return the usual choices."""
    rows = []
    for count in PRESETS:
        period = last_days(count)
        title = ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
        rows.append(Preset(title, period.query, period == chosen))
    return rows
