"""Searching over LibreChat's contract: whether it is there, and messages that match."""

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from conversations.queries.shapes import message_json
from conversations.search.backend import MAX_LIMIT, SearchQuery
from conversations.search.search import search


@extend_schema(operation_id="search_enable", responses=OpenApiTypes.BOOL)
@api_view(["GET"])
def search_enable(_request: Request) -> Response:
    """Say whether messages can be searched: always, the database does it if nothing else."""
    return Response(data=True)


def messages_found(user: User, text: str) -> dict[str, Any]:
    """Return the best matching messages with what the client shows of their chats."""
    page = search(user, SearchQuery(text, kind="message", limit=MAX_LIMIT))
    messages: list[dict[str, Any]] = []
    for hit in page.hits:
        message = hit.document.message
        if message is not None:
            shape = message_json(message, conversation_id=hit.conversation_id)
            model = message.model or hit.document.conversation.model or None
            messages.append(shape | {"title": hit.plain_title, "model": model})
    return {"messages": messages, "nextCursor": None}


urlpatterns = [path("api/search/enable", search_enable)]
