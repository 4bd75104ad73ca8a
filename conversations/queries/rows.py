"""Sidebar rows."""

from collections.abc import Collection, Iterable

from accounts.models import User
from conversations.models import Conversation, Generation
from conversations.queries.views import RowView


def row_view(conversation: Conversation, *, is_running: bool = False) -> RowView:
    """Return one row."""
    return RowView(
        conversation_id=conversation.conversation_id,
        title=conversation.title,
        url=f"/c/{conversation.conversation_id}",
        is_running=is_running,
        is_unread=conversation.is_unread,
        is_pinned=conversation.is_pinned,
        is_archived=conversation.is_archived,
        updated_at=conversation.updated_at,
        project_id=conversation.project_id or "",
    )


def row_views(user: User, conversations: Collection[Conversation]) -> list[RowView]:
    """Return the rows of a page of the list; one query finds what is running."""
    busy = running_among(user, conversations)
    return [row_view(one, is_running=one.id in busy) for one in conversations]


def running_among(user: User, conversations: Iterable[Conversation]) -> set[str]:
    """Return the row ids of those conversations that have a running generation."""
    ids = [conversation.id for conversation in conversations]
    active = Generation.objects.visible_to(user).active().filter(conversation_id__in=ids)
    return set(active.values_list("conversation_id", flat=True))


def running_conversation_ids(user: User) -> list[str]:
    """Return the public ids of every conversation that is being answered, newest first."""
    active = Generation.objects.visible_to(user).active().filter(conversation__deleted_at=None)
    ids = active.order_by("-created_at").values_list("conversation__conversation_id", flat=True)
    return list(dict.fromkeys(ids))


def row_of(user_id: str, conversation_id: str) -> RowView | None:
    """Return the row of one listed conversation; None when the list does not show it."""
    listed = Conversation.objects.listed().filter(deleted_at=None, is_archived=False)
    conversation = listed.filter(user_id=user_id, conversation_id=conversation_id).first()
    if conversation is None:
        return None
    active = Generation.objects.active().filter(conversation=conversation)
    return row_view(conversation, is_running=active.exists())
