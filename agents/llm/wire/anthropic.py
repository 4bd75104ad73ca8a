"""Anthropic messages: requests, whole answers, model lists and errors."""

from collections.abc import Iterable, Mapping

from agents.llm.wire import anthropic_thinking, failures
from agents.llm.wire.anthropic_messages import Block, Turn, system_blocks, turns_of
from agents.llm.wire.anthropic_models import ModelTraits, traits_of
from agents.llm.wire.anthropic_stream import UsageCounts, stop_reason
from agents.llm.wire.bodies import NO_PARAMETERS, completed, model_ids
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
from agents.llm.wire.neutral import (
    ChatRequest,
    ChatResponse,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    Tool,
    ToolCallPart,
)

CACHED_TURNS = 2
ROOT_CHOICES = ("anyOf", "oneOf", "allOf")  # refused at the root of a schema


def render_request(request: ChatRequest, *, stream: bool) -> dict[str, object]:
    """Return the body of ``POST …/v1/messages``."""
    traits = traits_of(request.model)
    limit = count_of(request.parameters.get("max_tokens")) or traits.default_max_tokens
    turns = turns_of(request.messages, has_prefill=traits.has_prefill)
    thinking = anthropic_thinking.fields(
        request.parameters, traits, max_tokens=limit, is_allowed=_may_think(turns)
    )
    is_thinking = anthropic_thinking.is_on(thinking)
    system = system_blocks(request.messages)
    tools = [_tool(tool) for tool in request.tools or _tools_of_history(request.messages)]
    if request.parameters.get("prompt_cache"):
        _mark_for_cache(system, tools, turns, ttl=request.parameters.get("prompt_cache_ttl"))
    body: dict[str, object] = {"model": request.model, "max_tokens": limit}
    if system:
        body["system"] = system
    body["messages"] = [{"role": role, "content": blocks} for role, blocks in turns]
    body |= thinking
    body |= _parameters(request.parameters, traits, is_thinking=is_thinking)
    if tools:
        body["tools"] = tools
        body |= _tool_choice(request.parameters, is_thinking=is_thinking)
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
    *earlier, (_, last) = turns or [("user", [])]
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
    return fields


def _tool(tool: Tool) -> Block:
    schema = {name: value for name, value in tool.parameters.items() if name not in ROOT_CHOICES}
    block: Block = {"name": tool.name}
    if tool.description:
        block["description"] = tool.description
    block["input_schema"] = {**NO_PARAMETERS, **schema}
    return block


def _tools_of_history(messages: tuple[Message, ...]) -> list[Tool]:
    # Tool blocks without any tool definition are refused: name those that were used.
    calls = (part for message in messages for part in message.parts)
    names = (part.name for part in calls if isinstance(part, ToolCallPart))
    return [Tool(name) for name in dict.fromkeys(names)]


def _tool_choice(parameters: Mapping[str, object], *, is_thinking: bool) -> dict[str, object]:
    wanted = text_of(parameters.get("tool_choice"))
    choice: dict[str, object] = {"type": "auto"}
    if wanted == "none":
        choice = {"type": "none"}
    elif wanted == "required" and not is_thinking:
        choice = {"type": "any"}
    elif wanted not in {"", "auto", "required"} and not is_thinking:
        choice = {"type": "tool", "name": wanted}
    is_single = parameters.get("parallel_tool_calls") is False and wanted != "none"
    if is_single:
        choice["disable_parallel_tool_use"] = True
    return {"tool_choice": choice} if wanted or is_single else {}


def _mark_for_cache(
    system: list[Block], tools: list[Block], turns: list[Turn], *, ttl: object
) -> None:
    """Mark the ends of what repeats from call to call: tools, system, the last two user turns."""
    mark: Block = {"type": "ephemeral"}
    if ttl == "1h":
        mark["ttl"] = ttl
    user_turns = [blocks for role, blocks in turns if role == "user"]
    for blocks in (tools, system, *user_turns[-CACHED_TURNS:]):
        if blocks:
            blocks[-1]["cache_control"] = mark
