"""Bodies of ``POST /v1/chat/completions``: what a client asks for."""

from agents.llm.wire.fields import JsonObject, object_of
from agents.llm.wire.neutral import ChatRequest, Tool
from agents.llm.wire.serving import openai_responses_requests
from agents.llm.wire.serving.asked import Asked
from agents.llm.wire.serving.openai_fields import (
    Dropped,
    count_at,
    flag_at,
    object_at,
    required_text_at,
    tags_at,
    text_at,
    unsupported,
    wrong,
)
from agents.llm.wire.serving.openai_messages import messages_of
from agents.llm.wire.serving.openai_parameters import (
    Parameters,
    note_unread,
    output_of,
    reasoning_of,
    refuse_audio,
    sampling_of,
    service_of,
    stops_of,
    tool_use_of,
    wants_usage,
)
from agents.llm.wire.serving.openai_tools import choice_of, functions_of, tools_of

LEGACY = "functions"  # in ``Asked.echo``: the client knows functions only, not tools
KNOWN = frozenset(
    {
        *("model", "messages", "stream", "stream_options", "n", "modalities", "audio"),
        *("tools", "tool_choice", "parallel_tool_calls", "functions", "function_call"),
        *("max_completion_tokens", "max_tokens", "temperature", "top_p", "top_k", "stop", "seed"),
        *("presence_penalty", "frequency_penalty", "verbosity", "response_format"),
        *("reasoning_effort", "reasoning", "thinking", "include_reasoning"),
        *("service_tier", "prompt_cache_key", "prompt_cache_retention", "prompt_cache_options"),
        *("cache_control", "user", "safety_identifier", "metadata", "web_search_options"),
    }
)


def parse_request(body: JsonObject) -> Asked:
    """Return what a client asks for; a Responses body on this route is read as such.

    Raises:
        BadRequestError: a wrong, missing or unsupported field.
    """
    if body.get("input") is not None and body.get("messages") is None:
        return openai_responses_requests.parse_request(body)
    model = required_text_at(body, "model")
    _refuse_unsupported(body)
    dropped = Dropped()
    legacy = functions_of(body)
    tools = tools_of(body, dropped) or legacy
    is_legacy = bool(legacy) and tools is legacy
    parameters, tools = _legacy_use(body, tools) if is_legacy else tool_use_of(body, tools)
    request = ChatRequest(
        model,
        messages_of(body, dropped),
        tools,
        parameters | _parameters(body, dropped),
        output=output_of(object_at(body, "response_format"), "response_format"),
    )
    note_unread(body, KNOWN, dropped)
    return Asked(
        request,
        is_streaming=flag_at(body, "stream") is True,
        wants_usage=wants_usage(body),
        dropped=dropped.names(),
        tags=tags_at(body),
        end_user=text_at(body, "safety_identifier") or text_at(body, "user"),
        session=text_at(body, "prompt_cache_key"),
        echo={LEGACY: True} if is_legacy else {},
    )


def _parameters(body: JsonObject, dropped: Dropped) -> Parameters:
    found = sampling_of(body) | stops_of(body) | service_of(body, dropped)
    limit = count_at(body, "max_completion_tokens", least=1) or count_at(
        body, "max_tokens", least=1
    )
    if limit:
        found["max_tokens"] = limit
    verbosity = text_at(body, "verbosity")
    if verbosity:
        found["verbosity"] = verbosity
    return found | reasoning_of(body, effort=text_at(body, "reasoning_effort"))


def _legacy_use(
    body: JsonObject, functions: tuple[Tool, ...]
) -> tuple[Parameters, tuple[Tool, ...]]:
    """Return how functions are to be used: their answers have room for one call only."""
    wanted = body.get("function_call")
    if isinstance(wanted, dict):
        wanted = {"type": "function", **object_of(wanted)}
    choice, left = choice_of({"function_call": wanted}, functions, field="function_call")
    found: Parameters = {"parallel_tool_calls": False}
    return (found | {"tool_choice": choice} if choice else found), left


def _refuse_unsupported(body: JsonObject) -> None:
    if (count_at(body, "n", least=1) or 1) > 1:
        raise unsupported("n", "only one answer can be asked for.")
    refuse_audio(body)
    if body.get("web_search_options") is not None:
        raise unsupported("web_search_options", "web search is not available here.")
    if body.get("messages") is None:
        raise wrong("messages", "is required.")
