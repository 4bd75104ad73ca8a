"""A conversation as a table: one row a message."""

import csv
import io
from collections.abc import Iterator

from conversations.queries.thread import text_of
from conversations.transfer.exporter import Export
from conversations.transfer.speakers import speaker_of
from librechat.kernel import clock

MEDIA_TYPE = "text/csv"
EXTENSION = "csv"
COLUMNS = (
    "sender",
    "text",
    "isCreatedByUser",
    "error",
    "unfinished",
    "model",
    "messageId",
    "parentMessageId",
    "createdAt",
)
# A spreadsheet runs a cell that begins like this as a formula (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(export: Export) -> Iterator[str]:
    """Yield the head, then the rows; cells that would run as formulas get an apostrophe."""
    yield "\ufeff" + _line(COLUMNS)  # the mark tells spreadsheets that it is UTF-8
    for message in export.messages():
        yield _line(
            (
                speaker_of(message),
                text_of(message),
                str(message.is_created_by_user).lower(),
                str(message.error).lower(),
                str(message.unfinished).lower(),
                message.model,
                message.message_id,
                message.parent_message_id,
                clock.iso(message.created_at),
            ),
        )


def _line(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_safe(cell) for cell in cells])
    return line.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
