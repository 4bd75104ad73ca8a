"""Neutral messages, tools and chunks in LangChain's forms; imports no LangChain."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import orjson

from agents.llm.wire.neutral import (
    Event,
    StopReason,
    TextDelta,
    ThinkingDelta,
    Tool,
    ToolCallDelta,
    ToolCallStarted,
    Usage,
)
from agents.llm.wire.parts import (
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.turns import repaired

LONGEST_CALL_ID = 64
KEPT = ("5m", "1h")  # how long Anthropic's cache keeps what is written into it
STOP_REASONS: dict[str, StopReason] = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_use": "tool_calls",
    "safety": "content_filter",
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
}


class Chunk(Protocol):
    """The fields of LangChain's ``AIMessageChunk`` that are read here."""

    content: str | list[Any]
    additional_kwargs: Mapping[str, Any]
    response_metadata: Mapping[str, Any]
    usage_metadata: Mapping[str, Any] | None
    tool_call_chunks: list[Mapping[str, Any]]


def message_dicts(messages: tuple[Message, ...]) -> list[dict[str, object]]:
    """Return messages as ``convert_to_messages`` of LangChain takes them."""
    turns: list[dict[str, object]] = []
    for message in repaired(messages, longest_id=LONGEST_CALL_ID):
        results = [part for part in message.parts if isinstance(part, ToolResultPart)]
        if message.role != "tool":
            turns.append(_turn(message))
        turns.extend(
            {"role": "tool", "tool_call_id": part.call_id, "content": _content(part.content)}
            for part in results
        )
    return turns


def _turn(message: Message) -> dict[str, object]:
    turn: dict[str, object] = {"role": message.role, "content": _content(message.parts)}
    calls = [part for part in message.parts if isinstance(part, ToolCallPart)]
    if calls:
        turn["tool_calls"] = [
            {"id": call.id, "name": call.name, "args": _arguments(call), "type": "tool_call"}
            for call in calls
        ]
    return turn


def _content(parts: Iterable[Part]) -> str | list[dict[str, object]]:
    blocks: list[dict[str, object]] = []
    for part in parts:
        match part:
            case TextPart(text=text):
                blocks.append({"type": "text", "text": text})
            case ImagePart():
                blocks.append({"type": "image_url", "image_url": {"url": _image_url(part)}})
            case DocumentPart(text=text, title=title) if text:
                blocks.append({"type": "text", "text": f"{title}\n\n{text}".strip()})
            case DocumentPart():
                blocks.append({"type": "text", "text": f"[Document not sent: {part.title}]"})
            case ThinkingPart() | ToolCallPart() | ToolResultPart():
                pass
    if all(block["type"] == "text" for block in blocks):
        return "\n".join(str(block["text"]) for block in blocks)
    return blocks


def _image_url(image: ImagePart) -> str:
    return image.url or f"data:{image.media_type};base64,{image.base64}"


def _arguments(call: ToolCallPart) -> dict[str, object]:
    try:
        arguments = orjson.loads(call.arguments or "{}")
    except orjson.JSONDecodeError:
        return {}
    return arguments if isinstance(arguments, dict) else {}


def tool_dicts(tools: tuple[Tool, ...]) -> list[dict[str, object]]:
    """Return tools as ``bind_tools`` takes them."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters) or {"type": "object", "properties": {}},
            },
        }
        for tool in tools
    ]


class ChunkReader:
    """Reads one answer's chunks."""

    def __init__(self) -> None:
        self._calls: dict[object, int] = {}
        self._usage = Usage()
        self._reason: StopReason = "stop"

    @property
    def usage(self) -> Usage | None:
        """The count so far, None when nothing was counted."""
        return self._usage if self._usage != Usage() else None

    @property
    def reason(self) -> StopReason:
        """Why the model stopped."""
        return "tool_calls" if self._calls and self._reason == "stop" else self._reason

    def read(self, chunk: Chunk) -> list[Event]:
        """Return a chunk's events."""
        events: list[Event] = []
        if thought := chunk.additional_kwargs.get("reasoning_content"):
            events.append(ThinkingDelta(str(thought)))
        if isinstance(chunk.content, str):
            if chunk.content:
                events.append(TextDelta(chunk.content))
        else:
            events.extend(event for block in chunk.content for event in _block(block))
        for call in chunk.tool_call_chunks:
            events.extend(self._call(call))
        if chunk.usage_metadata:
            self._count(chunk.usage_metadata)
        for name in ("finish_reason", "done_reason", "stopReason", "stop_reason"):
            reason = str(chunk.response_metadata.get(name) or "").lower()
            self._reason = STOP_REASONS.get(reason, self._reason)
        return events

    def _call(self, call: Mapping[str, Any]) -> list[Event]:
        index, call_id, name = call.get("index"), call.get("id"), call.get("name")
        key = index if index is not None else call_id
        events: list[Event] = []
        if name and key not in self._calls:
            self._calls[key] = len(self._calls)
            number = self._calls[key]
            events.append(ToolCallStarted(number, str(call_id or f"call_{number}"), str(name)))
        number = self._calls.get(key, len(self._calls) - 1)
        if call.get("args") and number >= 0:
            events.append(ToolCallDelta(number, str(call["args"])))
        return events

    def _count(self, counts: Mapping[str, Any]) -> None:
        # LangChain's chunks are meant to be added up.
        inputs = counts.get("input_token_details") or {}
        outputs = counts.get("output_token_details") or {}
        read, written = inputs.get("cache_read") or 0, inputs.get("cache_creation") or 0
        # What is told by how long it is kept is not told once more as a whole.
        short, long = (inputs.get(f"ephemeral_{name}_input_tokens") or 0 for name in KEPT)
        written = max(written, short + long)
        known = self._usage
        self._usage = Usage(
            known.input_tokens + max(0, (counts.get("input_tokens") or 0) - read - written),
            known.output_tokens + (counts.get("output_tokens") or 0),
            known.cache_read_tokens + read,
            known.cache_write_tokens + written,
            known.reasoning_tokens + (outputs.get("reasoning") or 0),
            cache_write_long_tokens=known.cache_write_long_tokens + long,
        )


def _block(block: object) -> Iterable[Event]:
    if isinstance(block, str):
        yield TextDelta(block)
        return
    match block:
        case {"type": "text", "text": str(text)} if text:
            yield TextDelta(text)
        case {"type": "thinking", "thinking": str(text)} if text:
            yield ThinkingDelta(text)
        case {"type": "reasoning", "reasoning": str(text)} if text:
            yield ThinkingDelta(text)
        case {"type": "reasoning_content", "reasoning_content": {"text": str(text)}} if text:
            yield ThinkingDelta(text)
        case _:
            return
