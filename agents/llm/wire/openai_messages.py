"""Messages as OpenAI chat completions wants them."""

import hashlib
from collections.abc import Iterable
from typing import assert_never

from agents.llm.wire.openai_models import ModelTraits
from agents.llm.wire.openai_parts import WirePart, is_file, joined_text, user_content, wire_file
from agents.llm.wire.parts import (
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.turns import repaired

LONGEST_CALL_ID = 40
SHORT_CALL_ID = 9
WireMessage = dict[str, object]


def wire_messages(
    messages: Iterable[Message], traits: ModelTraits, *, replay_field: str
) -> list[WireMessage]:
    """Return the wire's messages.

    ``replay_field``: name of the field that carries earlier thinking back, "" for none.
    """
    system_role = "developer" if traits.has_developer_role else "system"
    rendered: list[WireMessage] = []
    told = repaired(messages, longest_id=LONGEST_CALL_ID)
    for message in _alternating(told) if traits.wants_alternation else told:
        match message.role:
            case "system":
                text = joined_text(message.parts, "\n\n")
                rendered.append({"role": system_role, "content": text})
            case "user":
                content = user_content(message.parts, is_plain=traits.wants_plain_text)
                rendered.append({"role": "user", "content": content})
            case "assistant":
                rendered += _assistant(message.parts, traits, replay_field)
            case "tool":
                rendered += _tool_results(message.parts, traits)
            case _:
                assert_never(message.role)
    return _without_neighbours(rendered) if traits.wants_alternation else rendered


def _without_neighbours(rendered: Iterable[WireMessage]) -> list[WireMessage]:
    """Return the messages; the files of tools and what a person says next are one turn."""
    turns: list[WireMessage] = []
    for message in rendered:
        if turns and turns[-1]["role"] == message["role"] == "user":
            content = [*_listed(turns[-1]["content"]), *_listed(message["content"])]
            turns[-1] = {"role": "user", "content": content}
        else:
            turns.append(message)
    return turns


def _listed(content: object) -> list[object]:
    return content if isinstance(content, list) else [{"type": "text", "text": content}]


def _alternating(messages: Iterable[Message]) -> list[Message]:
    """Return the messages for servers that are strict about who follows whom.

    Instructions stand at the start, as one message; neighbours of one role are one message.
    """
    instructions: list[Part] = []
    turns: list[Message] = []
    for message in messages:
        if message.role == "system":
            instructions += message.parts
        elif turns and turns[-1].role == message.role and message.role != "tool":
            turns[-1] = _merged(turns[-1], message)
        else:
            turns.append(message)
    start = [Message("system", tuple(instructions))] if instructions else []
    return start + turns


def _merged(first: Message, second: Message) -> Message:
    """Return two turns as one; the texts of two answers do not run together."""
    between = (TextPart("\n\n"),) if first.role == "assistant" and _ends_in_text(first) else ()
    return Message(first.role, (*first.parts, *between, *second.parts))


def _ends_in_text(message: Message) -> bool:
    return bool(message.parts) and isinstance(message.parts[-1], TextPart)


def _assistant(
    parts: tuple[Part, ...], traits: ModelTraits, replay_field: str
) -> list[WireMessage]:
    text = joined_text(parts, "")
    calls = [_call(part, traits) for part in parts if isinstance(part, ToolCallPart)]
    if not text and not calls:
        return []  # an answer that was stopped before its first word
    nothing = None if traits.has_null_content else ""
    message: WireMessage = {"role": "assistant", "content": text or nothing}
    thinking = "".join(part.text for part in parts if isinstance(part, ThinkingPart))
    if replay_field and thinking:
        message[replay_field] = _replayed(thinking, replay_field)
    if calls:
        message["tool_calls"] = calls
    return [message]


def _replayed(thinking: str, field: str) -> object:
    if field == "reasoning_details":
        return [{"type": "reasoning.text", "text": thinking, "index": 0}]
    return thinking


def _call(part: ToolCallPart, traits: ModelTraits) -> WireMessage:
    call_id = _wire_id(part.id, traits)
    if part.kind == "custom":
        custom = {"name": part.name, "input": part.arguments}
        return {"id": call_id, "type": "custom", "custom": custom}
    function = {"name": part.name, "arguments": part.arguments or "{}"}
    return {"id": call_id, "type": "function", "function": function}


def _wire_id(call_id: str, traits: ModelTraits) -> str:
    if not traits.has_short_call_ids:
        return call_id
    return hashlib.sha256(call_id.encode("utf-8", "replace")).hexdigest()[:SHORT_CALL_ID]


def _tool_results(parts: tuple[Part, ...], traits: ModelTraits) -> list[WireMessage]:
    """Return the tool messages, then one user turn with their files: tools may send only text."""
    rendered: list[WireMessage] = []
    shown: list[WirePart] = []
    results = [part for part in parts if isinstance(part, ToolResultPart)]
    for part in results:
        text = joined_text(part.content, "\n\n")
        content = f"Error: {text}" if part.is_error else text
        call_id = _wire_id(part.call_id, traits)
        rendered.append({"role": "tool", "tool_call_id": call_id, "content": content})
        files = [item for item in part.content if not isinstance(item, TextPart) and is_file(item)]
        if files and not traits.wants_plain_text:
            label = f"{_kind(files)} from the call {call_id}:"
            shown += [{"type": "text", "text": label}, *(wire_file(item) for item in files)]
    if shown:
        rendered.append({"role": "user", "content": shown})
    return rendered


def _kind(files: Iterable[ImagePart | DocumentPart]) -> str:
    return "Files" if any(isinstance(item, DocumentPart) for item in files) else "Images"
