"""A conversation as Markdown."""

from collections.abc import Iterator

from conversations.models import Message
from conversations.queries.thread import text_of
from conversations.transfer.exporter import Export
from conversations.transfer.speakers import speaker_of
from librechat.kernel import clock

MEDIA_TYPE = "text/markdown"
EXTENSION = "md"


def write(export: Export) -> Iterator[str]:
    """Yield the title as a heading, then each message below a heading of its own."""
    yield f"# {_one_line(export.conversation.title)}\n\n{clock.iso(export.at)}\n"
    for message in export.messages():
        yield f"\n## {_one_line(speaker_of(message))}\n\n{_body(message)}\n"


def _body(message: Message) -> str:
    quotes = ["\n".join(f"> {line}" for line in quote.splitlines()) for quote in message.quotes]
    return "\n\n".join(part for part in (*quotes, text_of(message)) if part)


def _one_line(text: str) -> str:
    return " ".join(text.split())
