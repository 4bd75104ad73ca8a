"""LibreChat's JSON: one conversation, its messages in a list or nested in each other."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from conversations.parameters import parameters_from
from conversations.transfer.cleaning import (
    id_of,
    json_of,
    line_of,
    mapping,
    moment,
    object_of,
    objects_of,
    sequence,
    text_of,
)
from conversations.transfer.importer import ImportedConversation, ImportedMessage, Record
from conversations.transfer.json_files import JsonFormat
from conversations.transfer.reasons import Reason
from librechat.kernel.errors import InvalidInputError
from librechat.kernel.ids import NO_PARENT

PARTS = ("text", "think", "tool_call", "error")
MARKER = re.compile(r"\\ui\{[^{}\n]{0,400}\}")  # where a page of a tool was shown
LONGEST_NAME = 256


def recognises(item: Mapping[str, Any]) -> bool:
    """Return whether an object is an exported conversation."""
    messages = item.get("messagesTree", item.get("messages"))
    return isinstance(item.get("conversationId"), str) and isinstance(messages, list)


def records(item: Mapping[str, Any]) -> Iterator[Record]:
    """Yield the conversation."""
    options = mapping(item.get("options"))
    conversation = ImportedConversation(
        source_id=id_of(item.get("conversationId")),
        title=text_of(item.get("title")),
        endpoint=line_of(item.get("endpoint") or options.get("endpoint"), 128),
        model=line_of(item.get("model") or options.get("model"), LONGEST_NAME),
        tags=[line_of(tag, 128) for tag in sequence(item.get("tags"))],
        created_at=moment(item.get("createdAt")),
        updated_at=moment(item.get("updatedAt")) or moment(item.get("exportAt")),
        parameters=parameters_of({**options, **item}),
        extra={
            "is_archived": item.get("isArchived") is True,
            "is_pinned": item.get("pinned") is True,
        },
    )
    tree = item.get("messagesTree")
    for message, parent in _walked(tree if isinstance(tree, list) else item.get("messages")):
        imported = message_of(message, conversation)
        if not imported.source_id:
            conversation.leave_out("message", "", Reason.NO_ID)
            continue
        imported.parent_source_id = parent or imported.parent_source_id
        conversation.messages.append(imported)
    yield conversation


def parameters_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a chat that mean something here, one by one."""
    kept: dict[str, Any] = {}
    for name, value in row.items():
        try:
            kept |= parameters_from({name: json_of(value)})
        except InvalidInputError:
            continue  # the chat is taken without it
    return kept


def message_of(row: Mapping[str, Any], conversation: ImportedConversation) -> ImportedMessage:
    """Return a message as LibreChat stores it; its files are noted, not taken."""
    is_user = row.get("isCreatedByUser") is True
    source_id, parent = id_of(row.get("messageId")), id_of(row.get("parentMessageId"))
    text, content = _said(row, is_user=is_user)
    for file in [*objects_of(row.get("files")), *objects_of(row.get("attachments"))]:
        name = line_of(file.get("filename") or file.get("file_id"), LONGEST_NAME)
        conversation.leave_out("attachment", name, Reason.ATTACHED)
    return ImportedMessage(
        source_id=source_id,
        parent_source_id="" if parent == NO_PARENT else parent,
        is_created_by_user=is_user,
        text=text,
        content=content,
        created_at=moment(row.get("createdAt")),
        updated_at=moment(row.get("updatedAt")),
        sender=line_of(row.get("sender"), LONGEST_NAME),
        endpoint=line_of(row.get("endpoint"), 128),
        model=line_of(row.get("model"), LONGEST_NAME),
        extra={
            "error": row.get("error") is True,
            "unfinished": row.get("unfinished") is True,
            "finish_reason": line_of(row.get("finish_reason"), 32),
            "token_count": _count(row.get("tokenCount")),
            "feedback": _feedback(row.get("feedback")),
            "quotes": [text_of(quote) for quote in sequence(row.get("quotes")) if quote],
            "icon_url": _icon(row.get("iconURL")),
        },
    )


def _said(row: Mapping[str, Any], *, is_user: bool) -> tuple[str, list[dict[str, Any]]]:
    text = MARKER.sub("", text_of(row.get("text")))
    parts = [_part(part) for part in objects_of(row.get("content")) if part.get("type") in PARTS]
    if is_user:
        words = (part["text"] for part in parts if part["type"] == "text")
        return text or "\n\n".join(words), []
    if parts:
        return "", parts
    return "", [{"type": "text", "text": text}] if text else []


def _part(part: dict[str, Any]) -> dict[str, Any]:
    kind = part["type"]
    said = part.get(kind)
    if kind == "tool_call":
        return {"type": kind, kind: _tool_call(mapping(said))}
    if isinstance(said, dict):  # as assistants wrote it: {"value": "…", "annotations": […]}
        said = said.get("value")
    return {"type": kind, kind: MARKER.sub("", text_of(said))}


def _tool_call(call: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a tool was asked and what it said; it runs no more."""
    args = call.get("args")
    if isinstance(args, dict):
        args = orjson.dumps(object_of(args)).decode()
    return {
        "id": line_of(call.get("id"), LONGEST_NAME),
        "name": line_of(call.get("name"), LONGEST_NAME),
        "args": text_of(args),
        "output": text_of(call.get("output")),
        "type": "tool_call",
        "progress": 1,
    }


def _walked(roots: object) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield every message with the id of the one it is nested in; nesting may be any depth."""
    waiting = [(root, "") for root in reversed(sequence(roots))]
    while waiting:
        message, parent = waiting.pop()
        if not isinstance(message, dict):
            continue
        yield message, parent
        own = id_of(message.get("messageId"))
        waiting.extend((child, own) for child in reversed(sequence(message.get("children"))))


def _count(value: object) -> int:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return min(max(value, 0), 2**31 - 1) if is_count and isinstance(value, int) else 0


def _icon(value: object) -> str:
    """Return the address of a picture here: one elsewhere would tell who looks."""
    address = line_of(value, 512)
    return address if address.startswith("/") and not address.startswith("//") else ""


def _feedback(value: object) -> dict[str, Any] | None:
    feedback = object_of(value)
    known = {name: feedback[name] for name in ("rating", "tag", "text") if feedback.get(name)}
    return known if known.get("rating") in ("thumbsUp", "thumbsDown") else None


IMPORTER = JsonFormat("librechat", "LibreChat", recognises, records)
