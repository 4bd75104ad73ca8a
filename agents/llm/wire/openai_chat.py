"""OpenAI chat completions: requests, whole answers, model lists and errors."""

from collections.abc import Iterable, Mapping

from agents.llm.wire import failures
from agents.llm.wire.bodies import completed, model_ids
from agents.llm.wire.fields import (
    JsonObject,
    count_of,
    object_of,
    objects_of,
    text_of,
    texts_of,
)
from agents.llm.wire.neutral import ChatRequest, ChatResponse
from agents.llm.wire.openai_chat_stream import explanation, stop_reason, thinking_and_text
from agents.llm.wire.openai_messages import wire_messages
from agents.llm.wire.openai_models import ModelTraits, traits_of
from agents.llm.wire.openai_preparing import prepare
from agents.llm.wire.openai_tools import response_format, tool_fields
from agents.llm.wire.openai_usage import usage_from
from agents.llm.wire.parts import Part, TextPart, ThinkingPart, ToolCallPart
from agents.llm.wire.tool_calls import arguments_text

__all__ = ["parse_error", "parse_models", "parse_response", "prepare", "render_request"]

SAMPLING = ("temperature", "top_p", "presence_penalty", "frequency_penalty", "stop")
OTHERS = ("top_k", "seed", "reasoning_effort", "verbosity", "user")
MOST_STOPS = 4
# Where OpenAI has another word for a service tier; "fast" is another provider's.
TIERS = {"standard": "default", "fast": "priority"}


def render_request(request: ChatRequest, *, stream: bool) -> dict[str, object]:
    """Return the body of ``POST …/chat/completions``."""
    traits = traits_of(request.model, request.capabilities)
    replay_field = text_of(request.parameters.get("reasoning_replay"))
    body: dict[str, object] = {
        "model": request.model,
        "messages": wire_messages(request.messages, traits, replay_field=replay_field),
    }
    body |= _parameters(request.parameters, traits)
    if request.tools:
        body |= tool_fields(request, traits)
    if request.output:
        body["response_format"] = response_format(request.output)
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return completed(body, request)


def parse_response(body: JsonObject) -> ChatResponse:
    """Return a whole answer; missing fields are empty, never an error."""
    choice = next(iter(objects_of(body.get("choices"))), {})
    message = object_of(choice.get("message"))
    thinking, text = thinking_and_text(message)
    refusal = text_of(message.get("refusal"))
    calls = list(_calls(message, response_id=text_of(body.get("id"))))
    parts: list[Part] = []
    if thinking:
        parts.append(ThinkingPart(thinking))
    if text or refusal:
        parts.append(TextPart(text + refusal))
    reason = stop_reason(
        text_of(choice.get("finish_reason")), has_calls=bool(calls), is_refusal=bool(refusal)
    )
    return ChatResponse(
        id=text_of(body.get("id")),
        model=text_of(body.get("model")),
        parts=(*parts, *calls),
        reason=reason,
        usage=usage_from(body),
        explanation=explanation(reason, refusal),
    )


def parse_models(body: object) -> list[str]:
    """Return the model ids of ``GET …/models``, each once, in the server's order."""
    return model_ids(body)


def parse_error(status: int, body: bytes) -> failures.UpstreamError:
    """Return what an answer that is no success means."""
    return failures.from_response(status, body)


def _parameters(parameters: Mapping[str, object], traits: ModelTraits) -> dict[str, object]:
    given = {name: value for name, value in parameters.items() if value not in (None, "", [])}
    is_thinking = traits.is_reasoning and given.get("reasoning_effort") != "none"
    is_sampled = traits.has_sampling or not is_thinking
    names = (*SAMPLING, *OTHERS) if is_sampled else OTHERS
    fields = {name: given[name] for name in names if name in given}
    if "stop" in fields:
        fields["stop"] = texts_of(fields["stop"])[:MOST_STOPS]
    limit = count_of(given.get("max_tokens"))
    if "max_tokens" in given:
        name = "max_completion_tokens" if traits.has_completion_limit else "max_tokens"
        is_too_much = limit is not None and 0 < traits.max_tokens < limit
        fields[name] = traits.max_tokens if is_too_much else given["max_tokens"]
    if traits.has_openai_fields:
        fields |= _openai_fields(given)
    return fields


def _openai_fields(given: Mapping[str, object]) -> dict[str, object]:
    fields: dict[str, object] = {}
    tier = text_of(given.get("service_tier"))
    if tier:
        fields["service_tier"] = TIERS.get(tier, tier)
    if "prompt_cache_key" in given:
        fields["prompt_cache_key"] = given["prompt_cache_key"]
    return fields


def _calls(message: JsonObject, *, response_id: str) -> Iterable[ToolCallPart]:
    listed = objects_of(message.get("tool_calls"))
    legacy = object_of(message.get("function_call"))
    if legacy:
        listed.append({"function": legacy})
    for number, call in enumerate(listed):
        function = object_of(call.get("function"))
        custom = object_of(call.get("custom"))
        name = text_of(function.get("name")) or text_of(custom.get("name"))
        call_id = text_of(call.get("id")) or f"call_{response_id}_{number}"
        if name and custom:
            yield ToolCallPart(call_id, name, text_of(custom.get("input")), kind="custom")
        elif name:
            yield ToolCallPart(call_id, name, arguments_text(function.get("arguments")))
