"""OpenAI's Responses API as an upstream: requests, whole answers and errors."""

from collections.abc import Iterable, Mapping

from agents.llm.wire import custom_tools
from agents.llm.wire.bodies import completed
from agents.llm.wire.call_ids import FreshCallIds
from agents.llm.wire.fields import JsonObject, count_of, object_of, objects_of, text_of
from agents.llm.wire.neutral import ChatRequest, ChatResponse, Event, StopReason, Tool
from agents.llm.wire.openai_chat import TIERS, parse_error, parse_models
from agents.llm.wire.openai_models import ModelTraits, traits_of
from agents.llm.wire.openai_preparing import refuse_too_many_tools, with_effort
from agents.llm.wire.openai_responses_items import input_items, instructions_of
from agents.llm.wire.openai_tools import parameters_of, schema_fields
from agents.llm.wire.openai_usage import in_and_out
from agents.llm.wire.parts import Part, TextPart, ThinkingPart, ToolCallPart
from agents.llm.wire.preparing import Prepared, unchanged
from agents.llm.wire.relayed_proofs import FORMAT, packed
from agents.llm.wire.strict_schema import is_strict
from agents.llm.wire.tool_calls import arguments_text
from agents.llm.wire.tool_names import TOOL_MODES, named_for

__all__ = ["parse_error", "parse_models", "parse_response", "prepare", "render_request"]

SAMPLING = ("temperature", "top_p")
OTHERS = ("user", "prompt_cache_key")
UNSAID = ("top_k", "stop", "seed", "presence_penalty", "frequency_penalty")
ENCRYPTED = "reasoning.encrypted_content"


def prepare(request: ChatRequest) -> Prepared:
    """Return the request as the model can take it; tool names and ids of calls come back.

    Custom tools are said as such unless the capability ``has_custom_tools`` is false.

    Raises:
        BadRequestError: too many tools.
    """
    traits = traits_of(request.model, request.capabilities)
    refuse_too_many_tools(request, traits)
    named = named_for(request, longest=traits.longest_tool_name)
    is_custom_unknown = request.capabilities.get("has_custom_tools") is False
    wrap = custom_tools.as_functions if is_custom_unknown else unchanged
    functions = wrap(named.request)
    fitted, dropped = with_effort(functions.request, traits)
    ids = FreshCallIds(request.messages)

    def restore(events: list[Event]) -> list[Event]:
        return named.restore(functions.restore(ids.restore(events)))

    given = (name for name in UNSAID if request.parameters.get(name) is not None)
    return Prepared(fitted, restore, tuple(dict.fromkeys((*given, *dropped))))


def render_request(request: ChatRequest, *, stream: bool) -> dict[str, object]:
    """Return the body of ``POST …/responses``; nothing of it is stored upstream."""
    traits = traits_of(request.model, request.capabilities)
    system_role = "developer" if traits.has_developer_role else "system"
    body: dict[str, object] = {"model": request.model}
    instructions = instructions_of(request.messages)
    if instructions:
        body["instructions"] = instructions
    body["input"] = input_items(request.messages, system_role=system_role)
    body["store"] = False
    body |= _parameters(request.parameters, traits)
    body |= _text(request)
    if request.tools:
        body |= _tools(request)
    if stream:
        body["stream"] = True
    return completed(body, request)


def parse_response(body: JsonObject) -> ChatResponse:
    """Return a whole answer; missing fields are empty, never an error."""
    parts = tuple(_parts(body))
    is_refusal = any(_has_refusal(item) for item in objects_of(body.get("output")))
    return ChatResponse(
        id=text_of(body.get("id")),
        model=text_of(body.get("model")),
        parts=parts,
        reason=stop_reason(
            body,
            has_calls=any(isinstance(part, ToolCallPart) for part in parts),
            is_refusal=is_refusal,
        ),
        usage=in_and_out(body),
    )


def stop_reason(response: JsonObject, *, has_calls: bool, is_refusal: bool) -> StopReason:
    """Return why the model stopped."""
    why = text_of(object_of(response.get("incomplete_details")).get("reason"))
    if why == "content_filter":
        return "content_filter"
    if why or response.get("status") == "incomplete":
        return "length"
    if has_calls:
        return "tool_calls"
    return "refusal" if is_refusal else "stop"


