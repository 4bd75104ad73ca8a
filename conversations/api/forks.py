"""Copies of conversations, and what a conversation adds up to."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.auth.drf import signed_in
from accounts.limits.drf import Limited
from conversations import access
from conversations.api.fields import CamelSerializer, PublicId, StrictText, json_object
from conversations.models import Conversation
from conversations.queries.message_pages import messages_of
from conversations.queries.shapes import conversation_json, message_json_list
from conversations.queries.statistics import ConversationStatistics, conversation_statistics
from conversations.services.forks import (
    MAX_TITLE,
    ForkOption,
    conversation_duplicate,
    conversation_fork,
)
from librechat.kernel import clock

OPTIONS: dict[str, ForkOption] = {
    "": "targetLevel",
    "default": "targetLevel",
    "targetLevel": "targetLevel",
    "directPath": "directPath",
    "includeBranches": "includeBranches",
}


class ConversationForkSerializer(CamelSerializer):
    """Where to fork and how much comes along."""

    conversation_id = PublicId(allow_blank=False)
    message_id = PublicId(allow_blank=False)
    option = serializers.ChoiceField(choices=list(OPTIONS), required=False, default="")
    split_at_target = serializers.BooleanField(required=False, default=False)
    latest_message_id = PublicId(required=False, default="")


class ConversationDuplicateSerializer(CamelSerializer):
    """What to copy, and how the copy is called."""

    conversation_id = PublicId(allow_blank=False)
    title = StrictText(required=False, default="", max_length=MAX_TITLE)


class ConversationCopySerializer(CamelSerializer):
    """The copy and its messages."""

    conversation = serializers.DictField()
    messages = serializers.ListField(child=serializers.DictField())


class StatisticsSerializer(CamelSerializer):
    """Counts; the cost is in credits, 1,000,000 a dollar."""

    messages = serializers.IntegerField()
    user_messages = serializers.IntegerField()
    answers = serializers.IntegerField()
    branches = serializers.IntegerField()
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost = serializers.IntegerField()
    models = serializers.ListField(child=serializers.CharField())
    first_at = serializers.CharField(allow_null=True)
    last_at = serializers.CharField(allow_null=True)


class ForkView(Limited):
    """A new conversation from a part of another."""

    problem_shape = "error"
    limit_rules = ("fork_ip", "fork_user")

    @extend_schema(
        operation_id="conversation_fork",
        request=ConversationForkSerializer,
        responses=ConversationCopySerializer,
    )
    def post(self, request: Request) -> Response:
        """Fork at a message."""
        fields = ConversationForkSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        asked = fields.validated_data
        user = signed_in(request)
        fork = conversation_fork(
            user=user,
            conversation=access.conversation_get(user, asked["conversation_id"]),
            message_id=asked["message_id"],
            option=OPTIONS[asked["option"]],
            splits_at_target=asked["split_at_target"],
            latest_message_id=asked["latest_message_id"],
        )
        return Response(_copy_json(fork))


class DuplicateView(Limited):
    """A second conversation like another."""

    problem_shape = "error"
    limit_rules = ("fork_ip", "fork_user")

    @extend_schema(
        operation_id="conversation_duplicate",
        request=ConversationDuplicateSerializer,
        responses={201: ConversationCopySerializer},
    )
    def post(self, request: Request) -> Response:
        """Copy a conversation with all its branches."""
        fields = ConversationDuplicateSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        asked = fields.validated_data
        source = access.conversation_get(signed_in(request), asked["conversation_id"])
        copy = conversation_duplicate(conversation=source, title=asked["title"])
        return Response(_copy_json(copy), status=201)


class StatisticsView(APIView):
    """What a conversation adds up to."""

    problem_shape = "error"

    @extend_schema(operation_id="conversation_statistics", responses=StatisticsSerializer)
    def get(self, request: Request, conversation_id: str) -> Response:
        """Count messages, branches, tokens and cost."""
        conversation = access.conversation_get(signed_in(request), conversation_id)
        return Response(_statistics_json(conversation_statistics(conversation)))


def _copy_json(conversation: Conversation) -> dict[str, Any]:
    messages = messages_of(conversation)
    return {
        "conversation": conversation_json(
            conversation,
            message_ids=[message.id for message in messages],
        ),
        "messages": message_json_list(conversation, messages),
    }


def _statistics_json(counted: ConversationStatistics) -> dict[str, Any]:
    return {
        "messages": counted.messages,
        "userMessages": counted.user_messages,
        "answers": counted.answers,
        "branches": counted.branches,
        "inputTokens": counted.input_tokens,
        "outputTokens": counted.output_tokens,
        "cost": counted.cost,
        "models": counted.models,
        "firstAt": clock.iso(counted.first_at) if counted.first_at else None,
        "lastAt": clock.iso(counted.last_at) if counted.last_at else None,
    }


urlpatterns = [
    path("api/convos/fork", ForkView.as_view()),
    path("api/convos/duplicate", DuplicateView.as_view()),
    path("api/convos/<str:conversation_id>/stats", StatisticsView.as_view()),
]
