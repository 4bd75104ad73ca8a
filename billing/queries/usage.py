"""Sums of usage over a stretch of time: summed days and hours, and the ledger for what is newer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from django.core.cache import cache
from django.db.models import Q, QuerySet, Sum, Value

from billing.models import UsageDay, UsageHour
from billing.models.usage import SUMS
from billing.queries.calls import call_sums, calls, sums_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# What else usage can be grouped by, beside DIMENSIONS.
TIMES = ("day", "hour")
# Calls that a page adds up itself; a chore that lags may leave a million of them.
MOST_LIVE = 10_000
KNOWN_SECONDS = 30
_SUMS_END = "usage-sums-end"

Key: TypeAlias = tuple[Any, ...]
# In the order of SUMS.
Numbers: TypeAlias = list[int]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of whole hours in UTC: from the first moment until before the last."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """What to sum up.

    by: of DIMENSIONS and TIMES. where: lookups on DIMENSIONS, such as ``user_id__in``.
    """

    span: Span
    by: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)


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


def usage_sums(question: Question) -> dict[Key, Numbers]:
    """Return value(s) of ``by`` → sums in the order of SUMS; at most three queries and two more.

    A day is its first moment, so is an hour.
    """
    span = question.span
    hours_until = hours_done_until() or span.start
    days_until = days_done_until() or span.start
    first_day = day_of(span.start + DAY - timedelta(microseconds=1))
    last_day = min(day_of(span.end), day_of(days_until))
    if "hour" in question.by or last_day <= first_day:
        first_day = last_day = span.start
    found: dict[Key, Numbers] = {}
    if first_day < last_day:
        _add(
            found, _summed(UsageDay, question, Q(starts_at__gte=first_day, starts_at__lt=last_day))
        )
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
    numbers = [0] * len(SUMS)
    for row in sums:
        for at, number in enumerate(row):
            numbers[at] += number
    return numbers


def _sums_end() -> datetime | None:
    done = hours_done_until()
    waiting = calls().order_by("created_at").values_list("created_at", flat=True)
    if done is not None:
        waiting = waiting.filter(created_at__gte=done)
    if not waiting[MOST_LIVE : MOST_LIVE + 1]:
        return None
    return done or hour_of(waiting[0])


def _add(found: dict[Key, Numbers], rows: Iterator[tuple[Key, Sequence[int]]]) -> None:
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
) -> Iterator[tuple[Key, Sequence[int]]]:
    columns = ["starts_at" if name in TIMES else name for name in question.by]
    is_day = [name == "day" for name in question.by]
    has_day = any(is_day)
    rows = (
        rows_of(model)
        .filter(when, **question.where)
        .annotate(all=Value(1))
        .order_by()
        .values(*columns or ["all"])
        .annotate(**{f"sum_{name}": Sum(name) for name in SUMS})
        .values_list(*columns, *(f"sum_{name}" for name in SUMS))
    )
    width = len(columns)
    days: dict[datetime, datetime] = {}  # moments are few, rows are many
    for row in rows.iterator(chunk_size=5_000):
        if row[width] is None:  # sums over nothing
            continue
        key = row[:width]
        if has_day:
            key = tuple(_day(v, days) if d else v for v, d in zip(key, is_day, strict=True))
        yield key, row[width:]


def _day(moment: datetime, days: dict[datetime, datetime]) -> datetime:
    known = days.get(moment)
    if known is None:
        known = days[moment] = day_of(moment)
    return known


def _live(question: Question, start: datetime) -> Iterator[tuple[Key, Sequence[int]]]:
    """Sum up what no chore has summed up yet: the newest minutes, more after a long pause."""
    columns = ["hour" if name in TIMES else name for name in question.by]
    where = {**question.where, "created_at__gte": start, "created_at__lt": question.span.end}
    for row in call_sums(*dict.fromkeys(columns), **where):
        if row["calls"]:
            yield tuple(_value(row, name) for name in question.by), sums_of(row)


def _value(row: dict[str, Any], name: str) -> object:
    match name:
        case "hour":
            return row["hour"]
        case "day":
            return day_of(row["hour"])
        case _:
            return row[f"transaction__{name}"] or ""
