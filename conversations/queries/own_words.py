"""Sentences of our own in what is stored, said in the language of who reads them.

Whatever wrote them had another reader, or none. They are known again in every language they can
have been written in; a provider's words stay as they are.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from agents.errors import ProviderError, SetupError
from librechat.kernel.errors import AppError

Kind = TypeVar("Kind", bound=AppError)

PREFIX = "An error occurred while processing the request: "  # LibreChat's, in stored answers
LONGEST = 1_000  # characters; ours are shorter
QUOTE = gettext_noop("%(sentence)s It said: %(said)s")
SENTENCES = (
    # The engine's and the wire's, which know no languages.
    gettext_noop("The provider closed the connection before the answer ended."),
    gettext_noop("The answer was stopped at the limit for one answer."),
    gettext_noop("The model was stopped after %(steps)s steps."),
    gettext_noop("The answer was cut off before its end."),
    gettext_noop("The answer ended without an end."),
    gettext_noop("The provider reported an error."),
    gettext_noop("The provider stopped with an error."),
    gettext_noop("The provider answered with status %(status)s."),
    gettext_noop("The provider sent an event that is too large."),
    gettext_noop("The provider answered with a web page instead of a stream."),
    gettext_noop("The provider sent an event that is not JSON."),
    gettext_noop("The provider sent an event that is not an object."),
    gettext_noop("The server was restarted before the answer began."),
    # Those of an answer that broke off.
    gettext_noop("The provider stopped answering; the text so far is saved."),
    gettext_noop("The answer passed the size limit; the text so far is saved."),
    gettext_noop("The answer was cut off before its end; the text so far is saved."),
    gettext_noop("Something went wrong here (error %(error)s)."),
    gettext_noop("Your balance is too low: %(balance)s credits, and this needs %(cost)s."),
    gettext_noop(
        "The balance of the group %(group)s is too low: %(balance)s credits, and this needs"
        " %(cost)s."
    ),
    gettext_noop("The budget “%(rule)s” is used up: %(model)s answers instead of %(asked)s."),
    # Those of a message that waited and could not be sent.
    gettext_noop("The message you are answering does not exist."),
    gettext_noop("Choose one of the offered models, then send again."),
    gettext_noop("Choose a model first."),
    gettext_noop("You have %(limit)s answers running. Wait for one to end."),
    # Those of an import that broke off.
    gettext_noop("Something unexpected happened; see the server's log."),
    gettext_noop("The uploaded file is gone. Upload it once more."),
)
_BEFORE = re.compile(rf"((?:{re.escape(PREFIX)})?(?:\d{{3}} )?)(.*)", re.DOTALL)
_PLACE = re.compile(r"%\((\w+)\)s")


def said(text: str) -> str:
    """Return a stored text in the active language if it is one of our sentences, else as it is.

    LibreChat's opening and a provider's status in front of it stay.
    """
    if not text or len(text) > LONGEST:
        return text
    found = _BEFORE.fullmatch(text)
    opening, sentence = found.groups() if found else ("", text)
    own = _own(sentence) or _quoting(sentence)
    return text if own is None else f"{opening}{own}"


def message_said(shape: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as LibreChat's JSON with what it says of a failure in our words."""
    shown = dict(shape)
    if shape.get("error"):
        shown["text"] = said(shape["text"])
    if "content" in shape:
        shown["content"] = [_part_said(part) for part in shape["content"]]
    return shown


def _part_said(part: dict[str, Any]) -> dict[str, Any]:
    told = part.get("error")
    is_told = part.get("type") == "error" and isinstance(told, str)
    return {**part, "error": said(str(told))} if is_told else part


def _own(sentence: str) -> str | None:
    msgid = _fixed().get(sentence)
    if msgid is not None:
        return gettext(msgid)
    for form, origin in _forms():
        if found := form.fullmatch(sentence):
            return gettext(origin) % found.groupdict()
    return None


def _quoting(text: str) -> str | None:
    """Return our sentence and behind it the provider's words, untouched."""
    for form in _written(QUOTE):
        found = _form(form).fullmatch(text)
        own = _own(found["sentence"]) if found else None
        if found and own is not None:
            return gettext(QUOTE) % {"sentence": own, "said": found["said"]}
    return None


def _msgids() -> Iterator[str]:
    yield from SENTENCES
    yield from (one.sentence for one in _family(ProviderError))
    yield from (one.sentence for one in _family(SetupError) if one.sentence)


def _family(kind: type[Kind]) -> Iterator[type[Kind]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _family(below)


@cache
def _fixed() -> Mapping[str, str]:
    """Return every sentence without values, in each language, and whose translation it is."""
    return {
        text: msgid for msgid in _msgids() if not _PLACE.search(msgid) for text in _written(msgid)
    }


@cache
def _forms() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return a pattern for every sentence with values, in each language."""
    return tuple(
        (_form(text), msgid)
        for msgid in _msgids()
        if _PLACE.search(msgid)
        for text in _written(msgid)
    )


@cache
def _written(msgid: str) -> tuple[str, ...]:
    """Return a sentence in each language, each once."""
    texts: list[str] = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts.append(gettext(msgid))
    return tuple(dict.fromkeys(texts))


@cache
def _form(text: str) -> re.Pattern[str]:
    """Return the pattern of a sentence with values; a name that comes twice is one value."""
    pieces, seen = [], set[str]()
    for place, piece in enumerate(_PLACE.split(text)):
        if place % 2 == 0:
            pieces.append(re.escape(piece.replace("%%", "%")))
        else:
            pieces.append(f"(?P={piece})" if piece in seen else f"(?P<{piece}>.+?)")
            seen.add(piece)
    return re.compile("".join(pieces), re.DOTALL)
