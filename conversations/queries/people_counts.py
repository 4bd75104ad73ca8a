"""How much each person has written."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from conversations.models import Conversation, Message


def people_counts() -> list[dict[str, Any]]:
    """Return per person the number of conversations and messages, most messages first."""
    people = (
        User.objects.annotate(
            chats=Coalesce(_number_of(Conversation.objects.all()), 0),
            written=Coalesce(_number_of(Message.objects.all()), 0),
        )
        .order_by("-written", "-chats", "email")
        .values_list("email", "name", "chats", "written")
    )
    columns = ("email", "name", "conversations", "messages")
    return [dict(zip(columns, row, strict=True)) for row in people]


def _number_of(rows: "QuerySet[Any]") -> Subquery:
    own = rows.filter(user=OuterRef("pk")).order_by().values("user")
    return Subquery(own.annotate(number=Count("pk")).values("number"))
