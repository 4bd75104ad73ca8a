"""The JSON payloads of a provider's event stream, whatever pieces the bytes come in."""

from dataclasses import dataclass
from typing import TypeAlias

from agents.llm.wire.fields import JsonObject, NotJsonError, parse_json
from librechat.kernel.sse import SseParser

MAX_PRELUDE_BYTES = 8 * 1024 * 1024
DONE = "[DONE]"


@dataclass(frozen=True, slots=True)
class Payload:
    """One event; ``name`` is its SSE name, "message" when it has none."""

    name: str
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Done:
    """The sender's ``[DONE]`` mark."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The stream stops making sense here; nothing comes after it."""

    message: str


Item: TypeAlias = Payload | Done | Unreadable


class PayloadReader:
    """Bytes → payloads, in order; an item is the same for any split of the bytes."""

    def __init__(self) -> None:
        self._parser = SseParser()
        self._prelude: list[bytes] = []  # bytes until the first event: perhaps no SSE at all
        self._prelude_bytes = 0
        self._has_events = False

    def feed(self, chunk: bytes) -> list[Item]:
        """Return the items that this chunk completes."""
        items: list[Item] = []
        for event in self._parser.feed(chunk):
            self._has_events = True
            item = _item(event.event, event.data)
            if item:
                items.append(item)
        if self._parser.is_overflowed:
            items.append(Unreadable("The provider sent an event that is too large."))
        elif not self._has_events and self._prelude_bytes <= MAX_PRELUDE_BYTES:
            self._prelude.append(chunk)
            self._prelude_bytes += len(chunk)
        return items

    def finish(self) -> list[Item]:
        """Return what was left when the bytes ended; a half event is left out."""
        rest = [_item(event.event, event.data) for event in self._parser.finish()]
        if rest or self._has_events:
            return [item for item in rest if item and not isinstance(item, Unreadable)]
        return self._whole_body()

    def _whole_body(self) -> list[Item]:
        # Some servers answer a streaming request with one JSON body, some proxies with a page.
        body = b"".join(self._prelude).strip()
        if body.startswith(b"<"):
            return [Unreadable("The provider answered with a web page instead of a stream.")]
        try:
            parsed = parse_json(body)
        except NotJsonError:
            return []
        return [Payload("message", parsed)] if isinstance(parsed, dict) else []


def _item(name: str, text: str) -> Item | None:
    stripped = text.strip()
    if not stripped:
        return None
    if stripped == DONE:
        return Done()
    try:
        body = parse_json(text)
    except NotJsonError:
        return Unreadable("The provider sent an event that is not JSON.")
    if not isinstance(body, dict):
        return Unreadable("The provider sent an event that is not an object.")
    return Payload(name, body)
