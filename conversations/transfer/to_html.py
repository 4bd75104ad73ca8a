"""A conversation as a web page in one file, to read anywhere without a server."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from conversations.models import Message
from conversations.queries.thread import message_views
from conversations.transfer.exporter import Export

MEDIA_TYPE = "text/html"
EXTENSION = "html"
TOGETHER = 50
MARK = "<!-- messages -->"


def write(export: Export) -> Iterator[str]:
    """Yield the page: its head, the messages a few at a time, its end."""
    context = {
        "conversation": export.conversation,
        "at": export.at,
        "style": SafeString(_style()),  # our own file
    }
    head, _mark, end = render_to_string("conversations/export.html", context).partition(MARK)
    yield head
    waiting: list[Message] = []
    for message in export.messages():
        message.conversation = export.conversation  # known: spares a query per message
        waiting.append(message)
        if len(waiting) == TOGETHER:
            yield _articles(waiting)
            waiting = []
    yield _articles(waiting)
    yield end


def _articles(messages: list[Message]) -> str:
    views = message_views(messages, running={})
    return render_to_string("conversations/_export_messages.html", {"messages": views})


@cache
def _style() -> str:
    return (Path(__file__).parent / "standalone.css").read_text(encoding="utf-8")
