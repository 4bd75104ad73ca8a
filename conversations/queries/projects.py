"""Projects with their chats counted, a page at a time."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from conversations.models import Conversation, Project
from conversations.queries.keyset import Column, KeysetOrder
from librechat.kernel import clock

# What the API calls an order → the column; the last two are annotated below.
SORT_FIELDS = {
    "name": "name",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "lastConversationAt": "last_active_at",
}


@dataclass(frozen=True, slots=True)
class ProjectQuery:
    """What to list; ``search``: part of a name."""

    cursor: str = ""
    limit: int = 25
    sort_by: str = "lastConversationAt"
    sort_direction: str = "desc"
    search: str = ""


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """Projects and where the list goes on, None at its end."""

    projects: list[Project]
    next_cursor: str | None


def projects_counted(user: User) -> QuerySet[Project]:
    """Return a person's projects with ``chat_count``, ``last_chat_at``, ``last_chat_id``."""
    chats = Conversation.objects.visible_to(user).listed()
    newest = chats.filter(project=OuterRef("pk")).order_by("-updated_at", "-id")
    moment = Subquery(newest.values("updated_at")[:1])
    alive = Q(conversations__deleted_at=None, conversations__is_temporary=False)
    gone = Q(conversations__expired_at__lte=clock.now())
    return (
        Project.objects.visible_to(user)
        .annotate(
            chat_count=Count("conversations", filter=alive & ~gone),
            last_chat_at=moment,
            last_chat_id=Subquery(newest.values("conversation_id")[:1]),
        )
        .annotate(last_active_at=Coalesce("last_chat_at", "created_at"))
    )


def project_page(user: User, query: ProjectQuery) -> ProjectPage:
    """Return one page of a person's projects, in one query."""
    column = SORT_FIELDS.get(query.sort_by, "last_active_at")
    by = Column(column, "text" if column == "name" else "moment")
    order = KeysetOrder((by,), query.sort_direction != "asc")
    rows = projects_counted(user)
    if query.search:
        rows = rows.filter(name__icontains=query.search)
    return ProjectPage(*order.page(rows, query.cursor, query.limit))


def project_json(project: Project) -> dict[str, object]:
    """Return a project as LibreChat's JSON shows it, and our own fields when they are set."""
    last = getattr(project, "last_chat_at", None)
    shape: dict[str, object] = {
        "_id": project.pk,
        "user": project.user_id,
        "name": project.name,
        "description": project.description,
        "conversationCount": getattr(project, "chat_count", 0),
        "lastConversationAt": clock.iso(last) if last else None,
        "lastConversationId": getattr(project, "last_chat_id", None),
        "createdAt": clock.iso(project.created_at),
        "updatedAt": clock.iso(project.updated_at),
    }
    own = {"instructions": project.instructions, "defaults": project.defaults}
    return shape | {name: value for name, value in own.items() if value}
