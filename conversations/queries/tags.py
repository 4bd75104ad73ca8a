"""Bookmarks with how many conversations carry each."""

from django.db.models import Count, Q

from accounts.models import User
from conversations.models import Tag
from librechat.kernel import clock


def tags_counted(user: User) -> list[Tag]:
    """Return a person's bookmarks in their order, each with ``count``; one query."""
    shown = Q(conversations__deleted_at=None, conversations__is_temporary=False)
    expired = Q(conversations__expired_at__lte=clock.now())
    counted = Count("conversations", filter=shown & ~expired)
    tags = Tag.objects.visible_to(user).annotate(count=counted)
    return list(tags.order_by("position", "id"))


def tag_json(tag: Tag) -> dict[str, object]:
    """Return a bookmark as LibreChat's JSON shows it; it comes from ``tags_counted``."""
    shape: dict[str, object] = {
        "_id": tag.pk,
        "user": tag.user_id,
        "tag": tag.tag,
        "count": getattr(tag, "count", 0),
        "position": tag.position,
        "createdAt": clock.iso(tag.created_at),
        "updatedAt": clock.iso(tag.updated_at),
    }
    return shape | ({"description": tag.description} if tag.description else {})
