"""Follow-ups and steering (reference: api.md sections 4 and 5.8, backend.md section 14.2)."""

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.auth.drf import signed_in
from accounts.limits.counters import client_address, limit_check
from accounts.models import User
from conversations import access
from conversations.api.fields import CamelSerializer, Name, PublicId, StrictText, json_object
from conversations.api.generations import AddedField
from conversations.errors import FollowUpFilesError
from conversations.generation.followups import followup_add, followup_send_now, followup_steer
from conversations.generation.requests import StartRequest
from conversations.models import Conversation, Generation
from conversations.parameters import parameters_from
from conversations.queries.followups import receipt_of, turns_shown
from conversations.services.queued_turns import (
    queued_turn_edit,
    queued_turn_move,
    queued_turn_remove,
)
from librechat.kernel.ids import NO_PARENT

MAX_TEXT = 1_000_000
MAX_REQUEST_ID = 128
MAX_NAMED = 100
FILES = "A message with files cannot wait. Send it when the answer is there."
CAPABILITY = {"supported": True, "durability": "durable"}


class QueuedTurnSerializer(CamelSerializer):
    """A message that waits; without an endpoint it is sent as the conversation is set to."""

    named = {"agent_id": "agent_id", "added": "addedConvo"}

    text = StrictText(required=False, default="", max_length=MAX_TEXT)
    conversation_id = PublicId()
    parent_message_id = Name(required=False, default=NO_PARENT, max_length=65)
    client_request_id = Name(required=False, default="", max_length=MAX_REQUEST_ID)
    endpoint = Name(required=False, default="", max_length=128)
    endpoint_type = Name(required=False, default="", max_length=32)
    model = Name(required=False, default="")
    spec = Name(required=False, default="")
    agent_id = Name(required=False, default="", max_length=320)
    timezone = Name(required=False, default="", max_length=64)
    quotes = serializers.ListField(child=StrictText(), required=False, default=list)
    added = AddedField(required=False, default=())
    files = serializers.ListField(child=serializers.DictField(), required=False, default=list)


class SteerSerializer(QueuedTurnSerializer):
    """A message that takes the running answer's place."""

    client_steer_id = Name(required=False, default="", max_length=MAX_REQUEST_ID)
    preempt = serializers.BooleanField(required=False, default=True)


class SteerNamedSerializer(CamelSerializer):
    """A steering message that waits."""

    conversation_id = PublicId()
    steer_id = PublicId()


class QueuedTurnChangeSerializer(CamelSerializer):
    """What is to change of a message that waits."""

    text = StrictText(required=False, max_length=MAX_TEXT)
    position = serializers.IntegerField(required=False, min_value=0, max_value=10_000)


class ReceiptSerializer(CamelSerializer):
    """A message in the queue and how it stands."""

    queued_turn_id = serializers.CharField()
    status = serializers.ChoiceField(choices=["queued", "admitted", "cancelled", "dead"])
    text = serializers.CharField()
    position = serializers.IntegerField()
    conversation_id = serializers.CharField()
    parent_message_id = serializers.CharField()
    client_request_id = serializers.CharField()
    quotes = serializers.ListField(child=serializers.CharField())
    revision = serializers.IntegerField()
    created_at = serializers.CharField()
    updated_at = serializers.CharField()


class ReceiptAnswerSerializer(CamelSerializer):
    """A receipt."""

    receipt = ReceiptSerializer()
    capability = serializers.DictField()


class QueueSerializer(CamelSerializer):
    """What waits in a conversation, in order."""

    queued_turns = serializers.ListField(child=ReceiptSerializer())
    capability = serializers.DictField()
    revision = serializers.IntegerField()


