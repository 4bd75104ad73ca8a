"""Input items as OpenAI's Responses API wants them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from agents.llm.wire.openai_parts import UNTITLED, is_file, joined_text
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
from agents.llm.wire.relayed_proofs import FORMAT, unpacked
from agents.llm.wire.turns import repaired

LONGEST_CALL_ID = 64
Item = dict[str, object]


def instructions_of(messages: Iterable[Message]) -> str:
    """Return the system texts that stand before the first turn."""
    texts: list[str] = []
    for message in messages:
        if message.role != "system":
            break
        texts.append(joined_text(message.parts, "\n\n"))
    return "\n\n".join(text for text in texts if text)


def input_items(messages: Iterable[Message], *, system_role: str) -> list[Item]:
    """Return the items of the turns; instructions at the start are left out."""
    items = _Items(system_role)
    is_start = True
    for message in repaired(messages, longest_id=LONGEST_CALL_ID):
        is_start = is_start and message.role == "system"
        if not is_start:
            items.add(message)
    return items.items


@dataclass(slots=True)
class _Items:
    system_role: str
    items: list[Item] = field(default_factory=list)
    _custom: set[str] = field(default_factory=set)  # ids of the calls that took free text

    def add(self, message: Message) -> None:
        match message.role:
            case "system":
                self._say(self.system_role, message.parts)
            case "user":
                self._say("user", message.parts)
            case "assistant":
                for part in message.parts:
                    self._answer(part)
            case "tool":
                results = (part for part in message.parts if isinstance(part, ToolResultPart))
                self.items += [self._output(part) for part in results]
            case _:
                assert_never(message.role)

    def _say(self, role: str, parts: tuple[Part, ...]) -> None:
        content = [item for item in map(_content, parts) if item]
        if content:
            self.items.append({"type": "message", "role": role, "content": content})

    def _answer(self, part: Part) -> None:
        match part:
            case TextPart() if part.text:
                content = [{"type": "output_text", "text": part.text}]
                self.items.append({"type": "message", "role": "assistant", "content": content})
            case ThinkingPart() if part.format == FORMAT and unpacked(part.signature):
                self.items.append(_reasoning(part))
            case ToolCallPart() if part.kind == "custom":
                self._custom.add(part.id)
                call = {"call_id": part.id, "name": part.name, "input": part.arguments}
                self.items.append({"type": "custom_tool_call", **call})
            case ToolCallPart():
                arguments = part.arguments or "{}"
                call = {"call_id": part.id, "name": part.name, "arguments": arguments}
                self.items.append({"type": "function_call", **call})
            case _:
                pass  # thoughts that nothing proves here

    def _output(self, part: ToolResultPart) -> Item:
        kind = "custom_tool_call_output" if part.call_id in self._custom else "function_call_output"
        output: str | list[Item] = joined_text(part.content, "\n\n")
        if part.is_error:
            output = f"Error: {output}"
        files = [item for item in part.content if is_file(item)]
        if files:
            shown = [item for item in map(_content, files) if item]
            output = [{"type": "input_text", "text": output}, *shown] if output else shown
        return {"type": kind, "call_id": part.call_id, "output": output}


def _reasoning(part: ThinkingPart) -> Item:
    summary = [{"type": "summary_text", "text": part.text}] if part.text else []
    encrypted = unpacked(part.signature)
    return {"type": "reasoning", "summary": summary, "encrypted_content": encrypted}


def _content(part: Part) -> Item | None:
    """Return the content part of what was said; None for what cannot be said or is empty."""
    match part:
        case ImagePart():
            address = part.url or f"data:{part.media_type};base64,{part.base64}"
            image: Item = {"type": "input_image", "image_url": address}
            return {**image, "detail": part.detail} if part.detail else image
        case DocumentPart() if part.url:
            return {"type": "input_file", "file_url": part.url}
        case DocumentPart() if not part.text:
            address = f"data:{part.media_type};base64,{part.base64}"
            name = part.title or UNTITLED
            return {"type": "input_file", "filename": name, "file_data": address}
        case _:
            text = joined_text((part,), "")
            return {"type": "input_text", "text": text} if text else None
