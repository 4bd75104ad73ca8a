"""Structured output from models that have none: one tool to answer with, or words."""

from dataclasses import dataclass, field, replace

from agents.llm.wire.fields import text_of, to_json
from agents.llm.wire.json_schema import without_root_choice
from agents.llm.wire.neutral import (
    ChatRequest,
    Event,
    Finished,
    OutputFormat,
    TextDelta,
    Tool,
    ToolCallDelta,
    ToolCallStarted,
)
from agents.llm.wire.parts import Message, TextPart
from agents.llm.wire.preparing import Prepared, unchanged

TOOL = "json_output"
TOOL_PURPOSE = "Gives the answer. Call it once, with the whole answer as its arguments."
ONLY_JSON = "Answer with one JSON object only: no other words, no code fence."


def with_tool(request: ChatRequest, output: OutputFormat) -> Prepared:
    """Return the request with a tool whose arguments are the answer; they come back as text.

    Other tools may be called before it; one of them all must be.
    """
    name = _unused({tool.name for tool in request.tools})
    schema, rule = without_root_choice(output.schema)
    described = [TOOL_PURPOSE, output.description, rule]
    tool = Tool(name, "\n\n".join(text for text in described if text), schema)
    parameters = dict(request.parameters)
    is_free = text_of(parameters.get("tool_choice")) in {"", "auto", "required"}
    if request.tools and is_free:
        parameters["tool_choice"] = "required"
    elif not request.tools or parameters.get("tool_choice") == "none":
        parameters["tool_choice"] = name
    changed = replace(request, tools=(*request.tools, tool), parameters=parameters, output=None)
    return Prepared(changed, _Answer(name).restore)


def with_words(request: ChatRequest, output: OutputFormat) -> Prepared:
    """Return the request with a system sentence that asks for JSON."""
    words = ONLY_JSON
    if output.kind == "json_schema":
        words += f" It must follow this JSON Schema:\n{to_json(output.schema)}"
    return unchanged(instructed(replace(request, output=None), words))


def instructed(request: ChatRequest, words: str) -> ChatRequest:
    """Return the request with a further system message behind those at its start."""
    messages = request.messages
    start = next((at for at, one in enumerate(messages) if one.role != "system"), len(messages))
    added = Message("system", (TextPart(words),))
    return replace(request, messages=(*messages[:start], added, *messages[start:]))


def _unused(names: set[str]) -> str:
    name, number = TOOL, 1
    while name in names:
        number += 1
        name = f"{TOOL}_{number}"
    return name


@dataclass(slots=True)
class _Answer:
    """Turns the calls of the answer's tool into text."""

    name: str
    _indexes: set[int] = field(default_factory=set)
    _has_other_calls: bool = False

    def restore(self, events: list[Event]) -> list[Event]:
        """Return the events with the answer as text."""
        restored = (self._restored(event) for event in events)
        return [event for event in restored if event is not None]

    def _restored(self, event: Event) -> Event | None:
        match event:
            case ToolCallStarted() if event.name == self.name:
                self._indexes.add(event.index)
                return None
            case ToolCallStarted():
                self._has_other_calls = True
            case ToolCallDelta() if event.index in self._indexes:
                return TextDelta(event.arguments)
            case Finished() if self._indexes and not self._has_other_calls:
                return replace(event, reason="stop") if event.reason == "tool_calls" else event
            case _:
                pass
        return event
