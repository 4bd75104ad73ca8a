"""Artifacts: documents and small programs inside an answer's words, edited in place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from agents.llm import tokens
from conversations.models import Message
from conversations.services.message_versions import message_save_edit
from conversations.services.texts import check_text
from librechat.kernel.errors import InvalidInputError

OPENING = re.compile(r"^:::artifact\b")
FENCE = re.compile(r"^\s{0,3}(`{3,}|~{3,})")
CLOSING = ":::"


@dataclass(frozen=True, slots=True)
class Span:
    """Where an artifact's source is in a text, without its opening and closing lines."""

    start: int
    end: int


@transaction.atomic
def artifact_edit(*, message: Message, index: int, original: str, updated: str) -> Message:
    """Replace a piece of the source of a message's artifact; the first is 0.

    Raises:
        InvalidInputError: there is no such artifact, or ``original`` is not in it.
        ConflictError: the message is being written, or was changed meanwhile.
    """
    check_text("updated", updated)
    texts = _texts(message)
    places = [(number, span) for number, text in enumerate(texts) for span in spans(text)]
    if not 0 <= index < len(places):
        raise InvalidInputError(_("This message has no such artifact."), field="index")
    number, span = places[index]
    text = texts[number]
    at = text.find(original, span.start, span.end) if original else -1
    if at < 0:
        raise InvalidInputError(
            _("The artifact does not say this any more. Load the chat again."),
            field="original",
        )
    edited = text[:at] + updated + text[at + len(original) :]
    check_text("text", edited)
    if number < len(message.content):
        parts = list(message.content)
        parts[number] = {**parts[number], "text": edited}
        message.content = parts
    else:
        message.text = edited
    added = tokens.count(updated, message.model) - tokens.count(original, message.model)
    message.token_count = max(message.token_count + added, 0)
    return message_save_edit(message)


def spans(text: str) -> list[Span]:
    """Return where the artifacts of a text are; one without an end reaches to the text's end."""
    found: list[Span] = []
    start, fence = -1, ""
    for begin, end, line in _lines(text):
        marker = FENCE.match(line)
        if start < 0:
            if OPENING.match(line):
                start, fence = end, ""
        elif fence:
            if marker and line.strip().startswith(fence) and not line.strip(" \t`~"):
                fence = ""
        elif marker:
            fence = marker[1]  # a line of colons within is source, not the end
        elif line.rstrip() == CLOSING:
            found.append(Span(start, begin))
            start = -1
    if start >= 0:
        found.append(Span(start, len(text)))
    return found


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each line begins, where the next one does, and the line."""
    begin = 0
    for line in text.splitlines(keepends=True):
        yield begin, begin + len(line), line.rstrip("\r\n")
        begin += len(line)


def _texts(message: Message) -> Sequence[str]:
    """Return the text of each part, empty for parts without; the message's own text is last."""
    parts = [
        str(part.get("text", "")) if part.get("type") == "text" else "" for part in message.content
    ]
    return [*parts, message.text]
