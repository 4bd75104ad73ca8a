"""A conversation as plain text."""

from collections.abc import Iterator

from conversations.queries.thread import text_of
from conversations.transfer.exporter import Export
from conversations.transfer.speakers import speaker_of
from librechat.kernel import clock

MEDIA_TYPE = "text/plain"
EXTENSION = "txt"
RULE = "-" * 40


def write(export: Export) -> Iterator[str]:
    """Yield the title, then who said what, when."""
    yield f"{export.conversation.title}\n{clock.iso(export.at)}\n"
    for message in export.messages():
        moment = clock.iso(message.created_at)
        quotes = "".join(f"> {quote}\n" for quote in message.quotes)
        yield f"\n{RULE}\n{speaker_of(message)}, {moment}\n\n{quotes}{text_of(message)}\n"
