"""Branches of answers, artifacts in messages, and what messages said before."""

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
from conversations.api.fields import json_object
from conversations.api.message_bodies import (
    ArtifactAnswerSerializer,
    ArtifactSerializer,
    BranchSerializer,
    RestoreSerializer,
    VersionSerializer,
)
from conversations.models import Message, MessageVersion
from conversations.queries.message_versions import message_versions
from conversations.queries.shapes import content_json, message_json_list
from conversations.services.artifacts import artifact_edit
from conversations.services.message_additions import message_branch
from conversations.services.message_versions import message_version_restore
from librechat.kernel import clock, pagination


class BranchView(APIView):
    """One agent's part of an answer of several."""

    problem_shape = "error"

    @extend_schema(
        operation_id="message_branch",
        request=BranchSerializer,
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request) -> Response:
        """Make it an answer of its own, beside the whole."""
        fields = BranchSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        message = access.message_find(signed_in(request), fields.validated_data["message_id"])
        branch = message_branch(message=message, agent_id=fields.validated_data["agent_id"])
        return Response(_json(branch), status=201)


class ArtifactView(APIView):
    """An artifact inside a message."""

    problem_shape = "error"

    @extend_schema(
        operation_id="artifact_edit",
        request=ArtifactSerializer,
        responses=ArtifactAnswerSerializer,
    )
    def post(self, request: Request, message_id: str) -> Response:
        """Replace a piece of its source."""
        fields = ArtifactSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        message = access.message_find(signed_in(request), message_id)
        edited = artifact_edit(message=message, **fields.validated_data)
        return Response(
            {
                "conversationId": edited.conversation.conversation_id,
                "content": content_json(edited.content),
                "text": edited.text,
            },
        )


class VersionViewSet(ViewSet):
    """What messages said before."""

    problem_shape = "error"

    @extend_schema(
        operation_id="message_versions",
        parameters=[
            OpenApiParameter("cursor", OpenApiTypes.STR),
            OpenApiParameter("limit", OpenApiTypes.INT),
        ],
        responses=inline_serializer(
            "MessageVersionPage",
            {
                "versions": VersionSerializer(many=True),
                "nextCursor": serializers.CharField(allow_null=True),
            },
        ),
    )
    def versions(self, request: Request, conversation_id: str, message_id: str) -> Response:
        """List what the message said before it was edited, the last words first."""
        page = message_versions(
            access.message_get(signed_in(request), conversation_id, message_id),
            cursor=request.query_params.get("cursor", ""),
            limit=pagination.page_size(request.query_params.get("limit")),
        )
        shown = [_version_json(version) for version in page.versions]
        return Response({"versions": shown, "nextCursor": page.next_cursor})

    @extend_schema(
        operation_id="message_version_restore",
        request=RestoreSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def restore(self, request: Request, conversation_id: str, message_id: str) -> Response:
        """Let the message say again what it said."""
        fields = RestoreSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        message = access.message_get(signed_in(request), conversation_id, message_id)
        restored = message_version_restore(message=message, **fields.validated_data)
        return Response(_json(restored))


def _json(message: Message) -> dict[str, Any]:
    return dict(message_json_list(message.conversation, [message])[0])


def _version_json(version: MessageVersion) -> dict[str, Any]:
    return {
        "revision": version.revision,
        "text": version.text,
        "content": content_json(version.content),
        "replacedAt": clock.iso(version.replaced_at),
    }


view = VersionViewSet.as_view
one = "api/messages/<str:conversation_id>/<str:message_id>"
urlpatterns = [
    path("api/messages/branch", BranchView.as_view()),
    path("api/messages/artifact/<str:message_id>", ArtifactView.as_view()),
    path(f"{one}/versions", view({"get": "versions", "post": "restore"})),
]
