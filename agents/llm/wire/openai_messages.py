"""Messages as OpenAI chat completions wants them."""

from collections.abc import Iterable
from typing import assert_never

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

LONGEST_CALL_ID = 40
WireMessage = dict[str, object]


def wire_messages(
    messages: Iterable[Message], *, system_role: str, replay_field: str
) -> list[WireMessage]:
    """Return the wire's messages.

    ``replay_field``: name of the field that carries earlier thinking back, "" for none.
    """
    rendered: list[WireMessage] = []
    for message in repaired(messages, longest_id=LONGEST_CALL_ID):
        match message.role:
            case "system":
                rendered.append({"role": system_role, "content": _text(message.parts, "\n\n")})
            case "user":
                rendered.append({"role": "user", "content": _user_content(message.parts)})
            case "assistant":
                rendered += _assistant(message.parts, replay_field)
            case "tool":
                rendered += _tool_results(message.parts)
            case _:
                assert_never(message.role)
    return rendered


def _text(parts: Iterable[Part], separator: str) -> str:
    return separator.join(part.text for part in parts if isinstance(part, TextPart))


def _user_content(parts: tuple[Part, ...]) -> str | list[object]:
    if not any(isinstance(part, ImagePart) for part in parts):
        return _text(parts, "\n\n")  # many local servers take nothing but a string
    content: list[object] = []
    for part in parts:
        if isinstance(part, TextPart) and part.text:
            content.append({"type": "text", "text": part.text})
        elif isinstance(part, ImagePart):
            content.append(_image(part))
    return content


def _image(part: ImagePart) -> WireMessage:
    url = part.url or f"data:{part.media_type};base64,{part.base64}"
    image: dict[str, object] = {"url": url}
    if part.detail:
        image["detail"] = part.detail
    return {"type": "image_url", "image_url": image}


def _assistant(parts: tuple[Part, ...], replay_field: str) -> list[WireMessage]:
    text = _text(parts, "")
    calls = [
        {
            "id": part.id,
            "type": "function",
            "function": {"name": part.name, "arguments": part.arguments or "{}"},
        }
        for part in parts
        if isinstance(part, ToolCallPart)
    ]
    if not text and not calls:
        return []  # an answer that was stopped before its first word
    message: WireMessage = {"role": "assistant", "content": text or None}
    thinking = "".join(part.text for part in parts if isinstance(part, ThinkingPart))
    if replay_field and thinking:
        message[replay_field] = thinking
    if calls:
        message["tool_calls"] = calls
    return [message]


def _tool_results(parts: tuple[Part, ...]) -> list[WireMessage]:
    """Return the tool messages, then one user turn with their images: tools may send only text."""
    rendered: list[WireMessage] = []
    images: list[object] = []
    results = [part for part in parts if isinstance(part, ToolResultPart)]
    for part in results:
        text = _text(part.content, "\n\n")
        content = f"Error: {text}" if part.is_error else text
        rendered.append({"role": "tool", "tool_call_id": part.call_id, "content": content})
        pictures = [_image(item) for item in part.content if isinstance(item, ImagePart)]
        if pictures:
            images += [{"type": "text", "text": f"Images from the call {part.call_id}:"}, *pictures]
    if images:
        rendered.append({"role": "user", "content": images})
    return rendered
