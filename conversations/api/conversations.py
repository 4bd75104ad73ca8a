"""The conversation list and what can be done to a conversation."""

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from accounts.auth.drf import signed_in
from conversations import access
from conversations.api.fields import CamelSerializer, PublicId, StrictText, json_object, query_flag
from conversations.models import Conversation
from conversations.queries.listing import ListQuery, conversation_page
from conversations.queries.shapes import (
    conversation_json,
    conversation_row_json,
    message_ids_of,
)
from conversations.search.search import conversations_found
from conversations.services.conversations import (
    Deleted,
    conversation_archive,
    conversation_delete,
    conversation_pin,
    conversation_rename,
    conversations_archive_all,
    conversations_delete_all,
)
from librechat.kernel import pagination
from librechat.kernel.errors import InvalidInputError

MAX_TITLE = 1024
MAX_SEARCH = 256
MAX_TAGS = 50


class RenameSerializer(CamelSerializer):
    """A conversation's title."""

    conversation_id = PublicId(allow_blank=False)
    title = StrictText(max_length=MAX_TITLE, trim_whitespace=True, allow_blank=False)


class ArchiveSerializer(CamelSerializer):
    """Into the archive or out of it."""

    conversation_id = PublicId(allow_blank=False)
    is_archived = serializers.BooleanField()


class PinSerializer(CamelSerializer):
    """To the top of the list or back."""

    conversation_id = PublicId(allow_blank=False)
    pinned = serializers.BooleanField()


class DeleteSerializer(CamelSerializer):
    """What to delete; source "button" without an id is a click that does nothing."""

    named = {"origin": "source"}

    conversation_id = PublicId(required=False, default="")
    origin = PublicId(required=False, default="")


class PageSerializer(CamelSerializer):
    """Rows and the cursor of the next page, null at the end."""

    conversations = serializers.ListField(child=serializers.DictField())
    next_cursor = serializers.CharField(allow_null=True)


class DeletedSerializer(CamelSerializer):
    """How much was deleted."""

    acknowledged = serializers.BooleanField()
    deleted_count = serializers.IntegerField()
    messages = serializers.DictField()
    conversation_ids = serializers.ListField(child=serializers.CharField())


