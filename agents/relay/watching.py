"""Streams that are handed on as they are, and what can be read off them for the account."""

import re
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

import orjson

from agents.llm.wire.anthropic_stream import UsageCounts
from agents.llm.wire.fields import JsonObject, object_of, text_of
from agents.llm.wire.neutral import Usage
from agents.llm.wire.openai_usage import in_and_out, usage_from
from agents.relay.problems import RelayError
from billing.pricing.cost import MAX_TOKENS

# ``media``: the streams of OpenAI's images, speech and transcriptions.
Wire: TypeAlias = Literal["chat", "messages", "responses", "media"]

MOST_BYTES = 8 * 1024 * 1024  # of one event
TOO_LARGE = "The model's server sent an event that is too large."
DONE = b"[DONE]"
USAGE = b'"usage"'
NO_USAGE = b'"usage":null'


def _types(*names: str) -> tuple[bytes, ...]:
    """Return how events name their type, with the blank after the colon and without."""
    return tuple(f'"type":{blank}"{name}"'.encode() for name in names for blank in ("", " "))


# What ends a whole stream. Inside a JSON text the quotes would be escaped.
ENDS: dict[Wire, tuple[bytes, ...]] = {
    "chat": (b"data: [DONE]", b"data:[DONE]", b'"finish_reason":"', b'"finish_reason": "'),
    "messages": _types("message_stop"),
    "responses": _types("response.completed", "response.incomplete", "response.failed"),
    "media": (
        b"data: [DONE]",
        *_types("transcript.text.done", "speech.audio.done", "image_generation.completed"),
    ),
}
EVENT_ENDS = (b"\n\n", b"\r\r", b"\r\n\r\n", b"\n\r\n", b"\r\n\n")
EVENT_END = re.compile(b"|".join(EVENT_ENDS))  # none begins as another does
ERRORS = (b'"error":{', b'"error": {', *_types("error", "response.failed"))
ERROR, FAILED = b'"error"', b'"response.failed"'  # one of them is in each: two looks, not six
FAILURES = ("error", "response.failed")


class Watcher:
    """Reads a copy of a stream: its end, its usage, how much came. Bytes in any pieces."""

    def __init__(self, wire: Wire) -> None:
        self.events = 0  # with data: about one token each
        self.is_done = False
        self.has_failed = False
        self.wire: Wire = wire
        self.response_id = ""  # of a response, as soon as it is told
        self._ends = ENDS[wire]
        self._rest = b""
        self._counts = UsageCounts()
        self._usage: Usage | None = None

    @property
    def is_between_events(self) -> bool:
        """Whether something of our own may be sent now."""
        return not self._rest

    def feed(self, chunk: bytes) -> bytes:
        """Return the whole events there are now, as they came.

        Raises:
            RelayError: one is too large; a part of it would be garbage for whoever reads it.
        """
        text = self._rest + chunk if self._rest else chunk
        end = _last_end(text)
        if len(text) - end > MOST_BYTES:
            raise RelayError("upstream_truncated", TOO_LARGE)
        if not end:
            self._rest = text
            return b""
        whole, self._rest = text[:end], text[end:]
        self._take(whole)
        return whole

    def finish(self) -> bytes:
        """Return the last event when the sender left out the blank line after it.

        Half an event is nothing: its reader would fail at it instead of at the error that follows.
        """
        rest, self._rest = self._rest, b""
        if not _is_readable(rest):
            return b""
        self._take(rest)
        return rest + b"\n\n"

    def usage(self) -> Usage | None:
        """Return the provider's count so far."""
        return credible(self._counts.usage() if self.wire == "messages" else self._usage)

    def _take(self, whole: bytes) -> None:
        self.events += whole.count(b"data:")
        if not self.is_done and any(mark in whole for mark in self._ends):
            self.is_done = True
        if (ERROR in whole or FAILED in whole) and any(mark in whole for mark in ERRORS):
            self.has_failed = self.has_failed or _has_error(whole)
        if self.wire == "responses" and not self.response_id:
            self.response_id = _response_id(whole)
        if USAGE in whole:
            for line in whole.splitlines():
                if USAGE in line and NO_USAGE not in line and line.startswith(b"data:"):
                    self._take_usage(line[5:])

    def _take_usage(self, data: bytes) -> None:
        try:
            body = orjson.loads(data)
        except orjson.JSONDecodeError:
            return
        match self.wire:
            case "chat":
                self._usage = usage_from(object_of(body)) or self._usage
            case "messages":
                fields = object_of(body)
                self._counts.update(object_of(object_of(fields.get("message")).get("usage")))
                self._counts.update(object_of(fields.get("usage")))
            case "responses":
                response = object_of(object_of(body).get("response"))
                self._usage = in_and_out(response) or self._usage
            case "media":
                self._usage = in_and_out(object_of(body)) or self._usage


