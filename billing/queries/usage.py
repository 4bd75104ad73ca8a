"""Sums of usage over a stretch of time: summed days and hours, and the ledger for what is newer."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

from django.core.cache import cache
from django.db.models import F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from billing.models import UsageDay, UsageHour
from billing.models.usage import SUMS
from billing.queries.calls import call_sums, calls, sums_of
from billing.queries.stored import OfGroup, StoredMoment, WholeSum, moment_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# What else usage can be grouped by, beside DIMENSIONS: moments, and what people are now.
TIMES = ("day", "hour")
# Name → where it is from a person. Who is in several groups counts in each.
PEOPLE = {"role": "role", "group": "memberships__group", "email": "email"}
# Calls that a page adds up itself; a chore that lags may leave a million of them.
MOST_LIVE = 10_000
KNOWN_SECONDS = 30
_SUMS_END = "usage-sums-end"

Key: TypeAlias = tuple[Any, ...]
# In the order of what was asked for, which usually is that of SUMS.
Numbers: TypeAlias = list[int]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of whole hours in UTC: from the first moment until before the last."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """What to sum up.

    by: of DIMENSIONS, TIMES and PEOPLE. where: lookups on DIMENSIONS, such as ``user_id__in``.
    sums: of SUMS; fewer are quicker where there are many rows.
    """

    span: Span
    by: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    sums: tuple[str, ...] = SUMS


@dataclass(frozen=True, slots=True)
class Edges:
    """Until when there are sums; None before the first."""

    hours: datetime | None
    days: datetime | None


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of an hour, UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def day_of(moment: datetime) -> datetime:
    """Return the beginning of a day, UTC."""
    return hour_of(moment).replace(hour=0)


def hours_done_until() -> datetime | None:
    """Return until when calls are summed up by hour; None before the first hour.

    Hours are summed in order and once they are final, so the last one says it.
    """
    last = UsageHour.objects.order_by("-starts_at").values_list("starts_at", flat=True).first()
    return last + HOUR if last else None


def days_done_until() -> datetime | None:
    """Return until when hours are summed up by day; None before the first day."""
    last = UsageDay.objects.order_by("-starts_at").values_list("starts_at", flat=True).first()
    return last + DAY if last else None


def usage_edges() -> Edges:
    """Return how far both sums reach; for several questions that are to be answered alike."""
    return Edges(hours_done_until(), days_done_until())


def sums_end() -> datetime | None:
    """Return where the sums end when more calls wait behind them than a page adds up; else None.

    Asked once in half a minute.
    """
    known: list[datetime | None] | None = cache.get(_SUMS_END)
    if known is None:
        known = [_sums_end()]
        cache.set(_SUMS_END, known, KNOWN_SECONDS)
    return known[0]


def span_summed(span: Span) -> Span:
    """Return as much of a stretch of time as can be summed up while somebody waits."""
    end = sums_end()
    return span if end is None else Span(span.start, max(span.start, min(span.end, end)))


def rows_of(model: type[UsageDay] | type[UsageHour]) -> "QuerySet[Any]":
    """Return every row of one of the two tables."""
    return UsageDay.objects.all() if model is UsageDay else UsageHour.objects.all()


def usage_sums(question: Question, edges: Edges | None = None) -> dict[Key, Numbers]:
    """Return value(s) of ``by`` → the sums asked for; at most three queries and two for the edges.

    A day is its first moment, so is an hour.
    """
    span = question.span
    known = edges or usage_edges()
    hours_until = known.hours or span.start
    days_until = known.days or span.start
    first_day = day_of(span.start + DAY - timedelta(microseconds=1))
    last_day = min(day_of(span.end), day_of(days_until))
    if "hour" in question.by or last_day <= first_day:
        first_day = last_day = span.start
    found: dict[Key, Numbers] = {}
    if first_day < last_day:
        days = Q(starts_at__gte=first_day, starts_at__lt=last_day)
        # Most of all rows, and each key once: nothing is looked up.
        found = dict(_summed(UsageDay, question, days))
    until = min(span.end, hours_until)
    before = Q(starts_at__gte=span.start, starts_at__lt=min(first_day, until))
    after = Q(starts_at__gte=max(span.start, last_day), starts_at__lt=until)
    if span.start < until:
        _add(found, _summed(UsageHour, question, before | after))
    if hours_until < span.end:
        _add(found, _live(question, max(span.start, hours_until)))
    return found


def ledger_sums(question: Question) -> dict[Key, Numbers]:
    """Return the same from the ledger alone."""
    found: dict[Key, Numbers] = {}
    _add(found, _live(question, question.span.start))
    return found


def total(sums: Iterable[Sequence[int]]) -> Numbers:
    """Return rows of sums added up."""
    return [sum(column) for column in zip(*sums, strict=True)] or [0] * len(SUMS)


def _sums_end() -> datetime | None:
    done = hours_done_until()
    waiting = calls().order_by("created_at").values_list("created_at", flat=True)
    if done is not None:
        waiting = waiting.filter(created_at__gte=done)
    if not waiting[MOST_LIVE : MOST_LIVE + 1]:
        return None
    return done or hour_of(waiting[0])


def _add(found: dict[Key, Numbers], rows: Iterable[tuple[Key, Sequence[int]]]) -> None:
    for key, numbers in rows:
        known = found.get(key)
        if known is None:
            found[key] = list(numbers)
            continue
        for at, number in enumerate(numbers):
            known[at] += number


def _summed(
    model: type[UsageDay] | type[UsageHour],
    question: Question,
    when: Q,
) -> Iterator[tuple[Key, Numbers]]:
    columns = ["moment" if name in TIMES else f"by_{name}" for name in question.by]
    # What follows from what the rows are grouped by, and is asked for once they are.
    late: dict[str, StoredMoment | OfGroup] = {"moment": StoredMoment("starts_at")}
    if "user_id" in question.by:
        late["by_email"] = _email()
    apart = [name for name in question.by if name not in TIMES and f"by_{name}" not in late]
    grouped = ["starts_at"] if "moment" in columns else []
    rows = (
        rows_of(model)
        .filter(when, **question.where)
        .annotate(all=Value(1), **{f"by_{name}": _column(name) for name in apart})
        .order_by()
        .values(*(grouped + [f"by_{name}" for name in apart] or ["all"]))
        .annotate(**{f"sum_{name}": WholeSum(name) for name in question.sums})
        .annotate(**{name: late[name] for name in columns if name in late})
        .values_list(*columns, *(f"sum_{name}" for name in question.sums))
    )
    width = len(columns)
    # There may be tens of thousands: what is done for each is done as little as can be.
    known: Iterator[tuple[Key, Numbers]] = (
        (row[:width], [*row[width:]])
        for row in rows.iterator(chunk_size=5_000)
        if row[width] is not None  # sums over nothing are None
    )
    for at, name in enumerate(question.by):
        if name in TIMES:
            known = _read(known, at, _reader(name))
    return known


def _column(name: str) -> F | Coalesce:
    """Return where the summed rows have what they are grouped by; "" stands for none."""
    return Coalesce(F(f"person__{PEOPLE[name]}"), Value("")) if name in PEOPLE else F(name)


def _email() -> OfGroup:
    return OfGroup(User.objects.filter(pk=OuterRef("user_id")).order_by().values("email"))


def _read(
    pairs: Iterator[tuple[Key, Numbers]],
    at: int,
    read: Callable[[str | datetime], datetime],
) -> Iterator[tuple[Key, Numbers]]:
    return (((*key[:at], read(key[at]), *key[at + 1 :]), numbers) for key, numbers in pairs)


def _reader(name: str) -> Callable[[str | datetime], datetime]:
    """Return what makes a stored moment a key; moments are few, rows are many."""
    if name == "hour":
        return lru_cache(maxsize=None)(moment_of)
    return lru_cache(maxsize=None)(lambda stored: day_of(moment_of(stored)))


def _live(question: Question, start: datetime) -> Iterator[tuple[Key, Sequence[int]]]:
    """Sum up what no chore has summed up yet: the newest minutes, more after a long pause."""
    columns = ["hour" if name in TIMES else _live_column(name) for name in question.by]
    where = {**question.where, "created_at__gte": start, "created_at__lt": question.span.end}
    spots = [SUMS.index(name) for name in question.sums]
    for row in call_sums(*dict.fromkeys(columns), **where):
        if row["calls"]:
            numbers = sums_of(row)
            key = tuple(_value(row, name) for name in question.by)
            yield key, [numbers[spot] for spot in spots]


def _live_column(name: str) -> str:
    return f"user__{PEOPLE[name]}" if name in PEOPLE else name


def _value(row: dict[str, Any], name: str) -> object:
    match name:
        case "hour":
            return row["hour"]
        case "day":
            return day_of(row["hour"])
        case _:
            return row[f"transaction__{_live_column(name)}"] or ""
