"""The tools of a messages request, and how the model is to choose among them."""

from dataclasses import replace

from agents.llm.wire.fields import JsonObject, object_of, objects_of, to_json
from agents.llm.wire.neutral import Tool
from agents.llm.wire.serving.anthropic_client_tools import client_tool, described
from agents.llm.wire.serving.anthropic_content import cache_mark
from agents.llm.wire.serving.anthropic_fields import (
    joined,
    json_text,
    listed_objects,
    optional_flag,
    optional_text,
    required_object,
    required_text,
    wrong,
)
from agents.llm.wire.serving.anthropic_turns import ToolChanges

CHOICES = {"auto": "auto", "any": "required", "none": "none"}


def tools_of(value: object, changes: ToolChanges) -> tuple[Tool, ...]:
    """Return the tools in effect at the end of the turns; of two with one name the later counts.

    Raises:
        BadRequestError: a tool that cannot be read, or that only Anthropic's servers can run.
    """
    tools: dict[str, Tool] = {}
    for path, definition in [*listed_objects(value, "tools"), *changes.defined]:
        tool = _tool(definition, path)
        tools[tool.name] = tool
    return tuple(tool for tool in tools.values() if tool.name not in changes.removed)


def choice_of(value: JsonObject) -> dict[str, object]:
    """Return the parameters ``tool_choice`` and ``parallel_tool_calls`` of a tool choice.

    Raises:
        BadRequestError: a choice of no known type, or of a tool without a name.
    """
    if not value:
        return {}
    kind = required_text(value, "type", "tool_choice")
    parameters: dict[str, object] = {}
    if kind == "tool":
        parameters["tool_choice"] = required_text(value, "name", "tool_choice")
    elif kind in CHOICES:
        parameters["tool_choice"] = CHOICES[kind]
    else:
        message = f"Input tag '{kind}' is not one of 'auto', 'any', 'tool', 'none'"
        raise wrong("tool_choice.type", message)
    if optional_flag(value, "disable_parallel_tool_use", "tool_choice"):
        parameters["parallel_tool_calls"] = False
    return parameters


def _tool(definition: JsonObject, path: str) -> Tool:
    kind = optional_text(definition, "type", path) or "custom"
    known = client_tool(kind)
    if known:
        return Tool(
            required_text(definition, "name", path),
            described(known, definition),
            known.parameters,
            cache=cache_mark(definition),
        )
    if kind != "custom":
        message = f"Tools of type '{kind}' run on servers that this model does not have"
        raise wrong(joined(path, "type"), message, code="unsupported_parameter")
    schema = required_object(definition, "input_schema", path)
    json_text(schema, joined(path, "input_schema"))
    tool = Tool(
        required_text(definition, "name", path),
        optional_text(definition, "description", path),
        schema,
        is_strict=optional_flag(definition, "strict", path),
        cache=cache_mark(definition),
    )
    return _with_examples(tool, definition)


def _with_examples(tool: Tool, definition: JsonObject) -> Tool:
    examples = objects_of(definition.get("input_examples"))
    if not examples:
        return tool
    lines = [to_json(object_of(example)) for example in examples]
    told = "\n".join(["Examples of the input:", *lines])
    return replace(tool, description=f"{tool.description}\n\n{told}".strip())
