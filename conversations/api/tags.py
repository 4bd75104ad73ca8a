"""Bookmarks (reference: api.md, tags)."""

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access.permissions import role_require
from accounts.auth.drf import signed_in
from accounts.models import User
from conversations import access
from conversations.api.fields import CamelSerializer, PublicId, StrictText, json_object
from conversations.models import Tag
from conversations.queries.tags import tag_json, tags_counted
from conversations.services.tags import (
    MAX_DESCRIPTION,
    MAX_TAG,
    MAX_TAGS_OF_ONE,
    conversation_tags_set,
    tag_change,
    tag_create,
    tag_delete,
    tag_get,
)


class TagSerializer(CamelSerializer):
    """A bookmark to make, or what is to change of one."""

    tag = StrictText(required=False, max_length=MAX_TAG)
    description = StrictText(required=False, max_length=MAX_DESCRIPTION)
    position = serializers.IntegerField(required=False, min_value=0)
    add_to_conversation = serializers.BooleanField(required=False, default=False)
    conversation_id = PublicId(required=False, default="")


class TagsSerializer(CamelSerializer):
    """All bookmarks of one conversation."""

    tags = serializers.ListField(child=StrictText(max_length=MAX_TAG), max_length=MAX_TAGS_OF_ONE)


TAGS: Any = serializers.ListSerializer(child=serializers.DictField())
NAMES: Any = serializers.ListSerializer(child=serializers.CharField())


class TagViewSet(ViewSet):
    """Bookmarks."""

    problem_shape = "error"

    @extend_schema(operation_id="tags_list", responses=TAGS)
    def list(self, request: Request) -> Response:
        """Return every bookmark, in the person's order."""
        return Response([tag_json(tag) for tag in tags_counted(_person(request))])

    @extend_schema(
        operation_id="tag_create",
        request=TagSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def create(self, request: Request) -> Response:
        """Make a bookmark, and put it on a conversation when asked to."""
        user, asked = _person(request), _fields(request)
        conversation = None
        if asked["add_to_conversation"] and asked["conversation_id"]:
            conversation = access.conversation_get(user, asked["conversation_id"], "edit")
        tag = tag_create(
            user=user,
            tag=asked.get("tag", ""),
            description=asked.get("description", ""),
            conversation=conversation,
        )
        return Response(_shown(user, tag))

    @extend_schema(
        operation_id="tag_change",
        request=TagSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def update(self, request: Request, tag: str) -> Response:
        """Rename, describe or move a bookmark."""
        user, asked = _person(request), _fields(request)
        changed = tag_change(
            tag=tag_get(user=user, name=tag),
            name=asked.get("tag"),
            description=asked.get("description"),
            position=asked.get("position"),
        )
        return Response(_shown(user, changed))

    @extend_schema(operation_id="tag_delete", responses=OpenApiTypes.OBJECT)
    def destroy(self, request: Request, tag: str) -> Response:
        """Delete a bookmark; it can be brought back from the bin."""
        user = _person(request)
        bookmark = tag_get(user=user, name=tag)
        shown = _shown(user, bookmark)
        tag_delete(tag=bookmark)
        return Response(shown)

    @extend_schema(operation_id="conversation_tags_set", request=TagsSerializer, responses=NAMES)
    def assign(self, request: Request, conversation_id: str) -> Response:
        """Replace the bookmarks of a conversation."""
        user = _person(request)
        fields = TagsSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        conversation = access.conversation_get(user, conversation_id, "edit")
        names = fields.validated_data["tags"]
        return Response(conversation_tags_set(conversation=conversation, names=names))


def _person(request: Request) -> User:
    user = signed_in(request)
    role_require(user, "BOOKMARKS", "USE")
    return user


def _fields(request: Request) -> dict[str, Any]:
    fields = TagSerializer(data=json_object(request))
    fields.is_valid(raise_exception=True)
    return dict(fields.validated_data)


def _shown(user: User, tag: Tag) -> dict[str, object]:
    return next(tag_json(one) for one in tags_counted(user) if one.pk == tag.pk)


view = TagViewSet.as_view
urlpatterns = [
    path("api/tags", view({"get": "list", "post": "create"})),
    path("api/tags/convo/<str:conversation_id>", view({"put": "assign"})),
    path("api/tags/<path:tag>", view({"put": "update", "delete": "destroy"})),
]
