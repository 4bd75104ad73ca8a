"""Whole answers of the messages API, and what whole and streamed answers share."""

import re
from collections.abc import Iterable

from agents.llm.wire.anthropic_messages import arguments_object
from agents.llm.wire.neutral import ChatResponse, StopReason, Usage
from agents.llm.wire.parts import TextPart, ThinkingPart, ToolCallPart
from agents.llm.wire.serving.asked import Answering

STOP_REASONS: dict[StopReason, str] = {
    "stop": "end_turn",
    "tool_calls": "end_turn",  # calls that are there make it tool_use
    "length": "max_tokens",
    "refusal": "refusal",
    "content_filter": "refusal",
}
_FOREIGN = re.compile(r"[^a-zA-Z0-9_-]")


def render_response(response: ChatResponse, answering: Answering) -> dict[str, object]:
    """Return the body of a whole answer to ``POST /v1/messages``."""
    content = list(_blocks(response, answering))
    has_calls = any(block["type"] == "tool_use" for block in content)
    ending = stop_fields(
        response.reason,
        has_calls=has_calls,
        stop_sequence=response.stop_sequence,
        explanation=response.explanation,
    )
    return {
        "id": message_id(answering),
        "type": "message",
        "role": "assistant",
        "model": answering.model,
        "content": content,
        **ending,
        "usage": usage_fields(response.usage or Usage()),
    }


def message_id(answering: Answering) -> str:
    """Return the id of an answer."""
    return f"msg_{answering.id}"


def call_id(given: str, answering: Answering, number: int) -> str:
    """Return a call's id in the characters that this dialect allows; none gets one."""
    return _FOREIGN.sub("_", given) or f"toolu_{answering.id}_{number}"


def stop_fields(
    reason: StopReason, *, has_calls: bool, stop_sequence: str = "", explanation: str = ""
) -> dict[str, object]:
    """Return ``stop_reason``, ``stop_sequence`` and, for a refusal, ``stop_details``."""
    name = STOP_REASONS[reason]
    if name == "refusal":
        details = {"type": "refusal", "category": None, "explanation": explanation or None}
        return {"stop_reason": name, "stop_sequence": None, "stop_details": details}
    if name == "end_turn" and has_calls:
        name = "tool_use"
    elif name == "end_turn" and stop_sequence:
        return {"stop_reason": "stop_sequence", "stop_sequence": stop_sequence}
    return {"stop_reason": name, "stop_sequence": None}


def usage_fields(usage: Usage) -> dict[str, object]:
    """Return the counts; cached tokens stand beside the input, not inside it."""
    fields: dict[str, object] = {
        "input_tokens": usage.input_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
    }
    long = usage.cache_write_long_tokens
    if long:
        short = usage.cache_write_tokens - long
        split = {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long}
        fields["cache_creation"] = split
    if usage.reasoning_tokens:
        fields["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return fields


def _blocks(response: ChatResponse, answering: Answering) -> Iterable[dict[str, object]]:
    for number, part in enumerate(response.parts):
        match part:
            case TextPart() if part.text:
                yield {"type": "text", "text": part.text}
            case ThinkingPart() if part.redacted:
                yield {"type": "redacted_thinking", "data": part.redacted}
            case ThinkingPart():
                yield {"type": "thinking", "thinking": part.text, "signature": part.signature}
            case ToolCallPart():
                yield {
                    "type": "tool_use",
                    "id": call_id(part.id, answering, number),
                    "name": part.name,
                    "input": arguments_object(part.arguments),
                }
            case _:
                pass  # models answer with nothing else
