"""Messages of a conversation, all or by the page."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from conversations.models import Conversation, Message
from librechat.kernel import pagination


@dataclass(frozen=True, slots=True)
class MessageQuery:
    """What to read; in the order the messages were made, or against it."""

    message_id: str = ""
    cursor: str = ""
    limit: int = 25
    is_descending: bool = True


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
    rows = rows.filter(_after(query)).in_order()
    page = list((rows.reverse() if query.is_descending else rows)[: query.limit + 1])
    has_more = len(page) > query.limit
    page = page[: query.limit]
    return MessagePage(page, _cursor(page[-1]) if has_more else None)


def _cursor(message: Message) -> str:
    return pagination.encode({"at": message.created_at.isoformat(), "id": message.id})


def _after(query: MessageQuery) -> Q:
    position = pagination.decode(query.cursor)
    try:
        moment = parse_datetime(position.get("at", ""))
    except ValueError:
        return Q()
    if moment is None or moment.tzinfo is None:
        return Q()
    step = "lt" if query.is_descending else "gt"
    same = Q(created_at=moment) & Q(**{f"id__{step}": position.get("id", "")})
    return Q(**{f"created_at__{step}": moment}) | same
