"""Messages of a conversation, all or by the page."""

from dataclasses import dataclass

from conversations.models import Conversation, Message
from conversations.queries.keyset import Column, KeysetOrder

CREATED, ENDPOINT = "created_at", "endpoint"
SORTS = {"createdAt": CREATED, "updatedAt": "updated_at", "endpoint": ENDPOINT}


@dataclass(frozen=True, slots=True)
class MessageQuery:
    """What to read, and in which order."""

    message_id: str = ""
    cursor: str = ""
    limit: int = 25
    is_descending: bool = True
    sort_by: str = ""  # one of SORTS; what is none means createdAt


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages and where they go on, None at the end."""

    messages: list[Message]
    next_cursor: str | None


def messages_of(conversation: Conversation) -> list[Message]:
    """Return every message of a conversation, oldest first."""
    return list(Message.objects.filter(conversation=conversation).in_order())


def message_page(conversation: Conversation, query: MessageQuery) -> MessagePage:
    """Return one page; a cursor that cannot be read means the first."""
    rows = Message.objects.filter(conversation=conversation)
    if query.message_id:
        rows = rows.filter(message_id=query.message_id)
    name = SORTS.get(query.sort_by, CREATED)
    by = Column(name, "text" if name == ENDPOINT else "moment", key="at")
    # A cursor of another order counts as none.
    order = KeysetOrder((by,), query.is_descending, label=(("by", name),))
    return MessagePage(*order.page(rows, query.cursor, query.limit))
