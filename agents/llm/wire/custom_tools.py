"""Tools that take free text, for upstreams that know only tools with JSON arguments."""

from dataclasses import replace

from agents.llm.wire.fields import NotJsonError, object_of, parse_json, text_of, to_json
from agents.llm.wire.neutral import (
    ChatRequest,
    Event,
    Finished,
    Tool,
    ToolCallDelta,
    ToolCallStarted,
)
from agents.llm.wire.parts import Message, Part, ToolCallPart
from agents.llm.wire.preparing import Prepared, unchanged

INPUT = "input"
WRAPPER_END = '"}'
INPUT_SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {INPUT: {"type": "string"}},
    "required": [INPUT],
    "additionalProperties": False,
}


def as_functions(request: ChatRequest) -> Prepared:
    """Return the request with its custom tools as functions of one string, ``input``.

    The calls of the history are wrapped alike; those of the answer come back as free text, each
    in one piece when it is whole.
    """
    names = frozenset(tool.name for tool in request.tools if tool.kind == "custom")
    calls = (part for message in request.messages for part in message.parts)
    if not names and not any(_is_custom(part) for part in calls):
        return unchanged(request)
    changed = replace(
        request,
        tools=tuple(_function(tool) for tool in request.tools),
        messages=tuple(_wrapped(message) for message in request.messages),
    )
    return Prepared(changed, _Unwrapped(names).restore) if names else unchanged(changed)


def unwrapped(arguments: str) -> str:
    """Return the free text inside a call's JSON arguments; what is no wrapper stays as it is."""
    try:
        parsed = object_of(parse_json(arguments))
    except NotJsonError:
        return arguments
    return text_of(parsed[INPUT]) if isinstance(parsed.get(INPUT), str) else arguments


def _is_custom(part: Part) -> bool:
    return isinstance(part, ToolCallPart) and part.kind == "custom"


def _function(tool: Tool) -> Tool:
    if tool.kind != "custom":
        return tool
    return replace(
        tool,
        kind="function",
        description=_described(tool),
        parameters=INPUT_SCHEMA,
        grammar={},
    )


def _described(tool: Tool) -> str:
    details = object_of(tool.grammar.get("grammar")) or tool.grammar
    definition = text_of(details.get("definition"))
    if not definition:
        return tool.description
    syntax = text_of(details.get("syntax")) or "given"
    rule = f"The input must follow this {syntax} grammar:\n{definition}"
    return f"{tool.description}\n\n{rule}" if tool.description else rule


def _wrapped(message: Message) -> Message:
    if not any(_is_custom(part) for part in message.parts):
        return message
    return replace(message, parts=tuple(_wrapped_part(part) for part in message.parts))


def _wrapped_part(part: Part) -> Part:
    if isinstance(part, ToolCallPart) and part.kind == "custom":
        return replace(part, kind="function", arguments=to_json({INPUT: part.arguments}))
    return part


class _Unwrapped:
    """The custom calls of one answer; each call's text is known when it is complete."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._waiting: dict[int, list[str]] = {}  # index of the call → its arguments so far

    def restore(self, events: list[Event]) -> list[Event]:
        """Return the events with custom calls as such."""
        restored: list[Event] = []
        for event in events:
            match event:
                case ToolCallStarted() if event.name in self._names:
                    self._waiting[event.index] = []
                    restored.append(replace(event, kind="custom"))
                case ToolCallDelta() if event.index in self._waiting:
                    restored += self._text(event)
                case Finished():
                    restored += self._rest()
                    restored.append(event)
                case _:
                    restored.append(event)
        return restored

    def _text(self, event: ToolCallDelta) -> list[Event]:
        """Return a call's text once its wrapper is whole."""
        pieces = self._waiting[event.index]
        if event.arguments:
            pieces.append(event.arguments)
        if not event.arguments.rstrip().endswith("}"):
            return []
        arguments = "".join(pieces)
        if not arguments.rstrip().endswith(WRAPPER_END):
            return []
        text = unwrapped(arguments)
        if text == arguments:
            return []  # the end was part of the text
        pieces.clear()
        return [ToolCallDelta(event.index, text)]

    def _rest(self) -> list[Event]:
        deltas: list[Event] = [
            ToolCallDelta(index, unwrapped("".join(pieces)))
            for index, pieces in self._waiting.items()
            if pieces
        ]
        self._waiting.clear()
        return deltas
