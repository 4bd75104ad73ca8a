"""What lies in a person's bin."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from accounts.models import User
from conversations.models import Conversation, DeletedItem
from conversations.models.conversation import ConversationQuerySet
from conversations.models.deleted_item import DeletedItemQuerySet
from conversations.queries.keyset import Column, KeysetOrder
from librechat.kernel import clock

CONVERSATION = "conversation"
LAST_DELETED_FIRST = KeysetOrder((Column("deleted_at", key="at"),))


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
    pk: str

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


def chats_expired() -> ConversationQuerySet:
    """Return the conversations whose time is over, whosever they are."""
    return Conversation.objects.filter(expired_at__lte=clock.now())


def chats_outdated() -> ConversationQuerySet:
    """Return the conversations that were in the bin for their time."""
    return Conversation.objects.filter(deleted_at__lte=bin_opened_at())


def items_outdated() -> DeletedItemQuerySet:
    """Return everything else that was in the bin for its time."""
    return DeletedItem.objects.filter(deleted_at__lte=bin_opened_at())


def items_in_bin(user: User) -> DeletedItemQuerySet:
    """Return what this person can bring back beside conversations."""
    return DeletedItem.objects.visible_to(user).filter(deleted_at__gt=bin_opened_at())


def deleted_conversations(user: User) -> ConversationQuerySet:
    """Return the conversations this person can bring back."""
    deleted = Conversation.objects.filter(user=user, deleted_at__gt=bin_opened_at())
    return deleted.exclude(expired_at__lte=clock.now())


def bin_page(user: User, *, cursor: str = "", limit: int = 25) -> BinPage:
    """Return one page of everything a person deleted; two queries, whatever is in there.

    A cursor that cannot be read means the first page.
    """
    items = items_in_bin(user).filter(Q(conversation=None) | Q(conversation__deleted_at=None))
    chats = LAST_DELETED_FIRST.first(deleted_conversations(user), cursor, limit)
    others = LAST_DELETED_FIRST.first(items.defer("content"), cursor, limit)
    rows = [*map(_conversation_row, chats), *map(_item_row, others)]
    rows.sort(key=lambda row: (row.deleted_at, row.pk), reverse=True)
    return BinPage(*LAST_DELETED_FIRST.cut(rows, limit))


def _conversation_row(row: Conversation) -> BinRow:
    moment = row.deleted_at or clock.now()  # never None here
    return BinRow(CONVERSATION, row.conversation_id, row.title, moment, row.id)


def _item_row(row: DeletedItem) -> BinRow:
    return BinRow(row.kind, row.id, row.title, row.deleted_at, row.id)
