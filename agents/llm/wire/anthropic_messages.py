"""Messages as Anthropic's API wants them: turns that alternate, made of blocks."""

from collections.abc import Iterable
from typing import assert_never

from agents.llm.wire.anthropic_models import ModelTraits
from agents.llm.wire.fields import NotJsonError, parse_json
from agents.llm.wire.parts import (
    CacheMark,
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.relayed_proofs import SEAL
from agents.llm.wire.turns import repaired

LONGEST_CALL_ID = 64
OWN_FORMATS = {"", "anthropic"}
BEGIN = "The conversation begins with an answer."
CONTINUE = "Continue your answer exactly where it stopped. Repeat nothing."
Block = dict[str, object]
Turn = tuple[str, list[Block]]  # role, blocks


def system_blocks(messages: Iterable[Message]) -> list[Block]:
    """Return the system texts that stand before the first turn."""
    blocks: list[Block] = []
    for message in messages:
        if message.role != "system":
            break
        blocks += _text_blocks(message.parts)
    return blocks


def turns_of(messages: tuple[Message, ...], traits: ModelTraits) -> list[Turn]:
    """Return the turns; neighbours of one role are one turn, empty ones are left out."""
    turns = _Turns(has_later_system=traits.has_later_system)
    is_start = True
    for message in repaired(_behind_results(messages), longest_id=LONGEST_CALL_ID):
        is_start = is_start and message.role == "system"
        if not is_start:
            turns.add(message)
    told = turns.finished()
    if told and told[0][0] == "assistant" and traits.needs_user_first:
        told.insert(0, ("user", [{"type": "text", "text": BEGIN}]))
    if told and told[-1][0] == "assistant":
        _prepare_last_answer(told, has_prefill=traits.has_prefill)
    return told


class _Turns:
    """Turns in the making; later system messages wait for the end of the user's turn."""

    def __init__(self, *, has_later_system: bool) -> None:
        self._turns: list[Turn] = []
        self._waiting: list[Block] = []
        self._has_later_system = has_later_system

    def add(self, message: Message) -> None:
        """Add a message."""
        if message.role == "system" and self._has_later_system:
            self._waiting += _text_blocks(message.parts)
            return
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _blocks(message)
        if not blocks:
            return
        if role == "assistant":
            self._say_waiting()
        self._append(role, blocks)

    def finished(self) -> list[Turn]:
        """Return the turns."""
        self._say_waiting()
        if self._waiting:  # nothing of the user's stands before it
            self._append("user", _reminders(self._waiting))
        return self._turns

    def _say_waiting(self) -> None:
        if self._waiting and self._turns and self._turns[-1][0] == "user":
            self._turns.append(("system", self._waiting))
            self._waiting = []

    def _append(self, role: str, blocks: list[Block]) -> None:
        if self._turns and self._turns[-1][0] == role:
            self._turns[-1][1].extend(blocks)
        else:
            self._turns.append((role, blocks))


def _behind_results(messages: Iterable[Message]) -> list[Message]:
    """Return the messages; between calls and their results no system message may stand."""
    told: list[Message] = []
    held: list[Message] = []
    is_open = False
    for message in messages:
        if message.role == "system" and is_open:
            held.append(message)
            continue
        if message.role != "tool":
            told += held
            held = []
            is_open = any(isinstance(part, ToolCallPart) for part in message.parts)
        told.append(message)
    return told + held


def _prepare_last_answer(turns: list[Turn], *, has_prefill: bool) -> None:
    last = turns[-1][1][-1]
    if has_prefill and last["type"] == "text":
        last["text"] = str(last["text"]).rstrip()  # blanks at the end are refused
    else:
        turns.append(("user", [{"type": "text", "text": CONTINUE}]))


def _blocks(message: Message) -> list[Block]:
    if message.role == "system":
        # Later instructions stay where they were said, marked as not being the person's.
        return _reminders(_text_blocks(message.parts))
    blocks = (_block(part, message.role) for part in message.parts)
    return [block for block in blocks if block]


def _reminders(blocks: Iterable[Block]) -> list[Block]:
    return [
        {**block, "text": f"<system-reminder>\n{block['text']}\n</system-reminder>"}
        for block in blocks
    ]


def _text_blocks(parts: Iterable[Part]) -> list[Block]:
    return [
        with_mark({"type": "text", "text": part.text}, part.cache)
        for part in parts
        if isinstance(part, TextPart) and part.text.strip()
    ]


def with_mark(block: Block, mark: CacheMark) -> Block:
    """Return the block as the end of what the cache keeps, where that is wished for."""
    if mark:
        ttl = {"ttl": mark} if mark == "1h" else {}
        block["cache_control"] = {"type": "ephemeral", **ttl}
    return block


def _block(part: Part, role: str) -> Block | None:
    """Return the block of a part; None for what may not be sent."""
    match part:
        case TextPart():
            block: Block = {"type": "text", "text": part.text}
            return with_mark(block, part.cache) if part.text.strip() else None
        case ImagePart():
            return None if role == "assistant" else with_mark(_image(part), part.cache)
        case DocumentPart():
            return None if role == "assistant" else with_mark(_document(part), part.cache)
        case ThinkingPart():
            return _thinking(part)
        case ToolCallPart():
            return with_mark(_call(part), part.cache)
        case ToolResultPart():
            return with_mark(_result(part), part.cache)
        case _:
            assert_never(part)


def _call(part: ToolCallPart) -> Block:
    arguments = arguments_object(part.arguments)
    return {"type": "tool_use", "id": part.id, "name": part.name, "input": arguments}


def _image(part: ImagePart) -> Block:
    if part.url:
        return {"type": "image", "source": {"type": "url", "url": part.url}}
    source = {"type": "base64", "media_type": part.media_type, "data": part.base64}
    return {"type": "image", "source": source}


def _document(part: DocumentPart) -> Block:
    source: Block
    if part.url:
        source = {"type": "url", "url": part.url}
    elif part.text:
        source = {"type": "text", "media_type": "text/plain", "data": part.text}
    else:
        source = {"type": "base64", "media_type": part.media_type, "data": part.base64}
    block: Block = {"type": "document", "source": source}
    if part.title:
        block["title"] = part.title
    if part.context:
        block["context"] = part.context
    return block


def _thinking(part: ThinkingPart) -> Block | None:
    if part.format not in OWN_FORMATS or part.signature.startswith(SEAL):
        return None  # proved to somebody else
    if part.redacted:
        return {"type": "redacted_thinking", "data": part.redacted}
    if part.signature:
        return {"type": "thinking", "thinking": part.text, "signature": part.signature}
    return None  # another provider's thoughts: nothing proves them here


def _result(part: ToolResultPart) -> Block:
    content = [block for block in (_block(item, "tool") for item in part.content) if block]
    block: Block = {"type": "tool_result", "tool_use_id": part.call_id}
    if content:
        block["content"] = content
    if part.is_error:
        block["is_error"] = True
    return block


def arguments_object(text: str) -> dict[str, object]:
    """Return a call's arguments as an object, whatever the model wrote."""
    try:
        parsed = parse_json(text) if text.strip() else {}
    except NotJsonError:
        return {"_raw": text}
    if parsed is None:
        return {}
    return parsed if isinstance(parsed, dict) else {"_raw": parsed}
