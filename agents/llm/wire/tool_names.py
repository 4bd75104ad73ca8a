"""Tool names that an upstream accepts: one table per request, undone in the answer."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from agents.llm.wire.fields import text_of
from agents.llm.wire.neutral import ChatRequest, Event, Tool, ToolCallStarted
from agents.llm.wire.parts import Message, Part, ToolCallPart
from agents.llm.wire.preparing import Prepared, unchanged

TOOL_MODES = frozenset({"auto", "none", "required"})  # values of tool_choice that name no tool
DIGEST_CHARACTERS = 8
_FOREIGN = re.compile(r"[^a-zA-Z0-9_-]")


def named_for(request: ChatRequest, *, longest: int) -> Prepared:
    """Return the request with tool names of letters, digits, ``_`` and ``-``, at most ``longest``.

    Tools, the tool choice and the calls of the history are renamed alike; equal requests get
    equal names, so that an upstream's cache of prompts holds. Of two tools with one name the
    first stays.
    """
    single = _without_repeats(request)
    table = _table(_names(single), longest)
    if not table:
        return unchanged(single)
    originals = {sent: name for name, sent in table.items()}
    return Prepared(
        _renamed(single, table),
        lambda events: [_restored(event, originals) for event in events],
    )


def _without_repeats(request: ChatRequest) -> ChatRequest:
    tools: dict[str, Tool] = {}
    for tool in request.tools:
        tools.setdefault(tool.name, tool)
    if len(tools) == len(request.tools):
        return request
    return replace(request, tools=tuple(tools.values()))


def _names(request: ChatRequest) -> list[str]:
    """Return every tool name of the request once: tools first, then the history, in order."""
    names = [tool.name for tool in request.tools]
    names += [
        part.name
        for message in request.messages
        for part in message.parts
        if isinstance(part, ToolCallPart)
    ]
    choice = text_of(request.parameters.get("tool_choice"))
    if choice and choice not in TOOL_MODES:
        names.append(choice)
    return list(dict.fromkeys(names))


def _table(names: Iterable[str], longest: int) -> dict[str, str]:
    """Return name → name to send, for those names only that cannot stay as they are."""
    foreign: list[str] = []
    taken: set[str] = set()
    for name in names:
        if _is_legal(name, longest):
            taken.add(name)
        else:
            foreign.append(name)
    table: dict[str, str] = {}
    for name in foreign:
        table[name] = _unused(_legal(name, longest), taken, longest)
        taken.add(table[name])
    return table


def _is_legal(name: str, longest: int) -> bool:
    return 0 < len(name) <= longest and not _FOREIGN.search(name)


def _legal(name: str, longest: int) -> str:
    legal = _FOREIGN.sub("_", name) or "tool"
    if len(legal) <= longest:
        return legal
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:DIGEST_CHARACTERS]
    return f"{legal[: longest - DIGEST_CHARACTERS - 1]}_{digest}"


def _unused(name: str, taken: set[str], longest: int) -> str:
    candidate = name
    number = 1
    while candidate in taken:
        number += 1
        end = f"_{number}"
        candidate = name[: longest - len(end)] + end
    return candidate


def _renamed(request: ChatRequest, table: Mapping[str, str]) -> ChatRequest:
    parameters = dict(request.parameters)
    choice = text_of(parameters.get("tool_choice"))
    if choice in table:
        parameters["tool_choice"] = table[choice]
    return replace(
        request,
        tools=tuple(replace(tool, name=table.get(tool.name, tool.name)) for tool in request.tools),
        messages=tuple(_renamed_message(message, table) for message in request.messages),
        parameters=parameters,
    )


def _renamed_message(message: Message, table: Mapping[str, str]) -> Message:
    if message.role != "assistant":
        return message
    return replace(message, parts=tuple(_renamed_part(part, table) for part in message.parts))


def _renamed_part(part: Part, table: Mapping[str, str]) -> Part:
    if isinstance(part, ToolCallPart) and part.name in table:
        return replace(part, name=table[part.name])
    return part


def _restored(event: Event, originals: Mapping[str, str]) -> Event:
    if isinstance(event, ToolCallStarted) and event.name in originals:
        return replace(event, name=originals[event.name])
    return event
