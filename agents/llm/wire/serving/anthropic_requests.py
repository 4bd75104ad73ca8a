"""The body of a messages request, field by field."""

from collections.abc import Mapping

from agents.llm.wire.fields import JsonObject, NotJsonError, object_of, parse_json, text_of
from agents.llm.wire.neutral import ChatRequest, OutputFormat
from agents.llm.wire.serving.anthropic_content import cache_mark
from agents.llm.wire.serving.anthropic_fields import (
    json_text,
    listed_texts,
    optional_flag,
    optional_integer,
    optional_number,
    optional_object,
    optional_text,
    required_object,
    required_text,
    wrong,
)
from agents.llm.wire.serving.anthropic_tools import choice_of, tools_of
from agents.llm.wire.serving.anthropic_turns import TurnReader
from agents.llm.wire.serving.asked import Asked

READ = frozenset(
    {
        "model",
        "messages",
        "system",
        "max_tokens",
        "tools",
        "tool_choice",
        "temperature",
        "top_p",
        "top_k",
        "stop_sequences",
        "stream",
        "thinking",
        "output_config",
        "output_format",
        "metadata",
        "cache_control",
        "service_tier",
        "speed",
        "mcp_servers",
    }
)
EFFORTS = ("low", "medium", "high", "xhigh", "max")
TIERS = {"auto": "auto", "standard_only": "standard"}
OUTPUT_NAME = "output"
SESSION_MARK = "_session_"  # stands between user and session in older ids of Claude Code


def parse_request(body: JsonObject) -> Asked:
    """Return what the body of ``POST /v1/messages`` asks for.

    ``max_tokens`` of 0 is kept: such a call warms a cache up and wants an empty answer.

    Raises:
        BadRequestError: a wrong, missing or unsupported field; the message starts with its path.
    """
    if body.get("max_tokens") is None:
        raise wrong("max_tokens", "Field required")
    return _asked(body)


def parse_count_tokens(body: JsonObject) -> Asked:
    """Return what the body of ``POST /v1/messages/count_tokens`` asks to count.

    Raises:
        BadRequestError: as for a request.
    """
    return _asked(body)


def _asked(body: JsonObject) -> Asked:
    model = required_text(body, "model")
    if body.get("mcp_servers"):
        message = "The servers of tools cannot be reached from this model; offer the tools instead"
        raise wrong("mcp_servers", message, code="unsupported_parameter")
    reader = TurnReader()
    messages = [*reader.system(body.get("system")), *reader.messages(body.get("messages"))]
    tools = tools_of(body.get("tools"), reader.tool_changes)
    choice = choice_of(optional_object(body, "tool_choice"))
    request = ChatRequest(
        model,
        tuple(messages),
        tools,
        _parameters(body) | (choice if tools else {}),
        output=_output(body),
    )
    end_user, session = _who(body)
    unread = tuple(name for name in body if name not in READ)
    return Asked(
        request,
        is_streaming=optional_flag(body, "stream") or False,
        wants_usage=True,
        dropped=(*unread, *reader.blocks.left_out),
        tags=_tags(body),
        end_user=end_user,
        session=session,
    )


def _parameters(body: JsonObject) -> dict[str, object]:
    parameters: dict[str, object] = {
        "max_tokens": optional_integer(body, "max_tokens", least=0),
        "temperature": _share(body, "temperature"),
        "top_p": _share(body, "top_p"),
        "top_k": optional_integer(body, "top_k", least=0),
        "stop": listed_texts(body, "stop_sequences") or None,
        "reasoning_effort": _effort(body),
        "service_tier": _tier(body),
        "automatic_cache": cache_mark(body) or None,
    }
    parameters |= _thinking(optional_object(body, "thinking"))
    return {name: value for name, value in parameters.items() if value is not None}


def _share(body: JsonObject, name: str) -> float | None:
    number = optional_number(body, name)
    if number is not None and not 0 <= number <= 1:
        raise wrong(name, "Input should be between 0 and 1")
    return number


def _thinking(thinking: JsonObject) -> dict[str, object]:
    if not thinking:
        return {}
    match required_text(thinking, "type", "thinking"):
        case "disabled":
            return {"thinking": False}
        case "enabled":
            budget = optional_integer(thinking, "budget_tokens", "thinking.enabled", least=1)
            if budget is None:
                raise wrong("thinking.enabled.budget_tokens", "Field required")
            parameters: dict[str, object] = {"thinking": True, "thinking_budget": budget}
        case "adaptive" | "between_tools":
            parameters = {"thinking": True}
        case kind:
            known = "'enabled', 'disabled', 'adaptive', 'between_tools'"
            raise wrong("thinking.type", f"Input tag '{kind}' is not one of {known}")
    display = optional_text(thinking, "display", "thinking")
    return parameters | ({"reasoning_display": display} if display else {})


def _effort(body: JsonObject) -> str | None:
    config = optional_object(body, "output_config")
    effort = optional_text(config, "effort", "output_config")
    if effort and effort not in EFFORTS:
        listed = ", ".join(f"'{name}'" for name in EFFORTS)
        raise wrong("output_config.effort", f"Input should be one of {listed}")
    return effort or None


def _output(body: JsonObject) -> OutputFormat | None:
    """Return the structured output that is asked for; betas have it at the top."""
    path = "output_config.format"
    wanted = optional_object(optional_object(body, "output_config"), "format", "output_config")
    if not wanted:
        path = "output_format"
        wanted = optional_object(body, path)
    if not wanted:
        return None
    if required_text(wanted, "type", path) != "json_schema":
        raise wrong(f"{path}.type", "Input should be 'json_schema'")
    schema = required_object(wanted, "schema", path)
    json_text(schema, f"{path}.schema")
    return OutputFormat("json_schema", name=OUTPUT_NAME, schema=schema)


def _tier(body: JsonObject) -> str | None:
    tier = optional_text(body, "service_tier")
    if tier and tier not in TIERS:
        raise wrong("service_tier", "Input should be 'auto' or 'standard_only'")
    if optional_text(body, "speed") == "fast":
        return "fast"
    return TIERS.get(tier)


def _who(body: JsonObject) -> tuple[str, str]:
    """Return for whom the client acts, and in which session of its own.

    Claude Code packs both into ``metadata.user_id``: as JSON text, or with a mark between them.
    """
    user_id = optional_text(optional_object(body, "metadata"), "user_id", "metadata")
    if user_id.startswith("{"):
        packed = _packed(user_id)
        session = text_of(packed.get("session_id"))
        names = (text_of(packed.get(key)) for key in ("account_uuid", "device_id"))
        return next((name for name in names if name), user_id), session
    user, _, session = user_id.partition(SESSION_MARK)
    return user, session


def _packed(text: str) -> JsonObject:
    try:
        return object_of(parse_json(text))
    except NotJsonError:
        return {}


def _tags(body: JsonObject) -> Mapping[str, str]:
    metadata = optional_object(body, "metadata")
    return {
        name: value
        for name, value in metadata.items()
        if name != "user_id" and isinstance(value, str)
    }
