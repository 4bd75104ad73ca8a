"""Messages of a conversation, all or by the page."""

from dataclasses import dataclass

from django.db.models import Q

from conversations.models import Conversation, Message
from librechat.kernel import pagination

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
    column = SORTS.get(query.sort_by, CREATED)
    sign = "-" if query.is_descending else ""
    rows = rows.filter(_after(query, column)).order_by(
        *(f"{sign}{name}" for name in (column, "id"))
    )
    page = list(rows[: query.limit + 1])
    has_more = len(page) > query.limit
    page = page[: query.limit]
    return MessagePage(page, _cursor(page[-1], column) if has_more else None)


def _cursor(message: Message, column: str) -> str:
    value = message.endpoint if column == ENDPOINT else getattr(message, column).isoformat()
    return pagination.encode({"by": column, "at": value, "id": message.id})


def _after(query: MessageQuery, column: str) -> Q:
    """Return what comes behind the cursor; one of another order counts as none."""
    position = pagination.decode(query.cursor)
    text = position.get("at", "")
    value = text if column == ENDPOINT else pagination.moment(text)
    if value is None or position.get("by") != column:
        return Q()
    step = "lt" if query.is_descending else "gt"
    row_id = position.get("id", "")
    same = Q(**{column: value}) & Q(**{f"id__{step}": row_id})
    return Q(**{f"{column}__{step}": value}) | same
