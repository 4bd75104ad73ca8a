"""Messages as Anthropic's API wants them: turns that alternate, made of blocks."""

from collections.abc import Iterable
from typing import assert_never

from agents.llm.wire.fields import NotJsonError, parse_json
from agents.llm.wire.neutral import (
    ImagePart,
    Message,
    Part,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.turns import repaired

LONGEST_CALL_ID = 64
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


def turns_of(messages: tuple[Message, ...], *, has_prefill: bool) -> list[Turn]:
    """Return the turns; neighbours of one role are one turn, empty ones are left out.

    ``has_prefill``: the model may be asked to go on with an assistant's last turn.
    """
    turns: list[Turn] = []
    is_start = True
    for message in repaired(messages, longest_id=LONGEST_CALL_ID):
        is_start = is_start and message.role == "system"
        if is_start:
            continue
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _blocks(message)
        if not blocks:
            continue
        if turns and turns[-1][0] == role:
            turns[-1][1].extend(blocks)
        else:
            turns.append((role, blocks))
    if turns and turns[-1][0] == "assistant":
        _prepare_last_answer(turns, has_prefill=has_prefill)
    return turns


def _prepare_last_answer(turns: list[Turn], *, has_prefill: bool) -> None:
    last = turns[-1][1][-1]
    if has_prefill and last["type"] == "text":
        last["text"] = str(last["text"]).rstrip()  # blanks at the end are refused
    else:
        turns.append(("user", [{"type": "text", "text": CONTINUE}]))


def _blocks(message: Message) -> list[Block]:
    if message.role == "system":
        # Later instructions stay where they were said, marked as not being the person's.
        return [
            {"type": "text", "text": f"<system-reminder>\n{block['text']}\n</system-reminder>"}
            for block in _text_blocks(message.parts)
        ]
    blocks = (_block(part, message.role) for part in message.parts)
    return [block for block in blocks if block]


def _text_blocks(parts: Iterable[Part]) -> list[Block]:
    return [
        {"type": "text", "text": part.text}
        for part in parts
        if isinstance(part, TextPart) and part.text.strip()
    ]


def _block(part: Part, role: str) -> Block | None:
    """Return the block of a part; None for what may not be sent."""
    match part:
        case TextPart():
            return {"type": "text", "text": part.text} if part.text.strip() else None
        case ImagePart():
            return None if role == "assistant" else _image(part)
        case ThinkingPart():
            return _thinking(part)
        case ToolCallPart():
            arguments = arguments_object(part.arguments)
            return {"type": "tool_use", "id": part.id, "name": part.name, "input": arguments}
        case ToolResultPart():
            return _result(part)
        case _:
            assert_never(part)


def _image(part: ImagePart) -> Block:
    if part.url:
        return {"type": "image", "source": {"type": "url", "url": part.url}}
    source = {"type": "base64", "media_type": part.media_type, "data": part.base64}
    return {"type": "image", "source": source}


def _thinking(part: ThinkingPart) -> Block | None:
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
    return parsed if isinstance(parsed, dict) else {"_raw": parsed}
