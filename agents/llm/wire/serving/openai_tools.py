"""Tools and the choice among them in OpenAI's bodies, in every form that clients send."""

from collections.abc import Iterable

from agents.llm.wire.fields import JsonObject, object_of, objects_of, text_of
from agents.llm.wire.neutral import Tool
from agents.llm.wire.serving.openai_fields import (
    Dropped,
    below,
    cache_mark,
    flag_at,
    items_at,
    object_at,
    required_text_at,
    text_at,
    wrong,
)

MODES = {"auto": "auto", "none": "none", "required": "required", "any": "required"}
NAMED = {"function", "custom", "tool"}


def tools_of(body: JsonObject, dropped: Dropped) -> tuple[Tool, ...]:
    """Return the tools that a client runs itself.

    Chat's nested and Responses' flat functions and custom tools are read, and Anthropic's form.
    What the provider would run (``web_search`` …) is left out and noted.

    Raises:
        BadRequestError: a tool without a name, or with a wrong field.
    """
    tools: list[Tool] = []
    for path, item in items_at(body, "tools"):
        kind = text_of(item.get("type")) or ("custom" if "input_schema" in item else "function")
        if kind not in {"function", "custom"}:
            dropped.add("tools")
            continue
        nested = object_at(item, kind, path)
        fields, here = (nested, below(path, kind)) if nested else (item, path)
        is_free = kind == "custom" and "input_schema" not in fields
        tool = _custom(fields, here, item) if is_free else _function(fields, here, item)
        tools.append(tool)
    return tuple(tools)


def functions_of(body: JsonObject) -> tuple[Tool, ...]:
    """Return the tools of the form before ``tools``.

    Raises:
        BadRequestError: a function without a name, or with a wrong field.
    """
    return tuple(_function(item, path, item) for path, item in items_at(body, "functions"))


def choice_of(
    body: JsonObject, tools: tuple[Tool, ...], *, field: str = "tool_choice"
) -> tuple[str, tuple[Tool, ...]]:
    """Return the neutral choice, "" for none, and the tools that it leaves.

    Raises:
        BadRequestError: an unknown mode, or a name that no tool has.
    """
    wanted = body.get(field)
    if wanted is None or not tools:
        return "", tools
    if isinstance(wanted, str):
        if wanted not in MODES:
            raise wrong(field, "must be auto, none, required or an object.")
        return MODES[wanted], tools
    choice = object_at(body, field)
    kind = text_of(choice.get("type"))
    if kind in MODES:
        return MODES[kind], tools
    if kind == "allowed_tools":
        return _allowed(choice, tools, field)
    nested = object_of(choice.get(kind))
    name = text_of(nested.get("name")) or text_of(choice.get("name"))
    if kind not in NAMED and kind:
        return "auto", tools  # a tool of the provider, which is left out
    if not any(tool.name == name for tool in tools):
        raise wrong(field, "names a tool that is not among the tools.")
    return name, tools


def runs_one_at_a_time(body: JsonObject) -> bool:
    """Tell whether calls in parallel are refused.

    Raises:
        BadRequestError: the field is no truth value.
    """
    in_choice = object_of(body.get("tool_choice")).get("disable_parallel_tool_use")
    return flag_at(body, "parallel_tool_calls") is False or in_choice is True


def _allowed(
    choice: JsonObject, tools: tuple[Tool, ...], field: str
) -> tuple[str, tuple[Tool, ...]]:
    allowed = object_of(choice.get("allowed_tools")) or choice
    mode = text_of(allowed.get("mode")) or "auto"
    if mode not in MODES:
        raise wrong(below(field, "mode"), "must be auto or required.")
    names = set(_names(objects_of(allowed.get("tools"))))
    left = tuple(tool for tool in tools if tool.name in names)
    return (MODES[mode], left) if left else ("none", tools)


def _names(items: Iterable[JsonObject]) -> Iterable[str]:
    for item in items:
        nested = object_of(item.get(text_of(item.get("type"))))
        yield text_of(nested.get("name")) or text_of(item.get("name"))


def _function(fields: JsonObject, path: str, item: JsonObject) -> Tool:
    schema = "input_schema" if "input_schema" in fields else "parameters"
    return Tool(
        required_text_at(fields, "name", path),
        text_at(fields, "description", path),
        object_at(fields, schema, path),
        is_strict=flag_at(fields, "strict", path),
        cache=cache_mark(item) or cache_mark(fields),
    )


def _custom(fields: JsonObject, path: str, item: JsonObject) -> Tool:
    form = object_at(fields, "format", path)
    grammar = object_of(form.get("grammar")) or form
    is_grammar = form.get("type") == "grammar"
    return Tool(
        required_text_at(fields, "name", path),
        text_at(fields, "description", path),
        kind="custom",
        grammar={
            "type": "grammar",
            "syntax": text_of(grammar.get("syntax")),
            "definition": text_of(grammar.get("definition")),
        }
        if is_grammar
        else {},
        cache=cache_mark(item),
    )
