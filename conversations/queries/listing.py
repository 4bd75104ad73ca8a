"""The conversation list: filters, orders and pages."""

import re
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation, SharedLink, Tag
from conversations.queries.keyset import Column, KeysetOrder
from librechat.kernel.errors import InvalidInputError

SORT_FIELDS = {
    "title": "title",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "archivedAt": "archived_at",
}
PROJECT_ID = re.compile(r"[0-9a-fA-F]{24}")
UNASSIGNED = "unassigned"


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What to list; the defaults are the sidebar's first page.

    ``tags``: any of them. ``project_id``: 24-hex, "unassigned" or "" for all.
    ``pinned``: None for both. ``search``: in titles; ``found``: row ids of what else matches it.
    """

    cursor: str = ""
    limit: int = 25
    is_archived: bool = False
    pinned: bool | None = None
    tags: tuple[str, ...] = ()
    search: str = ""
    found: tuple[str, ...] = ()
    sort_by: str = "updatedAt"
    sort_direction: str = "desc"
    project_id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows and where the list goes on, None at its end."""

    conversations: list[Conversation]
    next_cursor: str | None


def conversation_page(user: User, query: ListQuery) -> Page:
    """Return one page of a person's conversations, each with ``is_shared``, in one query.

    Raises:
        InvalidInputError: the project id is not one.
    """
    rows = _filtered(user, query).select_related(None)
    links = SharedLink.objects.owned_by(user).alive().filter(conversation=OuterRef("pk"))
    rows = rows.annotate(is_shared=Exists(links))
    page, next_cursor = _order(query).page(rows, query.cursor, query.limit)
    return Page(list(page), next_cursor)


def _order(query: ListQuery) -> KeysetOrder:
    """Return the asked column, a date among equals, and the direction."""
    name = SORT_FIELDS.get(query.sort_by, "updated_at")
    is_archive = name == "archived_at"
    columns = (
        Column(
            "archived_or_updated" if is_archive else name, "text" if name == "title" else "moment"
        ),
        Column("created_at" if is_archive else "updated_at", key="secondary"),
    )
    return KeysetOrder(columns, query.sort_direction != "asc")


def _filtered(user: User, query: ListQuery) -> QuerySet[Conversation]:
    rows = Conversation.objects.visible_to(user).listed().filter(is_archived=query.is_archived)
    if query.sort_by == "archivedAt":
        rows = rows.annotate(archived_or_updated=Coalesce("archived_at", "updated_at"))
    if query.pinned is not None:
        rows = rows.filter(is_pinned=query.pinned)
    if query.search:
        rows = rows.filter(Q(title__icontains=query.search) | Q(pk__in=query.found))
    if query.tags:
        bookmarked = Tag.objects.visible_to(user).filter(tag__in=query.tags)
        rows = rows.filter(pk__in=bookmarked.values("conversations"))
    return rows.filter(_in_project(query.project_id))


def _in_project(project_id: str) -> Q:
    if not project_id:
        return Q()
    if project_id == UNASSIGNED:
        return Q(project=None)
    if not PROJECT_ID.fullmatch(project_id):
        raise InvalidInputError(_("Invalid project ID"))
    return Q(project_id=project_id.lower())
