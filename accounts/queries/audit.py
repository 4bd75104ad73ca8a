"""Reads of the audit record: whether it is whole, and parts of it as rows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import AuditEvent, AuditHead
from accounts.models.audit import GENESIS
from accounts.services.audit import event_hash
from librechat.kernel import clock

CHUNK = 2_000
COLUMNS = (
    "sequence",
    "created_at",
    "category",
    "action",
    "outcome",
    "severity",
    "actor_type",
    "actor_id",
    "actor_name",
    "target_type",
    "target_id",
    "target_name",
    "address",
    "user_agent",
    "request_id",
    "metadata",
    "hash",
)
# What begins a formula in a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """Whether the chain holds.

    checked: how many events were looked at. broken_at: sequence of the first that does not
    follow; None when all do. problem: what is wrong with it, in a sentence.
    """

    checked: int
    broken_at: int | None = None
    problem: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, taken away, added or put in another order."""
        return self.broken_at is None


def audit_verify() -> AuditCheck:
    """Follow the chain from its first event to the head; reads everything, in portions.

    An event recorded meanwhile is not missed: the head is read first, and only what it covers
    is checked.
    """
    head = AuditHead.objects.filter(name="chain").first()
    last, last_hash = (head.sequence, head.hash) if head else (0, GENESIS)
    previous, expected = GENESIS, 0
    for event in _covered(head):
        expected += 1
        problem = _problem(event, expected, previous)
        if problem:
            return AuditCheck(expected - 1, expected, problem)
        previous = event.hash
    if expected < last:
        return AuditCheck(expected, expected + 1, "The end of the record is missing.")
    if previous != last_hash:
        return AuditCheck(expected, expected, "The head names another event as the last one.")
    return AuditCheck(expected)


def _covered(head: AuditHead | None) -> Iterator[AuditEvent]:
    events = AuditEvent.objects.order_by("sequence")
    if head is not None:
        events = events.filter(sequence__lte=head.sequence)
    return events.iterator(chunk_size=CHUNK)


def _problem(event: AuditEvent, expected: int, previous: str) -> str:
    if event.sequence != expected:
        return f"Event {expected} is missing."
    if event.previous_hash != previous:
        return "The event does not follow the one before it."
    if event_hash(event) != event.hash:
        return "The event was changed."
    return ""


def event_json(event: AuditEvent) -> dict[str, object]:
    """Return an event with every column, as exported."""
    row: dict[str, object] = {name: getattr(event, name) for name in COLUMNS}
    row["created_at"] = clock.iso(event.created_at)
    return row


def csv_rows(events: QuerySet[AuditEvent]) -> Iterator[list[str]]:
    """Yield a heading and one row per event; no cell is taken for a formula."""
    yield list(COLUMNS)
    for event in events.iterator(chunk_size=CHUNK):
        row = event_json(event)
        row["metadata"] = json.dumps(event.metadata, sort_keys=True, ensure_ascii=False)
        yield [cell(str(value)) for value in row.values()]


def cell(text: str) -> str:
    """Return a text that a spreadsheet shows and does not run."""
    return f"'{text}" if text.startswith(FORMULA) else text
