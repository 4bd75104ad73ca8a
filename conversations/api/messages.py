"""Messages of a conversation: reading, editing, rating."""

from collections.abc import Sequence
from typing import Any

from django.urls import path
from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.auth.drf import signed_in
from accounts.services.profile import language_of
from conversations import access
from conversations.api.fields import CamelSerializer, Name, StrictText, json_object
from conversations.api.message_bodies import AddSerializer
from conversations.api.search import messages_found
from conversations.models import Conversation, Message
from conversations.queries.message_pages import SORTS, MessageQuery, message_page, messages_of
from conversations.queries.own_words import message_said
from conversations.queries.shapes import message_json_list
from conversations.services.message_additions import Addition, message_add
from conversations.services.messages import (
    message_delete,
    message_edit,
    message_edit_part,
    message_feedback,
)
from librechat.kernel import pagination
from librechat.kernel.errors import InvalidInputError

MAX_TEXT = 1_000_000
MAX_FEEDBACK = 1024
NEW = "new"


class EditSerializer(CamelSerializer):
    """A new text, of the whole message or of one part of an answer."""

    text = StrictText(max_length=MAX_TEXT)
    index = serializers.IntegerField(required=False, min_value=0)


class FeedbackSerializer(CamelSerializer):
    """A thumb, why, and more words."""

    rating = Name(max_length=32)
    tag = Name(required=False, max_length=64)
    text = StrictText(required=False, max_length=MAX_FEEDBACK)


class FeedbackAnswerSerializer(CamelSerializer):
    """The rating as stored."""

    message_id = serializers.CharField()
    conversation_id = serializers.CharField()
    feedback = FeedbackSerializer(required=False)


QUERY = [
    OpenApiParameter("conversationId", OpenApiTypes.STR),
    OpenApiParameter("messageId", OpenApiTypes.STR),
    OpenApiParameter("search", OpenApiTypes.STR),
    OpenApiParameter("cursor", OpenApiTypes.STR),
    OpenApiParameter("pageSize", OpenApiTypes.INT),
    OpenApiParameter("sortBy", enum=list(SORTS)),
    OpenApiParameter("sortDirection", enum=["asc", "desc"]),
]
MESSAGES: Any = serializers.ListSerializer(child=serializers.DictField())


class MessageViewSet(ViewSet):
    """Messages."""

    problem_shape = "error"

    @extend_schema(
        operation_id="messages_page",
        parameters=QUERY,
        responses=inline_serializer(
            "MessagePage",
            {
                "messages": serializers.ListField(child=serializers.DictField()),
                "nextCursor": serializers.CharField(allow_null=True),
            },
        ),
    )
    def page(self, request: Request) -> Response:
        """Return a page of a conversation's messages, or the messages that match a search."""
        asked = request.query_params
        if asked.get("search"):
            return Response(messages_found(signed_in(request), asked["search"]))
        if "conversationId" not in asked:
            return Response({"messages": [], "nextCursor": None})
        conversation = access.conversation_get(signed_in(request), asked["conversationId"])
        page = message_page(
            conversation,
            MessageQuery(
                message_id=asked.get("messageId", ""),
                cursor=asked.get("cursor", ""),
                limit=pagination.page_size(asked.get("pageSize")),
                sort_by=asked.get("sortBy", ""),
                is_descending=asked.get("sortDirection", "desc") != "asc",
            ),
        )
        shown = _shown(request, conversation, page.messages)
        return Response({"messages": shown, "nextCursor": page.next_cursor})

    @extend_schema(operation_id="messages_list", responses=MESSAGES)
    def list(self, request: Request, conversation_id: str) -> Response:
        """Return every message of a conversation, parents before children."""
        if conversation_id == NEW:
            return Response([])
        conversation = access.conversation_get(signed_in(request), conversation_id)
        return Response(_shown(request, conversation, messages_of(conversation)))

    @extend_schema(
        operation_id="message_add",
        request=AddSerializer,
        responses={201: OpenApiTypes.OBJECT},
    )
    def add(self, request: Request, conversation_id: str) -> Response:
        """Store a message that no run wrote."""
        fields = AddSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        conversation = access.conversation_get(signed_in(request), conversation_id, "edit")
        addition = Addition(**fields.validated_data)
        added = message_add(conversation=conversation, addition=addition)
        return Response(_json(added), status=201)

    @extend_schema(operation_id="message_read", responses=MESSAGES)
    def retrieve(self, request: Request, conversation_id: str, message_id: str) -> Response:
        """Return one message, in a list of one."""
        message = _message(request, conversation_id, message_id)
        return Response(_shown(request, message.conversation, [message]))

    @extend_schema(
        operation_id="message_edit",
        request=EditSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def update(self, request: Request, conversation_id: str, message_id: str) -> Response:
        """Change the text of a message, or of one part of an answer."""
        fields = EditSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        message = _message(request, conversation_id, message_id)
        text, index = fields.validated_data["text"], fields.validated_data.get("index")
        if index is None:
            return Response(_json(message_edit(message=message, text=text)))
        return Response(_json(message_edit_part(message=message, index=index, text=text)))

    @extend_schema(operation_id="message_delete", responses={204: None})
    def destroy(self, request: Request, conversation_id: str, message_id: str) -> Response:
        """Delete one message."""
        message_delete(message=_message(request, conversation_id, message_id))
        return Response(status=204)

    @extend_schema(
        operation_id="message_feedback",
        request=inline_serializer(
            "FeedbackBody",
            {"feedback": FeedbackSerializer(required=False, allow_null=True)},
        ),
        responses=FeedbackAnswerSerializer,
    )
    def feedback(self, request: Request, conversation_id: str, message_id: str) -> Response:
        """Rate an answer; nothing takes the rating back."""
        message = _message(request, conversation_id, message_id)
        rated = message_feedback(message=message, feedback=_feedback(request))
        answer = {"messageId": message_id, "conversationId": conversation_id}
        return Response(answer | ({"feedback": rated.feedback} if rated.feedback else {}))


def _feedback(request: Request) -> dict[str, Any] | None:
    asked = json_object(request).get("feedback")
    if asked is None:
        return None
    if not isinstance(asked, dict):
        raise InvalidInputError("feedback: Not an object.")
    given = {name: value for name, value in asked.items() if value not in (None, "")}
    tag = given.get("tag")
    if isinstance(tag, dict):  # the client may send the tag with its label
        given["tag"] = tag.get("key")
    fields = FeedbackSerializer(data=given)
    fields.is_valid(raise_exception=True)
    return dict(fields.validated_data)


def _message(request: Request, conversation_id: str, message_id: str) -> Message:
    return access.message_get(signed_in(request), conversation_id, message_id)


def _shown(
    request: Request, conversation: Conversation, messages: Sequence[Message]
) -> list[dict[str, Any]]:
    """Return messages with what of ours went wrong in the language its person chose.

    Refusals speak English to a program; these words it can only show.
    """
    chosen = language_of(signed_in(request)) or translation.get_language()
    with translation.override(chosen):
        return [message_said(one) for one in message_json_list(conversation, messages)]


def _json(message: Message) -> dict[str, Any]:
    return dict(message_json_list(message.conversation, [message])[0])


view = MessageViewSet.as_view
one = "api/messages/<str:conversation_id>/<str:message_id>"
urlpatterns = [
    path("api/messages", view({"get": "page"})),
    path("api/messages/<str:conversation_id>", view({"get": "list", "post": "add"})),
    path(one, view({"get": "retrieve", "put": "update", "delete": "destroy"})),
    path(f"{one}/feedback", view({"put": "feedback"})),
]
