"""Anthropic messages: requests, whole answers, model lists and errors."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from agents.llm.wire import anthropic_thinking, failures
from agents.llm.wire.anthropic_caching import mark_wished
from agents.llm.wire.anthropic_messages import Turn, system_blocks, turns_of
from agents.llm.wire.anthropic_models import ModelTraits, traits_of
from agents.llm.wire.anthropic_pauses import continued_message
from agents.llm.wire.anthropic_preparing import prepare, says_output
from agents.llm.wire.anthropic_stream import UsageCounts, explanation, stop_reason
from agents.llm.wire.anthropic_tools import choice_fields, tool_blocks
from agents.llm.wire.bodies import completed, merged, model_ids
from agents.llm.wire.fields import (
    JsonObject,
    count_of,
    number_of,
    object_of,
    objects_of,
    text_of,
    texts_of,
    to_json,
)
from agents.llm.wire.json_schema import repaired
from agents.llm.wire.neutral import ChatRequest, ChatResponse
from agents.llm.wire.parts import Part, TextPart, ThinkingPart, ToolCallPart

__all__ = ["parse_error", "parse_models", "parse_response", "prepare", "render_request"]

SERVICE_TIERS = {
    "auto": "auto",
    "priority": "auto",
    "standard": "standard_only",
    "flex": "standard_only",
}


def render_request(request: ChatRequest, *, stream: bool) -> dict[str, object]:
    """Return the body of ``POST …/v1/messages``."""
    traits = traits_of(request.model, request.capabilities)
    parameters = request.parameters
    limit = anthropic_thinking.limit_of(parameters, traits)
    structured = _output(request, traits)
    talking = replace(traits, has_prefill=False) if structured else traits
    turns = turns_of(request.messages, talking)
    thinking = anthropic_thinking.fields(
        parameters, traits, max_tokens=limit, is_allowed=_may_think(turns)
    )
    is_thinking = anthropic_thinking.is_on(thinking)
    system = system_blocks(request.messages)
    tools = tool_blocks(request, traits)
    cache = mark_wished(parameters, traits, system, tools, turns)
    body: dict[str, object] = {"model": request.model, "max_tokens": limit, **cache}
    if system:
        body["system"] = system
    messages: list[dict[str, object]] = [
        {"role": role, "content": blocks} for role, blocks in turns
    ]
    body["messages"] = messages
    if request.continued:
        messages.append(continued_message(request.continued))
    if request.continued and request.continued.container:
        body["container"] = request.continued.container
    body |= merged(thinking, structured)
    body |= _parameters(parameters, traits, is_thinking=is_thinking)
    if tools:
        body["tools"] = tools
        can_force = traits.has_forced_tool_choice and not is_thinking
        body |= choice_fields(parameters, can_force=can_force)
    if stream:
        body["stream"] = True
    return completed(body, request)


def parse_response(body: JsonObject) -> ChatResponse:
    """Return a whole answer; missing fields are empty, never an error."""
    parts = tuple(_parts(body))
    has_calls = any(isinstance(part, ToolCallPart) for part in parts)
    counts = UsageCounts()
    counts.update(object_of(body.get("usage")))
    return ChatResponse(
        id=text_of(body.get("id")),
        model=text_of(body.get("model")),
        parts=parts,
        reason=stop_reason(text_of(body.get("stop_reason")), has_calls=has_calls),
        usage=counts.usage(),
        stop_sequence=text_of(body.get("stop_sequence")),
        explanation=explanation(body),
    )


def parse_models(body: object) -> list[str]:
    """Return the model ids of ``GET …/v1/models``, each once, in the server's order."""
    return model_ids(body)


def parse_error(status: int, body: bytes) -> failures.UpstreamError:
    """Return what an answer that is no success means."""
    return failures.from_response(status, body)


def _parts(body: JsonObject) -> Iterable[Part]:
    for block in objects_of(body.get("content")):
        match block.get("type"):
            case "text":
                yield TextPart(text_of(block.get("text")))
            case "thinking":
                signature = text_of(block.get("signature"))
                yield ThinkingPart(text_of(block.get("thinking")), signature)
            case "redacted_thinking":
                yield ThinkingPart(redacted=text_of(block.get("data")))
            case "tool_use":
                arguments = to_json(object_of(block.get("input")))
                yield ToolCallPart(text_of(block.get("id")), text_of(block.get("name")), arguments)
            case _:
                pass  # tools that the provider runs itself


def _may_think(turns: list[Turn]) -> bool:
    """Tell whether a budget of thinking is legal: a running tool loop must begin with thoughts."""
    spoken = [turn for turn in turns if turn[0] != "system"]
    *earlier, (_, last) = spoken or [("user", [])]
    if not earlier or not any(block["type"] == "tool_result" for block in last):
        return True
    return earlier[-1][1][0]["type"] in {"thinking", "redacted_thinking"}


def _parameters(
    parameters: Mapping[str, object], traits: ModelTraits, *, is_thinking: bool
) -> dict[str, object]:
    fields: dict[str, object] = {}
    if traits.has_sampling and not is_thinking:
        temperature = number_of(parameters.get("temperature"))
        top_p = number_of(parameters.get("top_p"))
        top_k = count_of(parameters.get("top_k"))
        if temperature is not None:
            fields["temperature"] = min(temperature, 1.0)
        if top_p is not None and (traits.has_both_samplings or temperature is None):
            fields["top_p"] = top_p
        if top_k is not None:
            fields["top_k"] = top_k
    stops = [stop for stop in texts_of(parameters.get("stop")) if stop.strip()]
    if stops:
        fields["stop_sequences"] = stops
    user = text_of(parameters.get("user"))
    if user:
        fields["metadata"] = {"user_id": user}
    return fields | _service(parameters, traits)


def _service(parameters: Mapping[str, object], traits: ModelTraits) -> dict[str, object]:
    tier = text_of(parameters.get("service_tier"))
    if tier == "fast":
        return {"speed": "fast"} if traits.has_fast_mode else {}
    return {"service_tier": SERVICE_TIERS[tier]} if tier in SERVICE_TIERS else {}


def _output(request: ChatRequest, traits: ModelTraits) -> dict[str, object]:
    if request.output is None or not says_output(request.output, traits):
        return {}
    form = {"type": "json_schema", "schema": repaired(request.output.schema)}
    return {"output_config": {"format": form}}
