"""Claude's export: chats with ``chat_messages`` in a row or a tree, and projects."""

from collections.abc import Iterator, Mapping
from typing import Any

from conversations.transfer.cleaning import id_of, line_of, mapping, moment, sequence, text_of
from conversations.transfer.importer import (
    ImportedConversation,
    ImportedMessage,
    ImportedProject,
    Note,
    Record,
)
from conversations.transfer.json_files import JsonFormat
from conversations.transfer.reasons import Reason

ENDPOINT = "anthropic"
SENDERS = {"human": True, "user": True, "assistant": False}
LONGEST_INSTRUCTIONS = 100_000


def recognises(item: Mapping[str, Any]) -> bool:
    """Return whether an object is a chat or a project of Claude's."""
    return isinstance(item.get("chat_messages"), list) or _is_project(item)


def _is_project(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("prompt_template"), str) and isinstance(item.get("uuid"), str)


def records(item: Mapping[str, Any]) -> Iterator[Record]:
    """Yield the chat, or the project and a note per document."""
    if not isinstance(item.get("chat_messages"), list):
        yield from _project(item)
        return
    conversation = ImportedConversation(
        source_id=id_of(item.get("uuid")),
        title=text_of(item.get("name") or item.get("title")),
        endpoint=ENDPOINT,
        model=line_of(item.get("model"), 256),
        created_at=moment(item.get("created_at")),
        updated_at=moment(item.get("updated_at")),
        project_id=id_of(mapping(item.get("project")).get("uuid") or item.get("project_uuid")),
        leaf_source_id=id_of(item.get("current_leaf_message_uuid")),
        extra={"is_pinned": item.get("is_starred") is True},
    )
    previous = ""
    for number, row in enumerate(sequence(item.get("chat_messages"))):
        message = _message(mapping(row), number, conversation)
        if message is None:
            continue
        if "parent_message_uuid" not in mapping(row):
            message.parent_source_id = previous
        conversation.messages.append(message)
        previous = message.source_id
    yield conversation


def _message(
    row: Mapping[str, Any],
    number: int,
    conversation: ImportedConversation,
) -> ImportedMessage | None:
    source_id = id_of(row.get("uuid")) or f"{conversation.source_id}#{number}"
    for file in [*sequence(row.get("attachments")), *sequence(row.get("files"))]:
        name = line_of(mapping(file).get("file_name"), 256)
        conversation.leave_out("attachment", name, Reason.ATTACHED)
    is_user = SENDERS.get(row.get("sender", "") if isinstance(row.get("sender"), str) else "")
    if is_user is None:
        conversation.leave_out("message", source_id, Reason.NO_SPEAKER)
        return None
    parts = _parts(row)
    text = "\n\n".join(part["text"] for part in parts if part["type"] == "text")
    return ImportedMessage(
        source_id=source_id,
        parent_source_id=id_of(row.get("parent_message_uuid")),
        is_created_by_user=is_user,
        text=text if is_user else "",
        content=[] if is_user else parts,
        created_at=moment(row.get("created_at")),
        updated_at=moment(row.get("updated_at")),
        sender="User" if is_user else "Claude",
        endpoint=ENDPOINT,
        model="" if is_user else conversation.model,
    )


def _parts(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for block in sequence(row.get("content")):
        shape = mapping(block)
        match shape.get("type"):
            case "text":
                parts.append({"type": "text", "text": text_of(shape.get("text"))})
            case "thinking":
                parts.append({"type": "think", "think": text_of(shape.get("thinking"))})
            case _:
                continue  # calls of tools that exist only there
    kept = [part for part in parts if str(part[part["type"]]).strip()]
    if any(part["type"] == "text" for part in kept):
        return kept
    text = text_of(row.get("text"))
    return [*kept, {"type": "text", "text": text}] if text.strip() else kept


def _project(item: Mapping[str, Any]) -> Iterator[Record]:
    source_id = id_of(item.get("uuid"))
    yield ImportedProject(
        source_id=source_id,
        name=line_of(item.get("name"), 100),
        description=line_of(item.get("description"), 1_000),
        instructions=text_of(item.get("prompt_template"))[:LONGEST_INSTRUCTIONS],
        created_at=moment(item.get("created_at")),
        updated_at=moment(item.get("updated_at")),
    )
    for document in sequence(item.get("docs")):
        name = line_of(mapping(document).get("filename"), 256)
        yield Note("attachment", name, Reason.DOCUMENT)


IMPORTER = JsonFormat("claude", "Claude", recognises, records)
