"""Finding events of the audit record, and their shape for LibreChat's clients."""

import functools
import operator
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from accounts.models import AuditEvent
from accounts.queries.audit import csv_rows
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

# Filters by exact values, of which several may be given.
EXACT = ("category", "action", "outcome", "severity")
# Filters by one value → the columns that may hold it.
PART = {
    "search": ("action", "actor_name", "target_name", "target_id"),
    "actorQuery": ("actor_name", "actor_id"),
    "targetQuery": ("target_name", "target_id"),
}
ONE = {"actorType": "actor_type", "targetType": "target_type"}
MAX_EXPORTED = 50_000
MAX_LETTERS = 256


def audit_find(given: Mapping[str, Sequence[str]]) -> QuerySet[AuditEvent]:
    """Return the events that match every filter, the newest first.

    given: name of a filter → its values; what is no filter is left out.

    Raises:
        InvalidInputError: a moment cannot be read, or the period ends before it begins.
    """
    rows = AuditEvent.objects.all()
    for name in EXACT:
        if values := [value for value in given.get(name, ()) if value]:
            rows = rows.filter(**{f"{name}__in": values})
    for name, column in ONE.items():
        if value := _first(given, name):
            rows = rows.filter(**{column: value})
    for name, columns in PART.items():
        if value := _first(given, name)[:MAX_LETTERS]:
            matches = [Q(**{f"{column}__icontains": value}) for column in columns]
            rows = rows.filter(functools.reduce(operator.or_, matches))
    if capability := _first(given, "capability"):
        rows = rows.filter(metadata__capability=capability)
    begin, end = _moment(given, "from"), _moment(given, "to")
    if begin and end and begin > end:
        raise InvalidInputError("from must not be later than to.")
    if begin:
        rows = rows.filter(created_at__gte=begin)
    return rows.filter(created_at__lte=end) if end else rows


def _first(given: Mapping[str, Sequence[str]], name: str) -> str:
    values = given.get(name, ())
    return values[0].strip() if values else ""


def _moment(given: Mapping[str, Sequence[str]], name: str) -> datetime | None:
    text = _first(given, name)
    if not text:
        return None
    try:
        moment, day = parse_datetime(text), parse_date(text)
    except ValueError:
        moment = day = None
    if moment is not None and moment.tzinfo is not None:
        return moment
    if day is None:
        raise InvalidInputError(
            _("%(name)s must be a day, or a moment with its time zone.") % {"name": name}
        )
    begin = datetime.combine(day, time(), tzinfo=clock.now().tzinfo)
    # A day as the end of a period is meant whole.
    return begin + timedelta(days=1) - timedelta(microseconds=1) if name == "to" else begin


def audit_json(event: AuditEvent) -> dict[str, object]:
    """Return an event in LibreChat's shape."""
    return {
        "id": event.pk,
        "timestamp": clock.iso(event.created_at),
        "category": event.category,
        "action": event.action,
        "outcome": event.outcome,
        "severity": event.severity,
        "actor": {
            "type": event.actor_type,
            "id": event.actor_id or None,
            "name": event.actor_name,
        },
        "target": {
            "type": event.target_type,
            "id": event.target_id or None,
            "name": event.target_name,
        },
        "metadata": event.metadata,
        "context": {
            "requestId": event.request_id or None,
            "ip": event.address or None,
            "userAgent": event.user_agent or None,
        },
        "integrity": {
            "seq": event.sequence,
            "prevHash": event.previous_hash,
            "hash": event.hash,
        },
    }


def audit_exported(rows: QuerySet[AuditEvent]) -> Iterator[list[str]]:
    """Yield a heading and rows; a last line says so when there are more than are exported."""
    bounds = list(rows.values_list("sequence", flat=True)[MAX_EXPORTED - 1 : MAX_EXPORTED + 1])
    if len(bounds) <= 1:
        yield from csv_rows(rows)
        return
    yield from csv_rows(rows.filter(sequence__gte=bounds[0]))
    yield [f"# TRUNCATED: only the newest {MAX_EXPORTED} events. Narrow the period for the rest."]
