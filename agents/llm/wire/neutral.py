"""Neutral types: what a request and a stream are, whatever the wire dialect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from agents.llm.wire.parts import CacheMark, Message, Part, ToolKind


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may call; ``parameters`` is a JSON Schema object.

    ``is_strict``: arguments must follow the schema; None when the client did not say.
    A ``custom`` tool takes free text in place of an object; ``grammar`` is OpenAI's description
    of that text (``{"type": "grammar", "syntax": …, "definition": …}``).
    """

    name: str
    description: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    is_strict: bool | None = None
    kind: ToolKind = "function"
    grammar: Mapping[str, object] = field(default_factory=dict)
    cache: CacheMark = ""


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """Structured output that is asked for; ``schema`` is set for ``json_schema`` only."""

    kind: Literal["json_object", "json_schema"]
    name: str = ""
    description: str = ""
    schema: Mapping[str, object] = field(default_factory=dict)
    is_strict: bool | None = None


@dataclass(frozen=True, slots=True)
class PausedTurn:
    """What a model has said in a turn that its provider broke off to have it continued.

    ``content``: in the provider's own words; sent back as it is, the model goes on from there.
    ``container``: where its code runs, "" for nowhere.
    """

    content: tuple[Mapping[str, object], ...]
    container: str = ""

    def then(self, later: "PausedTurn") -> "PausedTurn":
        """Return the turn after it went on and was broken off again."""
        return PausedTurn(self.content + later.content, later.container or self.container)


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call of a chat model.

    ``parameters``: wire-neutral names → values; known: temperature, top_p, top_k, max_tokens,
    stop (list), presence_penalty, frequency_penalty, seed, reasoning_effort, thinking (bool),
    thinking_budget (tokens), verbosity, tool_choice ("auto" | "none" | "required" | tool name),
    parallel_tool_calls (bool), prompt_cache (bool), prompt_cache_ttl ("5m" | "1h"),
    automatic_cache ("5m" | "1h": the provider itself marks the prompt's end), user,
    reasoning_replay (name of the OpenAI field that carries earlier thinking back),
    reasoning_display ("summarized" | "omitted"), service_tier ("auto" | "standard" | "priority" |
    "flex" | "fast"), prompt_cache_key.
    ``output``: structured output that is asked for.
    ``capabilities``: what an operator says about the model, over what its name tells; the names
    are the attributes of the dialect's ``ModelTraits``.
    ``extra``: fields put into the wire body as they are (addParams), after everything else.
    ``dropped``: names of wire fields left out (dropParams).
    ``continued``: the turn behind the messages that is to go on, of the same provider.
    """

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    output: OutputFormat | None = None
    capabilities: Mapping[str, object] = field(default_factory=dict)
    continued: PausedTurn | None = None


# --- What comes back -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, by class.

    ``input_tokens`` leaves out cached ones; ``output_tokens`` includes ``reasoning_tokens`` and,
    beside them, ``audio_output_tokens``; ``image_tokens``, ``audio_tokens`` and
    ``embedding_tokens`` lie within the prompt; ``cache_write_long_tokens`` lie within
    ``cache_write_tokens``: written to be kept longer than the provider's usual few minutes. The
    others do not overlap.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    image_tokens: int = 0
    audio_tokens: int = 0
    embedding_tokens: int = 0
    cache_write_long_tokens: int = 0
    audio_output_tokens: int = 0
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
    """The open reasoning part is complete and signed (or redacted); ``format`` as in the part."""

    signature: str = ""
    redacted: str = ""
    format: str = ""
    type: Literal["thinking_signed"] = "thinking_signed"


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """A tool call opens; ``index`` tells parallel calls apart within this response."""

    index: int
    id: str
    name: str
    kind: ToolKind = "function"
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
    """The model ended its turn. Always the last event of a whole stream.

    ``stop_sequence``: which of the asked-for sequences ended it. ``explanation``: why it refused.
    ``paused``: the provider broke the turn off; whoever does not have it continued takes it as
    ended.
    """

    reason: StopReason
    stop_sequence: str = ""
    explanation: str = ""
    paused: PausedTurn | None = None
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
    stop_sequence: str = ""
    explanation: str = ""
