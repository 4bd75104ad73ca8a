"""The dry run: what an import would do, read from the whole file, writing nothing."""

from collections.abc import Iterable, Iterator
from typing import Any

from conversations.models import MoveIn
from conversations.transfer.arranging import arranged
from conversations.transfer.belongings import KINDS
from conversations.transfer.importer import (
    ImportedBalance,
    ImportedConversation,
    ImportedUser,
    Note,
    Outcome,
    Record,
)
from conversations.transfer.tally import Tally
from conversations.transfer.writing import existing
from librechat.kernel import clock

SAMPLES = 5
BATCH_RECORDS = 50
BATCH_MESSAGES = 500


def batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Yield records in batches of bounded size."""
    batch: list[Record] = []
    weight = 0
    for record in records:
        batch.append(record)
        weight += len(record.messages) if isinstance(record, ImportedConversation) else 1
        if len(batch) >= BATCH_RECORDS or weight >= BATCH_MESSAGES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def surveyed(move_in: MoveIn, records: Iterable[Record]) -> dict[str, Any]:
    """Return counts by kind, problems, the number of records and the first chats."""
    tally = Tally()
    samples: list[dict[str, Any]] = []
    total = 0
    for batch in batches(records):
        total += len(batch)
        chats = [record for record in batch if isinstance(record, ImportedConversation)]
        known = existing(move_in, chats)
        for record in batch:
            if isinstance(record, ImportedConversation):
                _chat(record, tally, is_known=record.source_id in known)
                if len(samples) < SAMPLES:
                    samples.append(_sample(record))
            else:
                _other(record, tally)
    return {**tally.stored(), "total": total, "samples": samples}


def _chat(record: ImportedConversation, tally: Tally, *, is_known: bool) -> None:
    placed = arranged(record, clock.now())
    outcome: Outcome = "known" if is_known else "created"
    tally.add("conversation", outcome)
    tally.add("message", outcome, len(placed))
    if not is_known:
        for note in record.notes:
            tally.note(note)


def _other(record: Record, tally: Tally) -> None:
    match record:
        case Note():
            tally.note(record)
        case ImportedUser():
            tally.add("user", "created")
        case ImportedBalance():
            tally.add("balance", "created")
        case ImportedConversation():
            return
        case _:
            tally.add(KINDS[type(record)], "created")


def _sample(record: ImportedConversation) -> dict[str, Any]:
    date = record.created_at or record.updated_at
    return {
        "title": record.title[:200],
        "date": clock.iso(date) if date else None,
        "messages": len(record.messages),
    }
