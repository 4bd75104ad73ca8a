"""Stored messages → what a model reads."""

from collections.abc import Iterator, Sequence
from typing import Any

from agents.llm.wire import parts as wire_parts
from conversations import tree
from conversations.generation.assemble import ContentPart, text_of
from conversations.models import Message

MAX_MESSAGES = 2_000  # of a branch; no model's window holds more


def branch_messages(conversation_id: str, leaf: str) -> list[Message]:
    """Return the messages from the root to ``leaf``, by the conversation's row id.

    Two queries: the tree's links, then only the branch's rows.
    """
    links = Message.objects.filter(conversation_id=conversation_id).order_by("created_at", "id")
    nodes = [tree.Node(*row) for row in links.values_list("message_id", "parent_message_id")]
    branch = tree.branch_to(nodes, leaf, limit=MAX_MESSAGES)
    rows = Message.objects.filter(conversation_id=conversation_id, message_id__in=branch)
    found = {message.message_id: message for message in rows}
    return [found[message_id] for message_id in branch]


def neutral_messages(messages: Sequence[Message]) -> tuple[wire_parts.Message, ...]:
    """Return what the model reads; messages that say nothing to it are left out."""
    return tuple(turn for message in messages for turn in _turns(message))


def assistant_messages(parts: Sequence[ContentPart]) -> Iterator[wire_parts.Message]:
    """Yield an answer's parts as assistant and tool messages, in their order.

    Reasoning is not told back, errors are not part of the conversation.
    """
    said: list[wire_parts.Part] = []
    results: list[wire_parts.Part] = []
    for part in parts:
        kind = part.get("type")
        if kind == "tool_call":
            call, result = _call_and_result(part["tool_call"])
            said.append(call)
            results.append(result)
        elif kind == "text" and text_of(part):
            if results:
                yield wire_parts.Message("assistant", tuple(said))
                yield wire_parts.Message("tool", tuple(results))
                said, results = [], []
            said.append(wire_parts.TextPart(text_of(part)))
    if said:
        yield wire_parts.Message("assistant", tuple(said))
    if results:
        yield wire_parts.Message("tool", tuple(results))


def _turns(message: Message) -> Iterator[wire_parts.Message]:
    if not message.is_created_by_user:
        yield from assistant_messages(message.content or [{"type": "text", "text": message.text}])
        return
    images = tuple(_images(message.content))
    words = quoted_text(message)
    text: tuple[wire_parts.Part, ...] = (wire_parts.TextPart(words),) if words else ()
    if text or images:
        yield wire_parts.Message("user", (*text, *images))


def quoted_text(message: Message) -> str:
    """Return a person's text below the passages it refers to, these as Markdown quotations."""
    quotes = ["\n".join(f"> {line}" for line in quote.splitlines()) for quote in message.quotes]
    return "\n\n".join(part for part in (*quotes, message.text) if part)


def _images(parts: Sequence[ContentPart]) -> Iterator[wire_parts.ImagePart]:
    """Yield the images an imported message carries inline."""
    for part in parts:
        image = part.get("image_url")
        address = image.get("url", "") if isinstance(image, dict) else ""
        media_type, _, encoded = address.removeprefix("data:").partition(";base64,")
        if address.startswith("data:image/") and encoded:
            yield wire_parts.ImagePart(media_type=media_type, base64=encoded)


def _call_and_result(
    call: dict[str, Any],
) -> tuple[wire_parts.ToolCallPart, wire_parts.ToolResultPart]:
    call_id = str(call.get("id", ""))
    output = str(call.get("output") or "(no result)")
    return (
        wire_parts.ToolCallPart(call_id, str(call.get("name", "")), str(call.get("args") or "{}")),
        wire_parts.ToolResultPart(call_id, (wire_parts.TextPart(output),)),
    )
