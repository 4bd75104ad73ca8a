"""The frozen copy of a conversation that a share link shows, and nothing besides.

What goes in is chosen field by field: no row ids, no costs, no ratings, no settings, no errors of
the operator's providers. Files go in only when the owner asked for it.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from conversations import tree
from conversations.models import Conversation, Message, SharedLink
from conversations.tree import NO_PARENT, Node
from librechat.kernel import clock

AGENT = "agent_"
ID_CHARACTERS = 24
# The fields of a tool call that tell what was done; the rest is bookkeeping.
CALL_FIELDS = ("name", "args", "output", "progress", "type")


def snapshot_of(link: SharedLink) -> list[dict[str, Any]]:
    """Return the messages a link shows: the branch to its target, or the whole tree."""
    messages = list(Message.objects.filter(conversation_id=link.conversation_id).in_order())
    nodes = [Node(one.message_id, one.parent_message_id) for one in messages]
    if link.target_message_id:
        kept = set(tree.branch_to(nodes, link.target_message_id))
        messages = [one for one in messages if one.message_id in kept]
    parents = tree.parents_of(Node(one.message_id, one.parent_message_id) for one in messages)
    return [_frozen(link, one, parents[one.message_id]) for one in messages]


def hidden_id(link: SharedLink, message_id: str) -> str:
    """Return the id a message has behind a link: always the same, and telling nothing.

    The message's own id is random, so nobody can find it from the digest.
    """
    if message_id == NO_PARENT:
        return NO_PARENT
    digest = sha256(f"{link.pk}:{message_id}".encode()).hexdigest()
    return f"msg_{digest[:ID_CHARACTERS]}"


def hidden_conversation_id(link: SharedLink) -> str:
    """Return the conversation's id behind a link."""
    return f"convo_{sha256(link.pk.encode()).hexdigest()[:ID_CHARACTERS]}"


def shared_json(link: SharedLink) -> dict[str, Any]:
    """Return what a visitor's client gets (reference: api.md, share links)."""
    shape: dict[str, Any] = {
        "shareId": link.share_id,
        "title": link.title,
        "conversationId": hidden_conversation_id(link),
        "createdAt": clock.iso(link.created_at),
        "updatedAt": clock.iso(link.updated_at),
        "messages": [
            {**message, "conversationId": hidden_conversation_id(link)} for message in link.snapshot
        ],
    }
    if link.target_message_id:
        shape["targetMessageId"] = hidden_id(link, link.target_message_id)
    return shape


def snapshot_messages(link: SharedLink) -> list[Message]:
    """Return the snapshot as messages that are not stored, for the page and for a copy.

    Their ids are the link's own; a new revision of the link is a new revision of each.
    """
    conversation = Conversation(
        conversation_id=hidden_conversation_id(link),
        user_id=link.user_id,
        title=link.title,
    )
    return [
        Message(
            id=f"{link.pk}-{place}",
            message_id=frozen["messageId"],
            parent_message_id=frozen["parentMessageId"],
            conversation=conversation,
            is_created_by_user=frozen["isCreatedByUser"],
            sender=frozen["sender"],
            text=frozen["text"],
            content=frozen.get("content", []),
            endpoint=frozen["endpoint"] or "",
            model=frozen["model"] or "",
            quotes=frozen.get("quotes", []),
            files=frozen.get("files", []),
            unfinished=frozen["unfinished"],
            revision=link.revision,
            created_at=clock.parsed(frozen["createdAt"]),
        )
        for place, frozen in enumerate(link.snapshot)
    ]


def _frozen(link: SharedLink, message: Message, parent_id: str) -> dict[str, Any]:
    is_agent = message.model.startswith(AGENT)
    shape: dict[str, Any] = {
        "messageId": hidden_id(link, message.message_id),
        "parentMessageId": hidden_id(link, parent_id),
        "isCreatedByUser": message.is_created_by_user,
        "sender": message.sender,
        "text": "" if message.error else message.text,
        "endpoint": message.endpoint or None,
        "model": None if is_agent else message.model or None,
        "unfinished": message.unfinished,
        "error": False,
        "createdAt": clock.iso(message.created_at),
        "updatedAt": clock.iso(message.updated_at),
    }
    if not message.is_created_by_user:
        shape["content"] = list(_parts(message.content))
    if message.quotes:
        shape["quotes"] = message.quotes
    if link.snapshot_files and message.files:
        shape["files"] = message.files
    return shape


def _parts(content: Sequence[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Yield the parts of an answer that say something to a visitor."""
    for part in content:
        kind = part.get("type")
        if kind in ("text", "think"):
            yield {"type": kind, kind: part.get(kind, "")}
        elif kind == "tool_call":
            call = part.get("tool_call") or {}
            yield {
                "type": kind,
                "tool_call": {name: call[name] for name in CALL_FIELDS if name in call},
            }
