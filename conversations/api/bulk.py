"""One act on many conversations; LibreChat has none, so the shape is ours."""

from collections.abc import Callable
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.permissions import role_require
from accounts.auth.drf import signed_in
from accounts.models import User
from conversations.api.fields import CamelSerializer, PublicId, StrictText, json_object
from conversations.services.bulk import (
    MAX_IDS,
    conversations_archive,
    conversations_delete,
    conversations_move,
    conversations_restore,
    conversations_tag,
    conversations_unarchive,
    conversations_untag,
)
from conversations.services.projects import project_get
from conversations.services.tags import MAX_TAG

# What takes an act back, on the conversations it changed.
OPPOSITES = {
    "archive": "unarchive",
    "unarchive": "archive",
    "delete": "restore",
    "restore": "delete",
    "tag": "untag",
    "untag": "tag",
}
PLAIN: dict[str, Callable[..., list[str]]] = {
    "archive": conversations_archive,
    "unarchive": conversations_unarchive,
    "delete": conversations_delete,
    "restore": conversations_restore,
}
TAGGING: dict[str, Callable[..., list[str]]] = {
    "tag": conversations_tag,
    "untag": conversations_untag,
}


class BulkSerializer(CamelSerializer):
    """An act; ``projectId`` goes with move (empty: out of its project), ``tag`` with tag, untag."""

    action = serializers.ChoiceField(choices=[*OPPOSITES, "move"])
    conversation_ids = serializers.ListField(
        child=PublicId(allow_blank=False),
        allow_empty=False,
        max_length=MAX_IDS,
    )
    project_id = PublicId(required=False, default="")
    tag = StrictText(required=False, default="", max_length=MAX_TAG)


class BulkDoneSerializer(CamelSerializer):
    """How many it changed, and the requests that take it back."""

    changed = serializers.IntegerField()
    undo = BulkSerializer(many=True)


class BulkView(APIView):
    """Acts on many conversations."""

    problem_shape = "error"

    @extend_schema(
        operation_id="conversations_bulk",
        request=BulkSerializer,
        responses=BulkDoneSerializer,
    )
    def post(self, request: Request) -> Response:
        """Do one act to many conversations at once; those that are not theirs are left out."""
        fields = BulkSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        undo = _undo_of(signed_in(request), dict(fields.validated_data))
        return Response({"changed": sum(len(act["conversationIds"]) for act in undo), "undo": undo})


def _undo_of(user: User, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Do what is asked and return the acts that take it back; none when nothing changed."""
    action, ids = asked["action"], asked["conversation_ids"]
    if action == "move":
        return _moved(user, ids, asked["project_id"])
    more: dict[str, str] = {}
    if action in TAGGING:
        role_require(user, "BOOKMARKS", "USE")
        more = {"tag": asked["tag"]}
        changed = TAGGING[action](user=user, ids=ids, **more)
    else:
        changed = PLAIN[action](user=user, ids=ids)
    if not changed:
        return []
    return [{"action": OPPOSITES[action], "conversationIds": changed, **more}]


def _moved(user: User, ids: list[str], project_id: str) -> list[dict[str, Any]]:
    project = project_get(user=user, project_id=project_id) if project_id else None
    before = conversations_move(user=user, ids=ids, project=project)
    return [
        {"action": "move", "conversationIds": moved, "projectId": old}
        for old, moved in before.items()
    ]


urlpatterns = [path("api/convos/bulk", BulkView.as_view())]
