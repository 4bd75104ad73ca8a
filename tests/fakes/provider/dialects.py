"""The dialects' shared shape, and the error bodies of each."""

import json
from collections.abc import Iterator
from typing import Any, Protocol

from tests.fakes.provider.script import Script, Text, Thinking, ToolCall, Usage


class Dialect(Protocol):
    """Turns steps into the bytes of one wire dialect."""

    content_type: str

    def start(self, usage: Usage | None) -> bytes:
        """Return what comes before the first step."""
        ...

    def step(self, step: Text | Thinking | ToolCall) -> bytes:
        """Return one step's bytes."""
        ...

    def end(self, script: Script) -> bytes:
        """Return what ends a whole stream."""
        ...

    def whole(self, script: Script) -> dict[str, Any]:
        """Return the answer of a call that is not streamed."""
        ...

    def error(self, status: int) -> dict[str, Any]:
        """Return the error body of a status."""
        ...


MESSAGES = {
    400: "Invalid value for 'temperature': it must be at most 2.",
    401: "Incorrect API key provided: sk-pr********1234.",
    403: "This key may not use this model.",
    404: "The model `nope` does not exist or you do not have access to it.",
    413: "The request is larger than allowed.",
    429: "Rate limit reached for requests.",
    500: "The server had an error while processing the request at http://10.1.2.3:8000/run.",
    503: "The server is starting.",
    529: "Overloaded",
}


def message_of(status: int) -> str:
    """Return a sentence a provider could send with a status."""
    return MESSAGES.get(status, f"Status {status}")


def spoken(script: Script) -> Iterator[Text | Thinking | ToolCall]:
    """Yield the steps that carry content."""
    for step in script.steps:
        if isinstance(step, Text | Thinking | ToolCall):
            yield step


def joined(script: Script, kind: type[Text] | type[Thinking]) -> str:
    """Return all text of one kind."""
    return "".join(step.text for step in spoken(script) if isinstance(step, kind))


def calls(script: Script) -> list[ToolCall]:
    """Return the tool calls."""
    return [step for step in spoken(script) if isinstance(step, ToolCall)]


def data_line(body: dict[str, Any], event: str = "") -> bytes:
    """Return one server-sent event."""
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


def pieces(text: str, size: int = 7) -> list[str]:
    """Return the text in short pieces."""
    return [text[at : at + size] for at in range(0, len(text), size)]
