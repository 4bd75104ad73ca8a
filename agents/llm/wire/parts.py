"""Neutral types: what a message is made of, whatever the wire dialect."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

CacheMark: TypeAlias = Literal["", "5m", "1h"]  # a client's wish: what ends here is kept so long
ToolKind: TypeAlias = Literal["function", "custom"]


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain text."""

    text: str
    cache: CacheMark = ""
    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image, either inline (base64) or by address; exactly one of the two is set."""

    media_type: str = ""
    base64: str = ""
    url: str = ""
    detail: str = ""
    cache: CacheMark = ""
    type: Literal["image"] = "image"


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A document: inline (base64), as text, or by address; exactly one of the three is set.

    ``title``: its file name or heading. ``context``: what the client says about it.
    """

    media_type: str = "application/pdf"
    base64: str = ""
    text: str = ""
    url: str = ""
    title: str = ""
    context: str = ""
    cache: CacheMark = ""
    type: Literal["document"] = "document"


@dataclass(frozen=True, slots=True)
class ThinkingPart:
    """Reasoning; the signature proves it to the provider that made it.

    ``redacted`` is the provider's opaque form; then ``text`` is empty. ``format``: whose proof it
    is (``anthropic``, ``openai``), "" when nobody said.
    """

    text: str = ""
    signature: str = ""
    redacted: str = ""
    format: str = ""
    type: Literal["thinking"] = "thinking"


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A model's wish to call a tool; ``arguments`` is JSON text exactly as streamed.

    A ``custom`` call's arguments are free text.
    """

    id: str
    name: str
    arguments: str
    kind: ToolKind = "function"
    cache: CacheMark = ""
    type: Literal["tool_call"] = "tool_call"


@dataclass(frozen=True, slots=True)
class ToolResultPart:
    """What a tool answered."""

    call_id: str
    content: tuple["TextPart | ImagePart | DocumentPart", ...]
    is_error: bool = False
    cache: CacheMark = ""
    type: Literal["tool_result"] = "tool_result"


Part: TypeAlias = TextPart | ImagePart | DocumentPart | ThinkingPart | ToolCallPart | ToolResultPart
Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn; a ``tool`` message holds only tool results.

    ``name``: who of several people speaks, where a client says so.
    """

    role: Role
    parts: tuple[Part, ...]
    name: str = ""
