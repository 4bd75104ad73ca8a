"""A person's share links, a page at a time."""

from dataclasses import dataclass

from accounts.models import User
from conversations.models import SharedLink
from conversations.queries.keyset import Column, KeysetOrder
from librechat.kernel import clock

SORT_FIELDS = {"createdAt": "created_at", "title": "title"}


@dataclass(frozen=True, slots=True)
class ShareQuery:
    """What to list; ``search``: part of a title."""

    cursor: str = ""
    limit: int = 25
    sort_by: str = "createdAt"
    sort_direction: str = "desc"
    search: str = ""


@dataclass(frozen=True, slots=True)
class SharePage:
    """Links and where the list goes on, None at its end."""

    links: list[SharedLink]
    next_cursor: str | None


def share_page(user: User, query: ShareQuery) -> SharePage:
    """Return one page of a person's links of chats that are still there, in one query."""
    column = SORT_FIELDS.get(query.sort_by, "created_at")
    by = Column(column, "text" if column == "title" else "moment")
    order = KeysetOrder((by,), query.sort_direction != "asc")
    rows = SharedLink.objects.owned_by(user).filter(conversation__deleted_at=None)
    if query.search:
        rows = rows.filter(title__icontains=query.search)
    rows = rows.select_related("conversation").defer("snapshot")
    return SharePage(*order.page(rows, query.cursor, query.limit))


def share_of_conversation(user: User, conversation_id: str) -> SharedLink | None:
    """Return the newest link of a conversation that has not run out."""
    links = SharedLink.objects.owned_by(user).alive()
    mine = links.filter(conversation__conversation_id=conversation_id)
    return mine.select_related("conversation").defer("snapshot").first()


def share_row_json(link: SharedLink) -> dict[str, object]:
    """Return a link as a row of its owner's list."""
    shape: dict[str, object] = {
        "shareId": link.share_id,
        "title": link.title,
        "createdAt": clock.iso(link.created_at),
        "conversationId": link.conversation.conversation_id,
    }
    return shape | ({"expiredAt": clock.iso(link.expired_at)} if link.expired_at else {})
