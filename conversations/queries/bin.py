"""What lies in a person's bin."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import Model, Q, QuerySet

from accounts.models import User
from conversations.models import Conversation, DeletedItem
from conversations.models.conversation import ConversationQuerySet
from librechat.kernel import clock, pagination

CONVERSATION = "conversation"
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class BinRow:
    """A deleted thing.

    ``kind``: ``conversation`` or one of ``DeletedItem.Kind``. ``ref``: what restoring and removing
    take, the public id of a conversation, else the item's id.
    """

    kind: str
    ref: str
    title: str
    deleted_at: datetime
    row_id: str

    @property
    def gone_at(self) -> datetime:
        """When it is removed for good."""
        return self.deleted_at + timedelta(days=settings.TRASH_DAYS)


@dataclass(frozen=True, slots=True)
class BinPage:
    """Rows, the last deleted first, and where they go on, None at the end."""

    rows: list[BinRow]
    next_cursor: str | None


def bin_opened_at() -> datetime:
    """Return the moment before which what was deleted cannot come back."""
    return clock.now() - timedelta(days=settings.TRASH_DAYS)


def deleted_conversations(user: User) -> ConversationQuerySet:
    """Return the conversations this person can bring back."""
    deleted = Conversation.objects.filter(user=user, deleted_at__gt=bin_opened_at())
    return deleted.exclude(expired_at__lte=clock.now())


def bin_page(user: User, *, cursor: str = "", limit: int = 25) -> BinPage:
    """Return one page of everything a person deleted; two queries, whatever is in there.

    A cursor that cannot be read means the first page.
    """
    items = DeletedItem.objects.visible_to(user).filter(
        Q(conversation=None) | Q(conversation__deleted_at=None),
        deleted_at__gt=bin_opened_at(),
    )
    after = _after(cursor)
    rows = [
        *map(_conversation_row, _newest(deleted_conversations(user), after, limit)),
        *map(_item_row, _newest(items.defer("content"), after, limit)),
    ]
    rows.sort(key=lambda row: (row.deleted_at, row.row_id), reverse=True)
    has_more = len(rows) > limit
    rows = rows[:limit]
    return BinPage(rows, _cursor(rows[-1]) if has_more else None)


def _newest(rows: QuerySet[Row], after: Q, limit: int) -> Iterable[Row]:
    return rows.filter(after).order_by("-deleted_at", "-id")[: limit + 1]


def _conversation_row(row: Conversation) -> BinRow:
    moment = row.deleted_at or clock.now()  # never None here
    return BinRow(CONVERSATION, row.conversation_id, row.title, moment, row.id)


def _item_row(row: DeletedItem) -> BinRow:
    return BinRow(row.kind, row.id, row.title, row.deleted_at, row.id)


def _cursor(row: BinRow) -> str:
    return pagination.encode({"at": row.deleted_at.isoformat(), "id": row.row_id})


def _after(cursor: str) -> Q:
    position = pagination.decode(cursor)
    moment = pagination.moment(position.get("at", ""))
    if moment is None:
        return Q()
    same = Q(deleted_at=moment, id__lt=position.get("id", "").replace("\x00", ""))
    return Q(deleted_at__lt=moment) | same
