"""Scripts: what the stand-in says, step by step, and how it misbehaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Text:
    """One chunk of answer text."""

    text: str


@dataclass(frozen=True)
class Thinking:
    """One chunk of reasoning."""

    text: str


@dataclass(frozen=True)
class ToolCall:
    """A whole tool call; its arguments are sent in pieces where the dialect knows pieces."""

    name: str
    arguments: str = "{}"
    id: str = "call_1"


@dataclass(frozen=True)
class Delay:
    """Silence, then on."""

    seconds: float


@dataclass(frozen=True)
class Hang:
    """Silence until the client goes away."""


@dataclass(frozen=True)
class Cut:
    """Drop the socket here."""


@dataclass(frozen=True)
class Raw:
    """Bytes written as they are, in the middle of the stream."""

    content: bytes


@dataclass(frozen=True)
class Endless:
    """The same text again and again until the client goes away."""

    text: str = "and on "
    every_seconds: float = 0.001


Step: TypeAlias = Text | Thinking | ToolCall | Delay | Hang | Cut | Raw | Endless


@dataclass(frozen=True)
class Usage:
    """The count the stand-in reports.

    cached_tokens, written_tokens: read from and written into the cache, both of the input;
    written_long_tokens: of those written, to be kept for an hour. audio_tokens: of the input;
    reasoning_tokens, audio_output_tokens: of the output.
    """

    input_tokens: int = 11
    output_tokens: int = 7
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    written_tokens: int = 0
    written_long_tokens: int = 0
    audio_tokens: int = 0
    audio_output_tokens: int = 0


@dataclass(frozen=True)
class Script:
    """One answer.

    ``usage``: None reports nothing. ``stop``: "stop", "length" or "tool_calls".
    ``body``: replaces the dialect's error body when the status is not 200.
    ``wait_before_headers``: silence before the status line.
    ``drip``: bytes per write, 0 for one write per event. ``cut_at_byte``: drop the socket there.
    """

    steps: tuple[Step, ...] = ()
    usage: Usage | None = field(default_factory=Usage)
    stop: str = "stop"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = ""
    wait_before_headers: float = 0
    drip: int = 0
    cut_at_byte: int | None = None


def says(*chunks: str) -> Script:
    """Return a script that answers with these text chunks."""
    return Script(steps=tuple(Text(chunk) for chunk in chunks))


def refuses(status: int, *, retry_after: str = "", body: bytes | None = None) -> Script:
    """Return a script that answers with an HTTP error."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return Script(status=status, headers=headers, body=body)


def page(html: str = "<html><body>Bad gateway</body></html>", status: int = 200) -> Script:
    """Return a script that answers with a web page instead of the protocol."""
    return Script(
        status=status,
        body=html.encode(),
        content_type="text/html; charset=utf-8",
    )


def text_of(script: Script) -> str:
    """Return the answer text a script would send when nothing breaks."""
    return "".join(step.text for step in script.steps if isinstance(step, Text))
