"""Parameters that chat and Responses bodies share, and the reasoning that is asked for."""

from agents.llm.wire.fields import JsonObject, text_of, texts_of
from agents.llm.wire.neutral import OutputFormat, Tool
from agents.llm.wire.serving.openai_fields import (
    LONG_CACHES,
    Dropped,
    below,
    count_at,
    flag_at,
    number_at,
    object_at,
    text_at,
    unsupported,
    wrong,
)
from agents.llm.wire.serving.openai_tools import choice_of, runs_one_at_a_time

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
SERVICE_TIERS = {
    "auto": "auto",
    "default": "standard",
    "standard": "standard",
    "standard_only": "standard",
    "flex": "flex",
    "priority": "priority",
    "scale": "priority",
    "fast": "fast",
}
PENALTY = 2.0
Parameters = dict[str, object]


def sampling_of(body: JsonObject) -> Parameters:
    """Return temperature and its like.

    Raises:
        BadRequestError: one of them is no number, or out of bounds.
    """
    found: Parameters = {
        "temperature": number_at(body, "temperature", low=0, high=2),
        "top_p": number_at(body, "top_p", low=0, high=1),
        "top_k": count_at(body, "top_k"),
        "presence_penalty": number_at(body, "presence_penalty", low=-PENALTY, high=PENALTY),
        "frequency_penalty": number_at(body, "frequency_penalty", low=-PENALTY, high=PENALTY),
        "seed": _seed(body),
    }
    return {name: value for name, value in found.items() if value is not None}


def stops_of(body: JsonObject) -> Parameters:
    """Return the texts that end an answer.

    Raises:
        BadRequestError: they are neither text nor a list of texts.
    """
    stop = body.get("stop")
    if stop is None:
        return {}
    is_list = isinstance(stop, list) and all(isinstance(item, str) for item in stop)
    if not is_list and not isinstance(stop, str):
        raise wrong("stop", "must be text or a list of texts.")
    texts = texts_of(stop)
    return {"stop": texts} if texts else {}


def service_of(body: JsonObject, dropped: Dropped) -> Parameters:
    """Return the service tier and the wishes about the provider's cache.

    Raises:
        BadRequestError: a field of another type.
    """
    found: Parameters = {}
    tier = text_at(body, "service_tier")
    if tier in SERVICE_TIERS:
        found["service_tier"] = SERVICE_TIERS[tier]
    elif tier:
        dropped.add("service_tier")
    key = text_at(body, "prompt_cache_key")
    if key:
        found["prompt_cache_key"] = key
    return found | _automatic_cache(body)


def reasoning_of(body: JsonObject, *, effort: str) -> Parameters:
    """Return how much to think.

    ``effort``: the dialect's own field. LiteLLM's ``thinking`` and OpenRouter's ``reasoning``
    say more and win.

    Raises:
        BadRequestError: an unknown effort, or a field of another type.
    """
    found: Parameters = {}
    reasoning = object_at(body, "reasoning")
    effort = text_at(reasoning, "effort", "reasoning") or effort
    if effort:
        found["reasoning_effort"] = _effort(effort)
    budget = count_at(reasoning, "max_tokens", "reasoning", least=1)
    if budget:
        found["thinking_budget"] = budget
    if flag_at(reasoning, "enabled", "reasoning") is not None:
        found["thinking"] = reasoning["enabled"]
    if reasoning.get("exclude") is True:
        found["reasoning_display"] = "omitted"
    elif reasoning.get("summary") or reasoning.get("generate_summary"):
        found["reasoning_display"] = "summarized"
    return found | _thinking(body)


def tool_use_of(body: JsonObject, tools: tuple[Tool, ...]) -> tuple[Parameters, tuple[Tool, ...]]:
    """Return how tools are to be used, and the tools that may be.

    Raises:
        BadRequestError: a choice that cannot be made.
    """
    choice, left = choice_of(body, tools)
    found: Parameters = {"tool_choice": choice} if choice else {}
    if runs_one_at_a_time(body) and tools:
        found["parallel_tool_calls"] = False
    return found, left


def output_of(form: JsonObject, path: str) -> OutputFormat | None:
    """Return the structured output that is asked for, None for plain text.

    ``form``: chat's ``response_format``, or the flat form of Responses.

    Raises:
        BadRequestError: an unknown kind, or a schema that is none.
    """
    kind = text_at(form, "type", path)
    if kind in {"", "text"}:
        return None
    if kind == "json_object":
        return OutputFormat("json_object")
    if kind != "json_schema":
        raise wrong(below(path, "type"), "must be text, json_object or json_schema.")
    nested = object_at(form, "json_schema", path)
    fields, here = (nested, below(path, "json_schema")) if nested else (form, path)
    schema = object_at(fields, "schema", here)
    if not schema:
        raise wrong(below(here, "schema"), "is required.")
    return OutputFormat(
        "json_schema",
        text_at(fields, "name", here),
        text_at(fields, "description", here),
        schema,
        is_strict=flag_at(fields, "strict", here),
    )


def wants_usage(body: JsonObject) -> bool:
    """Tell whether a stream ends with the token counts.

    Raises:
        BadRequestError: the options are no object.
    """
    return object_at(body, "stream_options").get("include_usage") is True


def refuse_audio(body: JsonObject) -> None:
    """Refuse answers in sound.

    Raises:
        BadRequestError: one is asked for.
    """
    modalities = texts_of(body.get("modalities"))
    if body.get("audio") or any(kind != "text" for kind in modalities):
        place = "audio" if body.get("audio") else "modalities"
        raise unsupported(place, "only text can be answered here.")


def note_unread(body: JsonObject, known: frozenset[str], dropped: Dropped) -> None:
    """Note the fields that say something and are not read."""
    for name, value in body.items():
        if name not in known and value not in (None, False, "", 0):
            dropped.add(name)


def _effort(effort: str) -> str:
    if effort not in EFFORTS:
        raise wrong("reasoning_effort", f"must be one of {', '.join(EFFORTS)}.")
    return effort


def _thinking(body: JsonObject) -> Parameters:
    thinking = object_at(body, "thinking")
    kind = text_at(thinking, "type", "thinking")
    if not kind:
        return {}
    if kind == "disabled":
        return {"thinking": False}
    found: Parameters = {"thinking": True}
    budget = count_at(thinking, "budget_tokens", "thinking", least=1)
    if budget:
        found["thinking_budget"] = budget
    display = text_of(thinking.get("display"))
    if display in {"summarized", "omitted"}:
        found["reasoning_display"] = display
    return found


def _automatic_cache(body: JsonObject) -> Parameters:
    options = object_at(body, "prompt_cache_options")
    mark = object_at(body, "cache_control") or (
        options if options.get("mode") == "implicit" else {}
    )
    if not mark:
        return {}
    ttl = text_of(mark.get("ttl")) or text_of(body.get("prompt_cache_retention"))
    return {"automatic_cache": "1h" if ttl in LONG_CACHES else "5m"}


def _seed(body: JsonObject) -> int | None:
    seed = body.get("seed")
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise wrong("seed", "must be a whole number.")
    return seed
