"""The conversation list: filters, orders and pages."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from conversations.models import Conversation, SharedLink, Tag
from librechat.kernel import pagination
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


@dataclass(frozen=True, slots=True)
class Order:
    """Three columns, one direction: the asked one, a date, the row's id."""

    primary: str
    secondary: str
    is_descending: bool

    def apply(self, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """Return the rows sorted."""
        columns = [F(name) for name in dict.fromkeys((self.primary, self.secondary, "id"))]
        return rows.order_by(
            *(column.desc() if self.is_descending else column.asc() for column in columns),
        )

    def after(self, position: "Position") -> Q:
        """Return the condition for rows beyond a position."""
        step = "lt" if self.is_descending else "gt"
        beyond = Q(
            **{self.secondary: position.secondary, f"id__{step}": position.row_id},
        ) | Q(**{f"{self.secondary}__{step}": position.secondary})
        if self.primary == self.secondary:
            return beyond
        behind = Q(**{f"{self.primary}__{step}": position.primary})
        return behind | (Q(**{self.primary: position.primary}) & beyond)

    def not_before(self, position: "Position") -> dict[str, str | datetime]:
        """Return the plain bound that ``after`` implies."""
        return {f"{self.primary}__{'lte' if self.is_descending else 'gte'}": position.primary}


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of a page."""

    primary: str | datetime
    secondary: datetime
    row_id: str


def conversation_page(user: User, query: ListQuery) -> Page:
    """Return one page of a person's conversations, each with ``is_shared``, in one query.

    Raises:
        InvalidInputError: the project id is not one.
    """
    order = _order(query)
    rows = _filtered(user, query).select_related(None)
    position = _position(query.cursor, order)
    if position is not None:
        # The second condition is implied; it lets the index start at the cursor.
        rows = rows.filter(order.after(position), **order.not_before(position))
    links = SharedLink.objects.owned_by(user).alive().filter(conversation=OuterRef("pk"))
    rows = rows.annotate(is_shared=Exists(links))
    page = list(order.apply(rows)[: query.limit + 1])
    has_more = len(page) > query.limit
    page = page[: query.limit]
    return Page(page, _cursor(page[-1], order) if has_more else None)


def _order(query: ListQuery) -> Order:
    primary = SORT_FIELDS.get(query.sort_by, "updated_at")
    if primary == "archived_at":
        return Order("archived_or_updated", "created_at", query.sort_direction != "asc")
    return Order(primary, "updated_at", query.sort_direction != "asc")


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
        raise InvalidInputError("Invalid project ID")
    return Q(project_id=project_id.lower())


def _cursor(row: Conversation, order: Order) -> str:
    primary = getattr(row, order.primary)
    return pagination.encode(
        {
            "primary": primary if isinstance(primary, str) else primary.isoformat(),
            "secondary": getattr(row, order.secondary).isoformat(),
            "id": row.id,
        },
    )


def _position(cursor: str, order: Order) -> Position | None:
    """Return where to go on; what cannot be read means the first page."""
    found = pagination.decode(cursor)
    secondary = pagination.moment(found.get("secondary", ""))
    if secondary is None or "primary" not in found or "id" not in found:
        return None
    if order.primary == "title":
        return Position(found["primary"], secondary, found["id"])
    primary = pagination.moment(found["primary"])
    return None if primary is None else Position(primary, secondary, found["id"])