class UsageHider:
    """Takes the last chunk with the count out of a stream whose client did not ask for it."""

    def feed(self, whole: bytes) -> bytes:
        """Return whole events without the one that only counts."""
        if USAGE not in whole or (b'"choices":[]' not in whole and b'"choices": []' not in whole):
            return whole
        kept, start = b"", 0
        for end in EVENT_END.finditer(whole):
            event = whole[start : end.end()]
            kept += b"" if _only_counts(event) else event
            start = end.end()
        return kept + whole[start:]


def answer_usage(wire: Wire, fields: JsonObject) -> Usage | None:
    """Return the count in a whole answer."""
    return credible(USAGE_READERS[wire](fields))


def credible(usage: Usage | None) -> Usage | None:
    """Return a provider's count; None for one that nobody could have used."""
    if usage is None or max(usage.prompt_tokens, usage.output_tokens) > MAX_TOKENS:
        return None
    return usage


def _messages_usage(fields: JsonObject) -> Usage | None:
    counts = UsageCounts()
    counts.update(object_of(fields.get("usage")))
    return counts.usage()


USAGE_READERS: Mapping[Wire, Callable[[JsonObject], Usage | None]] = {
    "chat": usage_from,
    "messages": _messages_usage,
    "responses": in_and_out,
    "media": in_and_out,
}


def _last_end(text: bytes) -> int:
    """Return where the last whole event ends; 0 for nowhere."""
    if b"\r" not in text:
        found = text.rfind(b"\n\n")
        return found + 2 if found >= 0 else 0
    return max(text.rfind(end) + len(end) if end in text else 0 for end in EVENT_ENDS)


def _is_readable(event: bytes) -> bool:
    """Return whether an event's data is all there."""
    lines = [line[5:] for line in event.splitlines() if line.startswith(b"data:")]
    if b"".join(lines).strip() == DONE:
        return True
    try:
        orjson.loads(b"\n".join(lines))
    except orjson.JSONDecodeError:
        return False
    return True


def _has_error(whole: bytes) -> bool:
    """Return whether an event is an error; the words may also stand in an answer's metadata."""
    for line in whole.splitlines():
        if line.startswith(b"data:") and any(mark in line for mark in ERRORS):
            try:
                fields = object_of(orjson.loads(line[5:]))
            except orjson.JSONDecodeError:
                continue
            if fields.get("error") or fields.get("type") in FAILURES:
                return True
    return False


def _response_id(whole: bytes) -> str:
    """Return the id of the response that events tell of; the word may also be in what is said."""
    for line in whole.splitlines():
        if line.startswith(b"data:") and b'"response"' in line:
            try:
                response = object_of(object_of(orjson.loads(line[5:])).get("response"))
            except orjson.JSONDecodeError:
                continue
            if response:
                return text_of(response.get("id"))
    return ""


def _only_counts(event: bytes) -> bool:
    data = event.partition(b"data:")[2]
    if USAGE not in data or NO_USAGE in data:
        return False
    try:
        fields = object_of(orjson.loads(data))
    except orjson.JSONDecodeError:
        return False
    return fields.get("choices") == [] and bool(fields.get("usage"))
