"""Streams that are handed on as they are, and what can be read off them for the account."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

import orjson

from agents.llm.wire.anthropic_stream import UsageCounts
from agents.llm.wire.fields import JsonObject, object_of
from agents.llm.wire.neutral import Usage
from agents.llm.wire.openai_usage import in_and_out, usage_from
from billing.pricing.cost import MAX_TOKENS

# ``media``: the streams of OpenAI's images, speech and transcriptions.
Wire: TypeAlias = Literal["chat", "messages", "responses", "media"]

MOST_BYTES = 8 * 1024 * 1024  # of one event
USAGE = b'"usage"'
NO_USAGE = b'"usage":null'
# What ends a whole stream. Inside a JSON text the quotes would be escaped.
ENDS: dict[Wire, tuple[bytes, ...]] = {
    "chat": (b"data: [DONE]", b"data:[DONE]", b'"finish_reason":"', b'"finish_reason": "'),
    "messages": (b'"type":"message_stop"', b'"type": "message_stop"'),
    "responses": (
        b'"type":"response.completed"',
        b'"type":"response.incomplete"',
        b'"type":"response.failed"',
        b'"type": "response.completed"',
    ),
    "media": (
        b"data: [DONE]",
        b'"type":"transcript.text.done"',
        b'"type": "transcript.text.done"',
        b'"type":"speech.audio.done"',
        b'"type": "speech.audio.done"',
        b'"type":"image_generation.completed"',
        b'"type": "image_generation.completed"',
    ),
}
EVENT_ENDS = (b"\n\n", b"\r\r", b"\r\n\r\n", b"\n\r\n", b"\r\n\n")
ERRORS = (b'"error":{', b'"error": {', b'"type":"error"', b'"type": "error"')


class Watcher:
    """Reads a copy of a stream: its end, its usage, how much came. Bytes in any pieces."""

    def __init__(self, wire: Wire) -> None:
        self.events = 0  # with data: about one token each
        self.is_done = False
        self.has_failed = False
        self._wire: Wire = wire
        self._rest = b""
        self._counts = UsageCounts()
        self._usage: Usage | None = None

    @property
    def is_between_events(self) -> bool:
        """Whether something of our own may be sent now."""
        return not self._rest

    def feed(self, chunk: bytes) -> bytes:
        """Return the whole events there are now, as they came."""
        text = self._rest + chunk if self._rest else chunk
        end = _last_end(text)
        if not end:
            self._rest = text if len(text) <= MOST_BYTES else b""
            return b""
        whole, self._rest = text[:end], text[end:]
        self._take(whole)
        return whole

    def finish(self) -> bytes:
        """Return what is left when the sender left out the blank line at the end."""
        rest, self._rest = self._rest, b""
        if rest:
            self._take(rest)
        return rest

    def usage(self) -> Usage | None:
        """Return the provider's count so far."""
        return credible(self._counts.usage() if self._wire == "messages" else self._usage)

    def _take(self, whole: bytes) -> None:
        self.events += whole.count(b"data:")
        if not self.is_done and any(mark in whole for mark in ENDS[self._wire]):
            self.is_done = True
        if any(mark in whole for mark in ERRORS):
            self.has_failed = self.has_failed or _has_error(whole)
        if USAGE in whole:
            for line in whole.splitlines():
                if USAGE in line and NO_USAGE not in line and line.startswith(b"data:"):
                    self._take_usage(line[5:])

    def _take_usage(self, data: bytes) -> None:
        try:
            body = orjson.loads(data)
        except orjson.JSONDecodeError:
            return
        match self._wire:
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
        events = whole.split(b"\n\n")
        return b"\n\n".join(event for event in events if not _only_counts(event))


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
        return text.rfind(b"\n\n") + 2 if b"\n\n" in text else 0
    return max(text.rfind(end) + len(end) if end in text else 0 for end in EVENT_ENDS)


def _has_error(whole: bytes) -> bool:
    """Return whether an event is an error; the words may also stand in an answer's metadata."""
    for line in whole.splitlines():
        if line.startswith(b"data:") and any(mark in line for mark in ERRORS):
            try:
                fields = object_of(orjson.loads(line[5:]))
            except orjson.JSONDecodeError:
                continue
            if fields.get("error") or fields.get("type") == "error":
                return True
    return False


def _only_counts(event: bytes) -> bool:
    data = event.partition(b"data:")[2]
    if USAGE not in data or NO_USAGE in data:
        return False
    try:
        fields = object_of(orjson.loads(data))
    except orjson.JSONDecodeError:
        return False
    return fields.get("choices") == [] and bool(fields.get("usage"))
