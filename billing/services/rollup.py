"""Usage summed up per hour and per day, once it is final."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from billing.models import UsageDay, UsageHour
from billing.models.usage import DIMENSIONS, SUMS
from billing.queries.calls import calls
from billing.queries.usage import (
    DAY,
    HOUR,
    Key,
    Numbers,
    Question,
    Span,
    day_of,
    days_done_until,
    hour_of,
    hours_done_until,
    ledger_sums,
    rows_of,
    usage_sums,
)
from librechat.kernel import clock

logger = logging.getLogger(__name__)

# A booking is written within moments of its time; after this long an hour is complete.
GRACE = timedelta(minutes=10)
# Hours of one run, so that catching up after a long pause leaves others room between.
MOST_HOURS = 240


def usage_rollup() -> int:
    """Sum up the hours that became final, then the days; return how many hours were summed.

    Every hour and every day is one transaction that replaces what was there, in order: several
    processes at once, a crash or a repetition give the same sums.
    """
    final = hour_of(clock.now() - GRACE)
    hours = 0
    pending = _pending_hour(final)
    while pending is not None and hours < MOST_HOURS:
        _hour_write(pending)
        hours += 1
        pending = _pending_hour(final)
    _days_write(until=pending or final)
    if hours:
        logger.info("Summed up usage.", extra={"hours": hours, "is_behind": pending is not None})
    return hours


def _pending_hour(final: datetime) -> datetime | None:
    """Return the first hour with calls that is final and not summed up."""
    waiting = calls().filter(created_at__lt=final)
    done = hours_done_until()
    if done is not None:
        waiting = waiting.filter(created_at__gte=done)
    first = waiting.order_by("created_at").values_list("created_at", flat=True).first()
    return hour_of(first) if first else None


def _hour_write(start: datetime) -> None:
    _replace(UsageHour, start, ledger_sums(Question(Span(start, start + HOUR), DIMENSIONS)))


def _days_write(*, until: datetime) -> None:
    """Sum up the days all of whose hours are."""
    while True:
        waiting = UsageHour.objects.filter(starts_at__lt=day_of(until))
        done = days_done_until()
        if done is not None:
            waiting = waiting.filter(starts_at__gte=done)
        first = waiting.order_by("starts_at").values_list("starts_at", flat=True).first()
        if first is None:
            return
        start = day_of(first)
        _replace(UsageDay, start, usage_sums(Question(Span(start, start + DAY), DIMENSIONS)))


def _replace(
    model: type[UsageHour] | type[UsageDay],
    start: datetime,
    sums: dict[Key, Numbers],
) -> None:
    with transaction.atomic():
        rows_of(model).filter(starts_at=start).delete()
        rows_of(model).bulk_create(
            _rows(model, start, sums),
            # Somebody else may be writing the same sums right now.
            update_conflicts=True,
            unique_fields=["starts_at", *DIMENSIONS],
            update_fields=SUMS,
        )


def _rows(
    model: type[UsageHour] | type[UsageDay],
    start: datetime,
    sums: dict[Key, Numbers],
) -> Iterable[UsageHour | UsageDay]:
    """Return the rows in one order for everybody, so that no two writers wait for each other."""
    return [
        model(
            starts_at=start,
            **dict(zip(DIMENSIONS, key, strict=True)),
            **dict(zip(SUMS, sums[key], strict=True)),
        )
        for key in sorted(sums)
    ]
