"""Tools as Anthropic's API wants them, and the choice among them."""

from collections.abc import Iterable, Mapping

from agents.llm.wire.anthropic_messages import Block, with_mark
from agents.llm.wire.anthropic_models import ModelTraits
from agents.llm.wire.fields import text_of
from agents.llm.wire.json_schema import can_be_said, repaired, without_root_choice
from agents.llm.wire.neutral import ChatRequest, Tool
from agents.llm.wire.parts import Message, ToolCallPart

MOST_STRICT_TOOLS = 20
FREE_CHOICES = frozenset({"", "auto", "required", "none"})


def tool_blocks(request: ChatRequest, traits: ModelTraits) -> list[Block]:
    """Return the tools; of two with one name the first, and those of the history if none."""
    tools = _single(request.tools or _tools_of_history(request.messages))
    strict = [tool for tool in tools if tool.is_strict]
    is_strict = (
        traits.has_structured_output
        and len(strict) <= MOST_STRICT_TOOLS
        and can_be_said(without_root_choice(tool.parameters)[0] for tool in strict)
    )
    return [_tool(tool, is_strict=is_strict and bool(tool.is_strict)) for tool in tools]


def is_forced(parameters: Mapping[str, object]) -> bool:
    """Tell whether a tool must be called."""
    wanted = text_of(parameters.get("tool_choice"))
    return wanted == "required" or wanted not in FREE_CHOICES


def choice_fields(parameters: Mapping[str, object], *, can_force: bool) -> dict[str, object]:
    """Return the field ``tool_choice``, nothing when nothing was asked for."""
    wanted = text_of(parameters.get("tool_choice"))
    choice: dict[str, object] = {"type": "auto"}
    if wanted == "none":
        choice = {"type": "none"}
    elif wanted == "required" and can_force:
        choice = {"type": "any"}
    elif wanted not in FREE_CHOICES and can_force:
        choice = {"type": "tool", "name": wanted}
    is_single = parameters.get("parallel_tool_calls") is False and wanted != "none"
    if is_single:
        choice["disable_parallel_tool_use"] = True
    return {"tool_choice": choice} if wanted or is_single else {}


def _single(tools: Iterable[Tool]) -> list[Tool]:
    named: dict[str, Tool] = {}
    for tool in tools:
        named.setdefault(tool.name, tool)
    return list(named.values())


def _tool(tool: Tool, *, is_strict: bool) -> Block:
    schema, rule = without_root_choice(tool.parameters)
    description = "\n\n".join(text for text in (tool.description, rule) if text)
    block: Block = {"name": tool.name}
    if description:
        block["description"] = description
    block["input_schema"] = repaired(schema) if is_strict else schema
    if is_strict:
        block["strict"] = True
    return with_mark(block, tool.cache)


def _tools_of_history(messages: tuple[Message, ...]) -> list[Tool]:
    # Tool blocks without any tool definition are refused: name those that were used.
    calls = (part for message in messages for part in message.parts)
    names = (part.name for part in calls if isinstance(part, ToolCallPart))
    return [Tool(name) for name in dict.fromkeys(names)]
