"""A cut through the usage, as a page's address says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from accounts.models import User
from billing.queries.usage import DAY, Question, Span
from librechat.kernel import clock

# What the page groups by → what is summed up for it.
GROUPINGS: dict[str, str] = {
    "user": "user_id",
    "group": "group",
    "role": "role",
    "model": "model",
    "provider": "endpoint",
    "agent": "agent_id",
    "key": "api_key_id",
    "project": "project_id",
    "context": "context",
    "day": "day",
    "hour": "hour",
}
FILTERS = ("user", "group", "role", "model", "provider", "agent", "key", "project", "context")
MEASURES = ("money", "tokens", "calls", "estimated")
# Days back from today; the months go by the calendar.
PERIODS: dict[str, int] = {"today": 1, "7d": 7, "30d": 30, "90d": 90, "365d": 365}
MONTHS = ("month", "last-month")
DEFAULT_PERIOD = "30d"
# What a filter says for "none": no agent, no key.
NONE = "-"
LONGEST_VALUE = 256
MOST_DAYS = 3_660
EARLIEST_YEAR, LATEST_YEAR = 2000, 9000
MOST_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Cut:
    """What is asked; always answerable, whatever was in the address.

    first, last: days, both included. period: the name of a preset, "" for days of one's own.
    by: one or two of GROUPINGS. filters: of FILTERS → value, NONE for none.
    sort: of MEASURES or "name". page: from 1.
    """

    first: date
    last: date
    period: str = ""
    by: tuple[str, ...] = ("model",)
    filters: Mapping[str, str] = field(default_factory=dict)
    measure: str = "money"
    sort: str = ""
    is_descending: bool = True
    page: int = 1

    @property
    def span(self) -> Span:
        """The days as moments."""
        end = datetime.combine(self.last, time(), UTC) + DAY
        return Span(datetime.combine(self.first, time(), UTC), end)

    def query(self) -> str:
        """Return the address's part that means this cut, without the page."""
        when = (
            {"period": self.period}
            if self.period
            else {"from": self.first.isoformat(), "to": self.last.isoformat()}
        )
        order = {"sort": f"{'-' if self.is_descending else ''}{self.sort}"} if self.sort else {}
        by = dict(zip(("by", "then"), self.by, strict=False))
        return urlencode({**when, **by, **self.filters, "measure": self.measure, **order})

    def with_days_of_its_own(self) -> "Cut":
        """Return the same days as such, which mean the same tomorrow."""
        return replace(self, period="")

    def only(self, name: str, value: str) -> "Cut":
        """Return the cut narrowed down to one value, grouped by what comes next."""
        rest = tuple(other for other in self.by if other != name)
        if name == "day":
            day = date.fromisoformat(value[:10])
            return replace(self, first=day, last=day, period="", by=rest or ("hour",), page=1)
        by = rest or (("day",) if name == "model" else ("model",))
        return replace(self, filters={**self.filters, name: value}, by=by, page=1)


def cut_parse(given: Mapping[str, str], *, today: date | None = None) -> Cut:
    """Return the cut of an address; what makes no sense is left out.

    today: what presets count back from, if it is not this day.
    """
    first, last, period = _days(given, today or clock.now().date())
    by = [given.get(name, "") for name in ("by", "then")]
    levels = tuple(dict.fromkeys(name for name in by if name in GROUPINGS)) or ("model",)
    sort = given.get("sort", "")
    measure = given.get("measure", "")
    has_sort = sort.lstrip("-") in {*MEASURES, "name"}
    return Cut(
        first,
        last,
        period,
        levels,
        filters=_filters(given),
        measure=measure if measure in MEASURES else "money",
        sort=sort.lstrip("-") if has_sort else "",
        is_descending=not has_sort or sort.startswith("-"),
        page=_page(given.get("page", "")),
    )


def cut_question(cut: Cut) -> Question:
    """Return what is to be summed up for a cut."""
    where: dict[str, Any] = {}
    people = User.objects.all()
    for name, value in cut.filters.items():
        match name:
            case "group":
                people = people.filter(memberships__group=value)
            case "role":
                people = people.filter(role=value)
            case "user":
                where["user_id"] = user_id(value)
            case _:
                where[GROUPINGS[name]] = "" if value == NONE else value
    if {"group", "role"} & set(cut.filters):
        where["user_id__in"] = people.order_by().values("pk")
    return Question(cut.span, tuple(GROUPINGS[name] for name in cut.by), where)


def user_id(value: str) -> str:
    """Return whom an id or e-mail address means; itself when nobody."""
    if "@" not in value:
        return value
    found = User.objects.filter(email=value.strip().lower()).values_list("pk", flat=True).first()
    return found or value


def _filters(given: Mapping[str, str]) -> dict[str, str]:
    values = {name: given.get(name, "").replace("\x00", "").strip() for name in FILTERS}
    return {name: value[:LONGEST_VALUE] for name, value in values.items() if value}


def _days(given: Mapping[str, str], today: date) -> tuple[date, date, str]:
    """Return days of one's own, or those of a preset when they are just that."""
    asked = given.get("period", "")
    period = asked if asked in {*PERIODS, *MONTHS} else DEFAULT_PERIOD
    preset = _preset(period, today)
    first, last = _day(given.get("from", "")), _day(given.get("to", ""))
    if first and last and first <= last and (last - first).days <= MOST_DAYS:
        is_preset = asked == period and (first, last) == preset
        return first, last, period if is_preset else ""
    return *preset, period


def _preset(period: str, today: date) -> tuple[date, date]:
    this_month = today.replace(day=1)
    if period == "month":
        return this_month, today
    if period == "last-month":
        end = this_month - timedelta(days=1)
        return end.replace(day=1), end
    return today - timedelta(days=PERIODS[period] - 1), today


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def _page(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS and int(text) else 1