def wrapped(serializer: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """Return the wrapper LibreChat's client puts around an argument, for the API's schema."""
    name = serializer.__name__.removesuffix("Serializer")
    return inline_serializer(f"{name}Argument", {"arg": serializer()})


QUERY = [
    OpenApiParameter("cursor", OpenApiTypes.STR),
    OpenApiParameter("limit", OpenApiTypes.INT),
    OpenApiParameter("isArchived", OpenApiTypes.BOOL),
    OpenApiParameter("pinned", OpenApiTypes.BOOL),
    OpenApiParameter("tags", OpenApiTypes.STR, many=True),
    OpenApiParameter("search", OpenApiTypes.STR, description="in titles and messages"),
    OpenApiParameter("sortBy", enum=["title", "createdAt", "updatedAt", "archivedAt"]),
    OpenApiParameter("sortDirection", enum=["asc", "desc"]),
    OpenApiParameter("projectId", OpenApiTypes.STR, description="an id or unassigned"),
]


class ConversationViewSet(ViewSet):
    """Conversations."""

    problem_shape = "error"

    @extend_schema(operation_id="conversations_list", parameters=QUERY, responses=PageSerializer)
    def list(self, request: Request) -> Response:
        """Return one page."""
        page = conversation_page(signed_in(request), _list_query(request))
        rows = [conversation_row_json(conversation) for conversation in page.conversations]
        return Response({"conversations": rows, "nextCursor": page.next_cursor})

    @extend_schema(
        operation_id="conversation_delete",
        request=wrapped(DeleteSerializer),
        responses={201: DeletedSerializer},
    )
    def delete(self, request: Request) -> Response:
        """Delete one."""
        data = _argument(request, DeleteSerializer)
        if not data["conversation_id"]:
            if data["origin"] == "button":
                return Response("No conversationId provided")
            raise InvalidInputError("no parameters provided")
        conversation = access.conversation_get(
            signed_in(request), data["conversation_id"], "delete"
        )
        return _deleted(conversation_delete(conversation=conversation))

    @extend_schema(
        operation_id="conversation_rename",
        request=wrapped(RenameSerializer),
        responses={201: OpenApiTypes.OBJECT},
    )
    def rename(self, request: Request) -> Response:
        """Rename."""
        data = _argument(request, RenameSerializer)
        conversation = access.conversation_get(signed_in(request), data["conversation_id"], "edit")
        renamed = conversation_rename(conversation=conversation, title=data["title"])
        return Response(_json(renamed), status=201)

    @extend_schema(
        operation_id="conversation_archive",
        request=wrapped(ArchiveSerializer),
        responses=OpenApiTypes.OBJECT,
    )
    def archive(self, request: Request) -> Response:
        """Put into the archive or take out of it."""
        data = _argument(request, ArchiveSerializer)
        conversation = access.conversation_get(signed_in(request), data["conversation_id"], "edit")
        moved = conversation_archive(conversation=conversation, is_archived=data["is_archived"])
        return Response(_json(moved))

    @extend_schema(
        operation_id="conversations_archive_all",
        request=None,
        responses=inline_serializer(
            "ArchivedCount",
            {"archivedCount": serializers.IntegerField()},
        ),
    )
    def archive_all(self, request: Request) -> Response:
        """Put every conversation into the archive."""
        return Response({"archivedCount": conversations_archive_all(user=signed_in(request))})

    @extend_schema(
        operation_id="conversation_pin",
        request=wrapped(PinSerializer),
        responses=OpenApiTypes.OBJECT,
    )
    def pin(self, request: Request) -> Response:
        """Pin or unpin."""
        data = _argument(request, PinSerializer)
        conversation = access.conversation_get(signed_in(request), data["conversation_id"], "edit")
        return Response(
            _json(conversation_pin(conversation=conversation, is_pinned=data["pinned"]))
        )

    @extend_schema(
        operation_id="conversations_delete_all",
        request=None,
        responses={201: DeletedSerializer},
    )
    def delete_all(self, request: Request) -> Response:
        """Delete everything of this person."""
        return _deleted(conversations_delete_all(user=signed_in(request)))


class ConversationView(APIView):
    """One conversation; an unknown one is a 404 without a body."""

    problem_shape = "empty"

    @extend_schema(operation_id="conversation_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, conversation_id: str) -> Response:
        """Return the whole conversation, without its messages' texts."""
        return Response(_json(access.conversation_get(signed_in(request), conversation_id)))


def _argument(request: Request, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    argument = json_object(request).get("arg")
    if not isinstance(argument, dict):
        argument = {}
    fields = serializer(data={name: value for name, value in argument.items() if value is not None})
    fields.is_valid(raise_exception=True)
    return dict(fields.validated_data)


def _list_query(request: Request) -> ListQuery:
    asked = request.query_params
    search = asked.get("search", "").replace("\x00", "")[:MAX_SEARCH].strip()
    return ListQuery(
        cursor=asked.get("cursor", ""),
        limit=pagination.page_size(asked.get("limit")),
        is_archived=query_flag(request, "isArchived") or False,
        pinned=query_flag(request, "pinned"),
        tags=tuple((asked.getlist("tags") or asked.getlist("tags[]"))[:MAX_TAGS]),
        search=search,
        found=tuple(conversations_found(signed_in(request), search)),
        sort_by=asked.get("sortBy", "updatedAt"),
        sort_direction=asked.get("sortDirection", "desc"),
        project_id=asked.get("projectId", ""),
    )


def _json(conversation: Conversation) -> dict[str, Any]:
    return conversation_json(conversation, message_ids=message_ids_of(conversation))


def _deleted(deleted: Deleted) -> Response:
    return Response(
        {
            "acknowledged": True,
            "deletedCount": deleted.conversations,
            "messages": {"acknowledged": True, "deletedCount": deleted.messages},
            "conversationIds": deleted.conversation_ids,
        },
        status=201,
    )


view = ConversationViewSet.as_view
urlpatterns = [
    path("api/convos", view({"get": "list", "delete": "delete"})),
    path("api/convos/update", view({"post": "rename"})),
    path("api/convos/archive", view({"post": "archive"})),
    path("api/convos/archive/all", view({"post": "archive_all"})),
    path("api/convos/pin", view({"post": "pin"})),
    path("api/convos/all", view({"delete": "delete_all"})),
    path("api/convos/<str:conversation_id>", ConversationView.as_view()),
]
