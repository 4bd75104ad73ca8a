"""Share links (reference: api.md, share links)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet
from typing_extensions import override

from accounts import config
from accounts.access.permissions import role_require
from accounts.auth.drf import signed_in
from accounts.limits.drf import Limited
from accounts.models import User
from conversations import access
from conversations.api.fields import CamelSerializer, Name, PublicId, json_object
from conversations.models import Conversation, SharedLink
from conversations.queries.message_pages import messages_of
from conversations.queries.shapes import conversation_json, message_ids_of, message_json_list
from conversations.queries.shares import (
    ShareQuery,
    share_of_conversation,
    share_page,
    share_row_json,
)
from conversations.queries.snapshots import shared_json
from conversations.services.shares import (
    share_create,
    share_delete,
    share_expiry_set,
    share_fork,
    share_own,
    share_update,
)
from librechat.kernel import pagination, yaml_config
from librechat.kernel.errors import NotFoundError

MAX_SEARCH = 256
MAX_REVISION = 64
PUBLIC_INTERFACE = ("privacyPolicy", "termsOfService")


class ShareSerializer(CamelSerializer):
    """What a link shows; ``expiredAt``, ours: when it ends, null for never."""

    target_message_id = PublicId(required=False)
    snapshot_files = serializers.BooleanField(required=False)
    expired_at = serializers.DateTimeField(required=False, allow_null=True)


class ForkSerializer(CamelSerializer):
    """Which part of a shared chat to continue; the revision is the ``updatedAt`` that was seen."""

    target_message_index = serializers.IntegerField(required=False, min_value=0)
    share_revision = Name(required=False, max_length=MAX_REVISION)


QUERY = [
    OpenApiParameter("cursor", OpenApiTypes.STR),
    OpenApiParameter("pageSize", OpenApiTypes.INT),
    OpenApiParameter("sortBy", enum=["createdAt", "title"]),
    OpenApiParameter("sortDirection", enum=["asc", "desc"]),
    OpenApiParameter("search", OpenApiTypes.STR, description="in titles"),
]


class ShareViewSet(ViewSet):
    """Share links: the list of one's own, and what a visitor gets of one."""

    @override
    def get_permissions(self) -> Sequence[Any]:
        """Let anybody read; who may see a link is asked of the link."""
        return [AllowAny()] if self.action == "retrieve" else super().get_permissions()

    @extend_schema(
        operation_id="share_links_list",
        parameters=QUERY,
        responses=inline_serializer(
            "ShareLinkPage",
            {
                "links": serializers.ListField(child=serializers.DictField()),
                "nextCursor": serializers.CharField(allow_null=True),
                "hasNextPage": serializers.BooleanField(),
            },
        ),
    )
    def list(self, request: Request) -> Response:
        """Return a page of links."""
        asked = request.query_params
        query = ShareQuery(
            cursor=asked.get("cursor", ""),
            limit=pagination.page_size(asked.get("pageSize")),
            sort_by=asked.get("sortBy", "createdAt"),
            sort_direction=asked.get("sortDirection", "desc"),
            search=asked.get("search", "").replace("\x00", "")[:MAX_SEARCH].strip(),
        )
        page = share_page(signed_in(request), query)
        return Response(
            {
                "links": [share_row_json(link) for link in page.links],
                "nextCursor": page.next_cursor,
                "hasNextPage": page.next_cursor is not None,
            },
        )

    @extend_schema(operation_id="share_link_read", responses=OpenApiTypes.OBJECT)
    def of_conversation(self, request: Request, conversation_id: str) -> Response:
        """Say which link shares a conversation; the clients ask whenever they open one."""
        link = share_of_conversation(signed_in(request), conversation_id)
        if link is None:
            absent = {"success": False, "shareId": None, "conversationId": conversation_id}
            return Response(absent)
        found = {"success": True, "snapshotFiles": link.snapshot_files}
        return Response(found | _link_json(link))

    @extend_schema(operation_id="shared_read", responses=OpenApiTypes.OBJECT)
    def retrieve(self, request: Request, share_id: str) -> Response:
        """Return the snapshot."""
        return Response(shared_json(_visible(request, share_id)))

    @extend_schema(
        operation_id="share_create",
        request=ShareSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def create(self, request: Request, share_id: str) -> Response:
        """Share a conversation, or one branch of it; the path names the conversation."""
        user, asked = _sharer(request), _fields(request, ShareSerializer)
        conversation = access.conversation_get(user, share_id, "share")
        link = share_create(
            conversation=conversation,
            target_message_id=asked.get("target_message_id", ""),
            snapshot_files=asked.get("snapshot_files", False),
            expired_at=asked.get("expired_at"),
        )
        return Response(_link_json(link))

    @extend_schema(
        operation_id="share_update",
        request=ShareSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def partial_update(self, request: Request, share_id: str) -> Response:
        """Take the snapshot anew; the address stays."""
        user, asked = _sharer(request), _fields(request, ShareSerializer)
        link = share_own(user=user, share_id=share_id)
        if "expired_at" in asked:
            share_expiry_set(link=link, expired_at=asked["expired_at"])
        updated = share_update(
            link=link,
            target_message_id=asked.get("target_message_id"),
            snapshot_files=asked.get("snapshot_files"),
        )
        return Response(_link_json(updated))

    @extend_schema(
        operation_id="share_delete",
        responses=inline_serializer(
            "ShareLinkDeleted",
            {
                "success": serializers.BooleanField(),
                "shareId": serializers.CharField(),
                "message": serializers.CharField(),
            },
        ),
    )
    def destroy(self, request: Request, share_id: str) -> Response:
        """Revoke a link; whoever opens it from now on finds nothing."""
        share_delete(link=share_own(user=signed_in(request), share_id=share_id))
        message = "Share deleted successfully"
        return Response({"success": True, "shareId": share_id, "message": message})


class SharedConfigView(APIView):
    """What a visitor's client needs of the start-up settings."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="shared_config", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, share_id: str) -> Response:
        """Return the settings that concern a shared page."""
        _visible(request, share_id)
        whole = yaml_config.plain(config.interface())
        public = whole.items() if isinstance(whole, dict) else ()
        shown = {name: value for name, value in public if name in PUBLIC_INTERFACE}
        footer = {"customFooter": settings.CUSTOM_FOOTER} if settings.CUSTOM_FOOTER else {}
        return Response({"appTitle": settings.APP_TITLE, "interface": shown, **footer})


class SharedForkView(Limited):
    """Continuing what somebody shared."""

    limit_rules = ("fork_ip", "fork_user")

    @extend_schema(
        operation_id="shared_fork",
        request=ForkSerializer,
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, share_id: str) -> Response:
        """Copy a shared chat into a chat of one's own."""
        asked = _fields(request, ForkSerializer)
        copy = share_fork(
            user=signed_in(request),
            link=_visible(request, share_id),
            target_index=asked.get("target_message_index"),
            revision=asked.get("share_revision"),
        )
        return Response(_copy_json(copy), status=201)


def _sharer(request: Request) -> User:
    user = signed_in(request)
    if not settings.ALLOW_SHARED_LINKS:
        raise NotFoundError("Sharing by link is switched off here.")
    role_require(user, "SHARED_LINKS", "CREATE")
    return user


def _visible(request: Request, share_id: str) -> SharedLink:
    user = request.user if isinstance(request.user, User) else None
    return access.shared_link_get(user, share_id)


def _fields(request: Request, serializer: type[CamelSerializer]) -> dict[str, Any]:
    fields = serializer(data=json_object(request))
    fields.is_valid(raise_exception=True)
    return dict(fields.validated_data)


def _link_json(link: SharedLink) -> dict[str, Any]:
    shape = {
        "_id": link.pk,
        "shareId": link.share_id,
        "conversationId": link.conversation.conversation_id,
    }
    target = {"targetMessageId": link.target_message_id} if link.target_message_id else {}
    return shape | target


def _copy_json(copy: Conversation) -> dict[str, Any]:
    return {
        "conversation": conversation_json(copy, message_ids=message_ids_of(copy)),
        "messages": message_json_list(copy, messages_of(copy)),
    }


view = ShareViewSet.as_view
one = "api/share/<str:share_id>"
urlpatterns = [
    path("api/share", view({"get": "list"})),
    path("api/share/link/<str:conversation_id>", view({"get": "of_conversation"})),
    path(f"{one}/config", SharedConfigView.as_view()),
    path(f"{one}/fork", SharedForkView.as_view()),
    path(
        one,
        view(
            {
                "get": "retrieve",
                "post": "create",
                "patch": "partial_update",
                "delete": "destroy",
            },
        ),
    ),
]
