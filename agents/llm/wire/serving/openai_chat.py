"""Chat completions from the server's side: requests, whole answers, streamed answers."""

import re
from dataclasses import replace

from agents.llm.wire.neutral import ChatResponse
from agents.llm.wire.parts import TextPart, ThinkingPart, ToolCallPart
from agents.llm.wire.serving.asked import Answering, Encoder
from agents.llm.wire.serving.openai_chat_requests import LEGACY, parse_request
from agents.llm.wire.serving.openai_chat_stream import FINISH_REASONS, ChatEncoder
from agents.llm.wire.serving.openai_counts import chat_usage
from agents.llm.wire.serving.openai_thinking import details_of

__all__ = ["encoder", "parse_request", "render_response"]

_FENCED = re.compile(r"\s*```[a-zA-Z]*\s*\n(?P<inside>.*?)\n?\s*```\s*", re.DOTALL)


def encoder(answering: Answering) -> Encoder:
    """Return what writes one streamed answer."""
    return ChatEncoder(answering)


def render_response(response: ChatResponse, answering: Answering) -> dict[str, object]:
    """Return the body of a whole answer."""
    is_legacy = LEGACY in answering.asked.echo
    reason = FINISH_REASONS[response.reason]
    choice = {
        "index": 0,
        "message": _message(response, answering, is_legacy=is_legacy),
        "logprobs": None,
        "finish_reason": "function_call" if is_legacy and reason == "tool_calls" else reason,
    }
    body: dict[str, object] = {
        "id": f"chatcmpl-{answering.id}",
        "object": "chat.completion",
        "created": answering.created,
        "model": answering.model,
        "choices": [choice],
        "service_tier": None,
        "system_fingerprint": None,
    }
    if response.usage:
        body["usage"] = chat_usage(response.usage)
    return body


def answer_text(response: ChatResponse, answering: Answering) -> str:
    """Return the text; of JSON that was asked for without a schema, only the JSON itself."""
    text = "".join(part.text for part in response.parts if isinstance(part, TextPart))
    output = answering.asked.request.output
    fenced = _FENCED.fullmatch(text) if output and output.kind == "json_object" else None
    return fenced["inside"] if fenced else text


def _message(response: ChatResponse, answering: Answering, *, is_legacy: bool) -> dict[str, object]:
    text = answer_text(response, answering)
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    thoughts = [part for part in response.parts if isinstance(part, ThinkingPart)]
    message: dict[str, object] = {
        "role": "assistant",
        "content": text or (None if calls else ""),
        "refusal": response.explanation or None,
        "annotations": [],
    }
    if answering.asked.request.parameters.get("reasoning_display") == "omitted":
        thoughts = [replace(part, text="") for part in thoughts if part.signature or part.redacted]
    else:
        thinking = "".join(part.text for part in thoughts)
        if thinking:
            message["reasoning_content"] = thinking
    if thoughts:
        message["reasoning_details"] = details_of(thoughts, response_id=response.id)
    if calls and is_legacy:
        call = calls[0]
        message["function_call"] = {"name": call.name, "arguments": call.arguments or "{}"}
    elif calls:
        message["tool_calls"] = [_call(call) for call in calls]
    return message


def _call(call: ToolCallPart) -> dict[str, object]:
    if call.kind == "custom":
        custom = {"name": call.name, "input": call.arguments}
        return {"id": call.id, "type": "custom", "custom": custom}
    function = {"name": call.name, "arguments": call.arguments or "{}"}
    return {"id": call.id, "type": "function", "function": function}
