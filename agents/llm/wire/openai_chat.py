"""OpenAI chat completions: requests, whole answers, model lists and errors."""

from collections.abc import Iterable, Mapping

from agents.llm.wire import failures
from agents.llm.wire.bodies import NO_PARAMETERS, completed, model_ids
from agents.llm.wire.fields import JsonObject, object_of, objects_of, text_of, texts_of
from agents.llm.wire.neutral import (
    ChatRequest,
    ChatResponse,
    Part,
    TextPart,
    ThinkingPart,
    Tool,
    ToolCallPart,
)
from agents.llm.wire.openai_chat_stream import stop_reason, thinking_and_text
from agents.llm.wire.openai_messages import wire_messages
from agents.llm.wire.openai_models import ModelTraits, traits_of
from agents.llm.wire.openai_usage import usage_from
from agents.llm.wire.tool_calls import arguments_text

SAMPLING = ("temperature", "top_p", "presence_penalty", "frequency_penalty", "stop")
OTHERS = ("top_k", "seed", "reasoning_effort", "verbosity", "user")
MOST_STOPS = 4
TOOL_MODES = {"auto", "none", "required"}


def render_request(request: ChatRequest, *, stream: bool) -> dict[str, object]:
    """Return the body of ``POST …/chat/completions``."""
    traits = traits_of(request.model)
    body: dict[str, object] = {
        "model": request.model,
        "messages": wire_messages(
            request.messages,
            system_role="developer" if traits.has_developer_role else "system",
            replay_field=text_of(request.parameters.get("reasoning_replay")),
        ),
    }
    body |= _parameters(request.parameters, traits)
    if request.tools:
        body |= _tools(request)
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
    names = OTHERS if is_thinking else (*SAMPLING, *OTHERS)
    fields = {name: given[name] for name in names if name in given}
    if "stop" in fields:
        fields["stop"] = texts_of(fields["stop"])[:MOST_STOPS]
    if "max_tokens" in given:
        name = "max_completion_tokens" if traits.has_completion_limit else "max_tokens"
        fields[name] = given["max_tokens"]
    return fields


def _tools(request: ChatRequest) -> dict[str, object]:
    fields: dict[str, object] = {"tools": [_tool(tool) for tool in request.tools]}
    choice = text_of(request.parameters.get("tool_choice"))
    if choice in TOOL_MODES:
        fields["tool_choice"] = choice
    elif choice:
        fields["tool_choice"] = {"type": "function", "function": {"name": choice}}
    if request.parameters.get("parallel_tool_calls") is False:
        fields["parallel_tool_calls"] = False
    return fields


def _tool(tool: Tool) -> dict[str, object]:
    function: dict[str, object] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = {**NO_PARAMETERS, **tool.parameters}
    return {"type": "function", "function": function}


def _calls(message: JsonObject, *, response_id: str) -> Iterable[ToolCallPart]:
    listed = objects_of(message.get("tool_calls"))
    legacy = object_of(message.get("function_call"))
    if legacy:
        listed.append({"function": legacy})
    for number, call in enumerate(listed):
        function = object_of(call.get("function"))
        name = text_of(function.get("name"))
        if name:
            call_id = text_of(call.get("id")) or f"call_{response_id}_{number}"
            yield ToolCallPart(call_id, name, arguments_text(function.get("arguments")))
