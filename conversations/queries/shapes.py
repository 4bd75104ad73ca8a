"""Rows as LibreChat's JSON shows them (reference: api.md section 4.3)."""

from collections.abc import Sequence
from typing import Any

from conversations.models import Conversation, Message
from librechat.kernel import clock

# What a stored parameter must never replace.
OWN_FIELDS = frozenset(
    {"conversationId", "user", "_id", "title", "endpoint", "endpointType", "model", "agent_id"}
    | {"createdAt", "updatedAt", "isArchived", "archivedAt", "pinned", "tags", "files"}
    | {"messages", "chatProjectId", "spec", "isTemporary", "expiredAt"},
)


def message_json(message: Message, *, conversation_id: str) -> dict[str, Any]:
    """Return a stored message; optional keys are absent when they hold nothing."""
    shape: dict[str, Any] = {
        "messageId": message.message_id,
        "conversationId": conversation_id,
        "parentMessageId": message.parent_message_id,
        "isCreatedByUser": message.is_created_by_user,
        "sender": message.sender,
        "text": message.text,
    }
    if not message.is_created_by_user:
        shape["content"] = content_json(message.content)
    shape |= {
        "model": message.model or None,
        "endpoint": message.endpoint,
        "tokenCount": message.token_count,
        "unfinished": message.unfinished,
        "error": message.error,
        "isTemporary": False,
        "expiredAt": None,
    }
    return shape | _present(message) | _dates(message)


def message_json_list(conversation: Conversation, messages: Sequence[Message]) -> list[Any]:
    """Return a conversation's messages; they carry its expiry."""
    expiry = {
        "isTemporary": conversation.is_temporary,
        "expiredAt": clock.iso(conversation.expired_at) if conversation.expired_at else None,
    }
    conversation_id = conversation.conversation_id
    return [message_json(message, conversation_id=conversation_id) | expiry for message in messages]


def _present(message: Message) -> dict[str, Any]:
    """Optional fields of a message that hold something; answers always list attachments."""
    optional: dict[str, Any] = {
        "attachments": message.attachments,
        "files": message.files,
        "feedback": message.feedback,
        "quotes": message.quotes,
        "iconURL": message.icon_url,
        "finish_reason": message.finish_reason,
    }
    present = {name: value for name, value in optional.items() if value}
    if not message.is_created_by_user:
        present.setdefault("attachments", [])
    return present


def _dates(row: Conversation | Message) -> dict[str, str]:
    return {"createdAt": clock.iso(row.created_at), "updatedAt": clock.iso(row.updated_at)}


def conversation_row_json(conversation: Conversation) -> dict[str, Any]:
    """Return a conversation as a row of the list; ``conversation_page`` knows what is shared."""
    shape: dict[str, Any] = {
        "conversationId": conversation.conversation_id,
        "user": conversation.user_id,
        "_id": conversation.id,
        "title": conversation.title,
        "endpoint": conversation.endpoint or None,
    }
    if conversation.agent_id:
        shape["agent_id"] = conversation.agent_id
    if conversation.model:
        shape["model"] = conversation.model
    shape |= _dates(conversation)
    shape |= {
        "chatProjectId": conversation.project_id or None,
        "isShared": bool(getattr(conversation, "is_shared", False)),
    }
    if conversation.is_pinned:
        shape["pinned"] = True
    return shape | _archived(conversation)


def conversation_json(
    conversation: Conversation,
    *,
    message_ids: Sequence[str],
) -> dict[str, Any]:
    """Return a whole conversation; ``message_ids``: row ids of its messages, oldest first."""
    shape: dict[str, Any] = {
        "conversationId": conversation.conversation_id,
        "user": conversation.user_id,
        "_id": conversation.id,
        "title": conversation.title,
        "endpoint": conversation.endpoint or None,
    }
    optional = {
        "endpointType": conversation.endpoint_type,
        "model": conversation.model,
        "agent_id": conversation.agent_id,
        "spec": conversation.spec,
        "pinned": conversation.is_pinned,
    }
    shape |= {name: value for name, value in optional.items() if value}
    shape |= {"isArchived": conversation.is_archived} | _archived(conversation)
    shape |= {
        "tags": [tag.tag for tag in conversation.tags.all()],
        "files": conversation.files,
        "chatProjectId": conversation.project_id or None,
        "resendFiles": True,
        "messages": list(message_ids),
        "isTemporary": conversation.is_temporary,
        "expiredAt": clock.iso(conversation.expired_at) if conversation.expired_at else None,
    }
    shape |= {
        name: value for name, value in conversation.parameters.items() if name not in OWN_FIELDS
    }
    return shape | _dates(conversation)


def _archived(conversation: Conversation) -> dict[str, Any]:
    if not (conversation.is_archived and conversation.archived_at):
        return {}
    return {"isArchived": True, "archivedAt": clock.iso(conversation.archived_at)}


def message_ids_of(conversation: Conversation) -> list[str]:
    """Return the row ids of a conversation's messages, oldest first."""
    rows = Message.objects.filter(conversation=conversation).in_order()
    return list(rows.values_list("id", flat=True))


def content_json(content: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return content parts without how long a thought took: LibreChat has no place for it."""
    return [_part_json(part) for part in content]


def _part_json(part: dict[str, Any]) -> dict[str, Any]:
    if part.get("type") != "think":
        return part
    return {name: value for name, value in part.items() if name != "runStepDurationMs"}
