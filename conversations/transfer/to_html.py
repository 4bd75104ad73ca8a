"""A conversation as a web page in one file, to read anywhere without a server."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from conversations.models import Message
from conversations.queries.replies import notice_views, step_views
from conversations.queries.thread import text_of
from conversations.queries.views import StepView
from conversations.transfer.exporter import Export
from conversations.transfer.standing import standing

MEDIA_TYPE = "text/html"
EXTENSION = "html"
MARK = "<!-- messages -->"
SHOWN = (
    "created_at",
    "is_created_by_user",
    "sender",
    "model",
    "endpoint",
    "quotes",
    "metadata",
    "text",
    "content",
)


def write(export: Export) -> Iterator[str]:
    """Yield the page: its head, the messages, its end."""
    context = {
        "conversation": export.conversation,
        "at": export.at,
        "style": SafeString(_style()),  # our own file
    }
    head, _mark, end = render_to_string("conversations/export.html", context).partition(MARK)
    yield head
    minutes: dict[datetime, str] = {}
    you = escape(_("You"))
    for message in export.messages(only=SHOWN):
        minute = message.created_at.replace(second=0, microsecond=0)
        if minute not in minutes:
            minutes[minute] = date_format(localtime(minute), "DATETIME_FORMAT")
        yield _article(message, minutes[minute], you)
    yield end


def _article(message: Message, at: str, you: str) -> str:
    """Return a message's HTML; a template takes ten times as long, of ten thousand a second.

    ``you``: what the person is called.
    """
    is_question, text = message.is_created_by_user, text_of(message)
    kind = "question" if is_question else "answer"
    who = you if is_question else escape(message.sender or message.model or message.endpoint)
    quotes = "".join(f"<blockquote>{escape(str(quote))}</blockquote>\n" for quote in message.quotes)
    steps = _steps((*notice_views(message.metadata), *step_views(message.content)))
    said = escape(text) if is_question else standing(text)
    return (
        f'<article class="{kind}">\n<p class="who"><b>{who}</b> · {escape(at)}</p>\n'
        f'{quotes}{steps}<div class="said">{said}</div>\n</article>\n'
    )


def _steps(steps: Iterable[StepView]) -> str:
    return "".join(
        f"<details>\n<summary>{escape(step.title)}</summary>\n"
        + "".join(f"<pre>{escape(text)}</pre>\n" for text in (step.text, step.output) if text)
        + "</details>\n"
        for step in steps
    )


@cache
def _style() -> str:
    return (Path(__file__).parent / "standalone.css").read_text(encoding="utf-8")