def thinking_part(item: JsonObject) -> ThinkingPart:
    """Return the part of a reasoning item."""
    pieces = [text_of(piece.get("text")) for piece in objects_of(item.get("summary"))]
    text = "\n\n".join(pieces) or "".join(
        text_of(piece.get("text")) for piece in objects_of(item.get("content"))
    )
    encrypted = text_of(item.get("encrypted_content"))
    if not encrypted:
        return ThinkingPart(text)
    return ThinkingPart(text, packed(encrypted), format=FORMAT)


def _parameters(parameters: Mapping[str, object], traits: ModelTraits) -> dict[str, object]:
    given = {name: value for name, value in parameters.items() if value not in (None, "", [])}
    is_thinking = traits.is_reasoning and given.get("reasoning_effort") != "none"
    names = (*SAMPLING, *OTHERS) if traits.has_sampling or not is_thinking else OTHERS
    fields = {name: given[name] for name in names if name in given}
    limit = count_of(given.get("max_tokens"))
    if limit is not None:
        is_too_much = 0 < traits.max_tokens < limit
        fields["max_output_tokens"] = traits.max_tokens if is_too_much else limit
    tier = text_of(given.get("service_tier"))
    if tier:
        fields["service_tier"] = TIERS.get(tier, tier)
    if traits.is_reasoning:
        fields |= {"include": [ENCRYPTED], **_reasoning(given)}
    return fields


def _reasoning(given: Mapping[str, object]) -> dict[str, object]:
    reasoning: dict[str, object] = {}
    effort = text_of(given.get("reasoning_effort"))
    if effort:
        reasoning["effort"] = effort
    display = given.get("reasoning_display")
    if display == "summarized" or (given.get("thinking") is True and display != "omitted"):
        reasoning["summary"] = "auto"
    return {"reasoning": reasoning} if reasoning else {}


def _text(request: ChatRequest) -> dict[str, object]:
    text: dict[str, object] = {}
    if request.output and request.output.kind == "json_object":
        text["format"] = {"type": "json_object"}
    elif request.output:
        text["format"] = {"type": "json_schema", **schema_fields(request.output)}
    verbosity = text_of(request.parameters.get("verbosity"))
    if verbosity:
        text["verbosity"] = verbosity
    return {"text": text} if text else {}


def _tools(request: ChatRequest) -> dict[str, object]:
    fields: dict[str, object] = {"tools": [_tool(tool) for tool in request.tools]}
    choice = text_of(request.parameters.get("tool_choice"))
    kinds = {tool.name: tool.kind for tool in request.tools}
    if choice in TOOL_MODES:
        fields["tool_choice"] = choice
    elif choice:
        fields["tool_choice"] = {"type": kinds.get(choice, "function"), "name": choice}
    if request.parameters.get("parallel_tool_calls") is False:
        fields["parallel_tool_calls"] = False
    return fields


def _tool(tool: Tool) -> dict[str, object]:
    body: dict[str, object] = {"type": tool.kind, "name": tool.name}
    if tool.description:
        body["description"] = tool.description
    if tool.kind == "custom":
        return {**body, "format": dict(tool.grammar)} if tool.grammar else body
    parameters = parameters_of(tool)
    # Said in any case: this API is strict with tools of which nothing is said.
    return {
        **body,
        "parameters": parameters,
        "strict": bool(tool.is_strict) and is_strict(parameters),
    }


def _parts(body: JsonObject) -> Iterable[Part]:
    for number, item in enumerate(objects_of(body.get("output"))):
        call_id = text_of(item.get("call_id")) or f"call_{text_of(body.get('id'))}_{number}"
        match item.get("type"):
            case "reasoning":
                part = thinking_part(item)
                if part != ThinkingPart():
                    yield part
            case "message":
                for piece in objects_of(item.get("content")):
                    text = text_of(piece.get("text")) or text_of(piece.get("refusal"))
                    if text:
                        yield TextPart(text)
            case "function_call":
                arguments = arguments_text(item.get("arguments"))
                yield ToolCallPart(call_id, text_of(item.get("name")), arguments)
            case "custom_tool_call":
                text = text_of(item.get("input"))
                yield ToolCallPart(call_id, text_of(item.get("name")), text, kind="custom")
            case _:
                pass  # tools that the provider runs itself


def _has_refusal(item: JsonObject) -> bool:
    return any(piece.get("type") == "refusal" for piece in objects_of(item.get("content")))
