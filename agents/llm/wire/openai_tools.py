"""Tools and structured output as OpenAI chat completions wants them."""

from agents.llm.wire.bodies import NO_PARAMETERS
from agents.llm.wire.fields import text_of
from agents.llm.wire.neutral import ChatRequest, OutputFormat, Tool
from agents.llm.wire.openai_models import ModelTraits
from agents.llm.wire.strict_schema import is_strict
from agents.llm.wire.tool_names import TOOL_MODES

OUTPUT_NAME = "output"
GRAMMAR = ("syntax", "definition")


def tool_fields(request: ChatRequest, traits: ModelTraits) -> dict[str, object]:
    """Return ``tools``, ``tool_choice`` and ``parallel_tool_calls``."""
    fields: dict[str, object] = {"tools": [_tool(tool, traits) for tool in request.tools]}
    choice = text_of(request.parameters.get("tool_choice"))
    if choice == "required":
        fields["tool_choice"] = traits.required_choice
    elif choice in TOOL_MODES:
        fields["tool_choice"] = choice
    elif choice:
        kind = "custom" if _is_custom(request, choice) else "function"
        fields["tool_choice"] = {"type": kind, kind: {"name": choice}}
    if request.parameters.get("parallel_tool_calls") is False:
        fields["parallel_tool_calls"] = False
    return fields


def parameters_of(tool: Tool) -> dict[str, object]:
    """Return the schema of a function's arguments, an object's whatever was given."""
    given = {name: value for name, value in tool.parameters.items() if value is not None}
    return {**NO_PARAMETERS, **given}


def strictness(tool: Tool) -> dict[str, object]:
    """Return the field ``strict``, if a client said so; never true for a schema that is not."""
    if tool.is_strict is None:
        return {}
    return {"strict": tool.is_strict and is_strict(parameters_of(tool))}


def schema_fields(output: OutputFormat) -> dict[str, object]:
    """Return the fields of a structured output with a schema; strict where it can be."""
    fields: dict[str, object] = {"name": output.name or OUTPUT_NAME}
    if output.description:
        fields["description"] = output.description
    is_asked = is_strict(output.schema) if output.is_strict is None else output.is_strict
    return fields | {"schema": dict(output.schema), "strict": is_asked}


def response_format(output: OutputFormat) -> dict[str, object]:
    """Return the field ``response_format``."""
    if output.kind == "json_object":
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": schema_fields(output)}


def _tool(tool: Tool, traits: ModelTraits) -> dict[str, object]:
    body: dict[str, object] = {"name": tool.name}
    if tool.description:
        body["description"] = tool.description[: traits.longest_description or None]
    if tool.kind == "custom":
        if tool.grammar:
            body["format"] = _format(tool)
        return {"type": "custom", "custom": body}
    body["parameters"] = parameters_of(tool)
    if traits.has_strict_tools:
        body |= strictness(tool)
    return {"type": "function", "function": body}


def _format(tool: Tool) -> dict[str, object]:
    grammar = {name: tool.grammar[name] for name in GRAMMAR if name in tool.grammar}
    return {"type": "grammar", "grammar": grammar}


def _is_custom(request: ChatRequest, name: str) -> bool:
    return any(tool.name == name and tool.kind == "custom" for tool in request.tools)
