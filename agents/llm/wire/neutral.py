"""Neutral types: what a conversation, a request and a stream are, whatever the wire dialect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

# --- What a message is made of -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextPart:
    """Plain text."""

    text: str
    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image, either inline (base64) or by address; exactly one of the two is set."""

    media_type: str = ""
    base64: str = ""
    url: str = ""
    detail: str = ""
    type: Literal["image"] = "image"


@dataclass(frozen=True, slots=True)
class ThinkingPart:
    """Reasoning; the signature proves it to the provider that made it.

    ``redacted`` is the provider's opaque form; then ``text`` is empty.
    """

    text: str = ""
    signature: str = ""
    redacted: str = ""
    type: Literal["thinking"] = "thinking"


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A model's wish to call a tool; ``arguments`` is JSON text exactly as streamed."""

    id: str
    name: str
    arguments: str
    type: Literal["tool_call"] = "tool_call"


@dataclass(frozen=True, slots=True)
class ToolResultPart:
    """What a tool answered."""

    call_id: str
    content: tuple["TextPart | ImagePart", ...]
    is_error: bool = False
    type: Literal["tool_result"] = "tool_result"


Part: TypeAlias = TextPart | ImagePart | ThinkingPart | ToolCallPart | ToolResultPart
Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn; a ``tool`` message holds only tool results."""

    role: Role
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may call; ``parameters`` is a JSON Schema object."""

    name: str
    description: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call of a chat model.

    ``parameters``: wire-neutral names → values; known: temperature, top_p, top_k, max_tokens,
    stop (list), presence_penalty, frequency_penalty, seed, reasoning_effort, thinking (bool),
    thinking_budget (tokens), verbosity, tool_choice ("auto" | "none" | "required" | tool name),
    parallel_tool_calls (bool), prompt_cache (bool), prompt_cache_ttl ("5m" | "1h"), user,
    reasoning_replay (name of the OpenAI field that carries earlier thinking back).
    ``extra``: fields put into the wire body as they are (addParams), after everything else.
    ``dropped``: names of wire fields left out (dropParams).
    """

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()


# --- What comes back -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, by class; the classes do not overlap except ``reasoning_tokens``.

    ``input_tokens`` leaves out cached ones; ``output_tokens`` includes ``reasoning_tokens``.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    is_estimated: bool = False

    @property
    def prompt_tokens(self) -> int:
        """All tokens that went in."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens


StopReason: TypeAlias = Literal["stop", "length", "tool_calls", "refusal", "content_filter"]


@dataclass(frozen=True, slots=True)
class Started:
    """The provider accepted the call."""

    id: str = ""
    model: str = ""
    type: Literal["started"] = "started"


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More answer text."""

    text: str
    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """More reasoning text."""

    text: str
    type: Literal["thinking"] = "thinking"


@dataclass(frozen=True, slots=True)
class ThinkingSigned:
    """The open reasoning part is complete and signed (or redacted)."""

    signature: str = ""
    redacted: str = ""
    type: Literal["thinking_signed"] = "thinking_signed"


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """A tool call opens; ``index`` tells parallel calls apart within this response."""

    index: int
    id: str
    name: str
    type: Literal["tool_call_started"] = "tool_call_started"


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """More JSON text of a call's arguments."""

    index: int
    arguments: str
    type: Literal["tool_call_delta"] = "tool_call_delta"


@dataclass(frozen=True, slots=True)
class UsageReported:
    """The provider's count so far; a later one replaces an earlier one."""

    usage: Usage
    type: Literal["usage"] = "usage"


@dataclass(frozen=True, slots=True)
class Finished:
    """The model ended its turn. Always the last event of a whole stream."""

    reason: StopReason
    type: Literal["finished"] = "finished"


@dataclass(frozen=True, slots=True)
class Failed:
    """The stream reported an error, was cut or cannot be understood. Always the last event.

    ``kind``: cut (no end marker), malformed, or the provider's own error type.
    """

    kind: str
    message: str
    is_retryable: bool = False
    type: Literal["failed"] = "failed"


Event: TypeAlias = (
    Started
    | TextDelta
    | ThinkingDelta
    | ThinkingSigned
    | ToolCallStarted
    | ToolCallDelta
    | UsageReported
    | Finished
    | Failed
)


@dataclass(frozen=True, slots=True)
class ChatResponse:
    """A whole answer, not streamed."""

    id: str
    model: str
    parts: tuple[Part, ...]
    reason: StopReason
    usage: Usage | None