class QueuedTurnViewSet(ViewSet):
    """Messages that wait for the running answer."""

    problem_shape = "error"

    @extend_schema(
        operation_id="queued_turns_list",
        parameters=[
            OpenApiParameter("conversationId", str, required=True),
            OpenApiParameter("clientRequestIds", str, description="comma-separated, at most 100"),
        ],
        responses=QueueSerializer,
    )
    def list(self, request: Request) -> Response:
        """Return what waits in a conversation."""
        asked = request.query_params
        conversation = access.conversation_get(
            signed_in(request),
            asked.get("conversationId", ""),
        )
        wanted = {one for one in asked.get("clientRequestIds", "").split(",")[:MAX_NAMED] if one}
        receipts = [
            receipt_of(turn, conversation)
            for turn in turns_shown(conversation)
            if not wanted or turn.client_request_id in wanted
        ]
        return Response({"queuedTurns": receipts, "capability": CAPABILITY, "revision": 0})

    @extend_schema(
        operation_id="queued_turn_add",
        request=QueuedTurnSerializer,
        responses={200: ReceiptAnswerSerializer, 202: ReceiptAnswerSerializer},
    )
    def create(self, request: Request) -> Response:
        """Let a message wait; where nothing runs it is sent at once. 200: it was sent before."""
        conversation, body, _ = _asked(request, QueuedTurnSerializer)
        turn = followup_add(conversation=conversation, body=body)
        answer = {"receipt": receipt_of(turn, conversation), "capability": CAPABILITY}
        return Response(answer, status=200 if isinstance(turn, Generation) else 202)

    @extend_schema(
        operation_id="queued_turn_change",
        request=QueuedTurnChangeSerializer,
        responses=ReceiptAnswerSerializer,
    )
    def partial_update(self, request: Request, turn_id: str) -> Response:
        """Give a waiting message other words or another place."""
        fields = QueuedTurnChangeSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        turn = access.queued_turn_get(signed_in(request), turn_id)
        asked = fields.validated_data
        if "text" in asked:
            turn = queued_turn_edit(turn=turn, text=asked["text"])
        if "position" in asked:
            turn = queued_turn_move(turn=turn, position=asked["position"])
        receipt = receipt_of(turn, turn.conversation)
        return Response({"receipt": receipt, "capability": CAPABILITY})

    @extend_schema(operation_id="queued_turn_cancel", responses=ReceiptAnswerSerializer)
    def destroy(self, request: Request, turn_id: str) -> Response:
        """Take a message out of the queue."""
        turn = access.queued_turn_get(signed_in(request), turn_id)
        removed = queued_turn_remove(turn=turn)
        receipt = receipt_of(removed, removed.conversation)
        return Response({"receipt": receipt, "capability": CAPABILITY})


class SteerViewSet(ViewSet):
    """Messages that stop the running answer and are sent next."""

    problem_shape = "error"

    @extend_schema(operation_id="steer", request=SteerSerializer, responses=OpenApiTypes.OBJECT)
    def create(self, request: Request) -> Response:
        """Stop the running answer, keep what it said, send this message next."""
        conversation, body, fields = _asked(request, SteerSerializer)
        turn = followup_steer(conversation=conversation, body=body)
        answer = {
            "status": "queued",
            "steerId": turn.pk,
            "clientSteerId": fields["client_steer_id"],
            "position": 0,
            "conversationId": conversation.conversation_id,
            "preempt": True,
        }
        return Response(answer, status=202)

    @extend_schema(
        operation_id="steer_cancel",
        request=SteerNamedSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def cancel(self, request: Request) -> Response:
        """Take a steering message back, unless it was sent."""
        user, named = _named(request)
        turn = access.queued_turn_get(user, named["steer_id"], named["conversation_id"])
        queued_turn_remove(turn=turn)
        return Response({"removed": True})

    @extend_schema(
        operation_id="steer_arm",
        request=SteerNamedSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def arm(self, request: Request) -> Response:
        """Stop the running answer for a message that waits."""
        user, named = _named(request)
        turn = access.queued_turn_get(user, named["steer_id"], named["conversation_id"])
        followup_send_now(turn=turn)
        return Response({"armed": True})


def _asked(
    request: Request,
    serializer: type[QueuedTurnSerializer],
) -> tuple[Conversation, StartRequest, dict[str, Any]]:
    user = signed_in(request)
    for rule in ("message_ip", "message_user"):
        limit_check(rule, user=user, address=client_address(request))
    body = json_object(request)
    fields = serializer(data=body)
    fields.is_valid(raise_exception=True)
    sent = fields.validated_data
    conversation = access.conversation_get(user, sent["conversation_id"], "edit")
    if sent["files"]:
        raise FollowUpFilesError(FILES)
    start = StartRequest(
        text=sent["text"],
        endpoint=sent["endpoint"],
        endpoint_type=sent["endpoint_type"],
        model=sent["model"],
        spec=sent["spec"],
        agent_id=sent["agent_id"],
        timezone=sent["timezone"],
        quotes=tuple(sent["quotes"]),
        added=sent["added"],
        parent_message_id=sent["parent_message_id"] or NO_PARENT,
        client_request_id=sent.get("client_steer_id") or sent["client_request_id"],
        parameters=parameters_from(body),
    )
    return conversation, start, sent


def _named(request: Request) -> tuple[User, dict[str, Any]]:
    fields = SteerNamedSerializer(data=json_object(request))
    fields.is_valid(raise_exception=True)
    return signed_in(request), fields.validated_data


turns = QueuedTurnViewSet.as_view
steer = SteerViewSet.as_view
urlpatterns = [
    path("api/agents/chat/queued-turns", turns({"get": "list", "post": "create"})),
    path(
        "api/agents/chat/queued-turns/<str:turn_id>",
        turns({"patch": "partial_update", "delete": "destroy"}),
    ),
    path("api/agents/chat/steer", steer({"post": "create"})),
    path("api/agents/chat/steer/cancel", steer({"post": "cancel"})),
    path("api/agents/chat/steer/arm", steer({"post": "arm"})),
]
