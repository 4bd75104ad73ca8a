"""Starting answers, and which are running (reference: api.md sections 5.1 and 5.5)."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from accounts.auth.drf import signed_in
from accounts.limits.drf import Limited
from conversations.api.fields import (
    MAX_ID,
    CamelSerializer,
    Name,
    PublicId,
    StrictText,
    json_object,
)
from conversations.errors import PROTOCOL_VERSION
from conversations.generation.parallel import rivals_of
from conversations.generation.requests import Added
from conversations.generation.start import EditedContent, Started, StartRequest, generation_start
from conversations.parameters import parameters_from
from conversations.queries.rows import running_conversation_ids
from librechat.kernel import clock
from librechat.kernel.ids import NO_PARENT

MAX_TEXT = 1_000_000
RESPONSE_ID = MAX_ID + 1  # a client marks a replaced answer with a trailing underscore


class EditedContentSerializer(CamelSerializer):
    """The edited part of an answer that is written anew from there."""

    index = serializers.IntegerField(min_value=0)
    type = serializers.ChoiceField(choices=["text", "think"])
    text = StrictText(required=False, default="", max_length=MAX_TEXT)
    think = StrictText(required=False, default="", max_length=MAX_TEXT)


class AddedSerializer(CamelSerializer):
    """A further model; its parameters stand beside these fields."""

    named = {"agent_id": "agent_id"}

    endpoint = Name(max_length=128)
    endpoint_type = Name(required=False, default="", max_length=32)
    model = Name(required=False, default="")
    model_display_label = Name(required=False, default="")
    agent_id = Name(required=False, default="", max_length=320)
    spec = Name(required=False, default="")


@extend_schema_field(
    {"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
)
class AddedField(serializers.Field[Any, Any, Any, Any]):
    """Further models that answer side by side: LibreChat's one object, or a list of up to three."""

    @override
    def to_internal_value(self, data: object) -> tuple[Added, ...]:
        """Return the models."""
        sent = data if isinstance(data, list) else [data]
        return tuple(_added(one) for one in sent if isinstance(one, dict))

    @override
    def to_representation(self, value: object) -> object:
        """Return it as it is; the field is never shown."""
        return value


class StartSerializer(CamelSerializer):
    """The body LibreChat's client sends; model parameters stand beside these fields."""

    named = {"agent_id": "agent_id", "project_id": "chatProjectId", "added": "addedConvo"}

    text = StrictText(required=False, default="", max_length=MAX_TEXT)
    conversation_id = PublicId(required=False, default="")
    parent_message_id = Name(required=False, default=NO_PARENT, max_length=RESPONSE_ID)
    override_parent_message_id = Name(required=False, default="", max_length=RESPONSE_ID)
    response_message_id = Name(required=False, default="", max_length=RESPONSE_ID)
    endpoint = Name(required=False, default="", max_length=128)
    endpoint_type = Name(required=False, default="", max_length=32)
    model = Name(required=False, default="")
    model_display_label = Name(required=False, default="")
    agent_id = Name(required=False, default="", max_length=320)
    spec = Name(required=False, default="")
    is_regenerate = serializers.BooleanField(required=False, default=False)
    is_continued = serializers.BooleanField(required=False, default=False)
    is_temporary = serializers.BooleanField(required=False, default=False)
    edited_content = EditedContentSerializer(required=False, default=None)
    client_request_id = StrictText(required=False, default="")
    timezone = Name(required=False, default="", max_length=64)
    client_timestamp = Name(required=False, default="", max_length=64)
    project_id = Name(required=False, default="", max_length=24)
    quotes = serializers.ListField(child=StrictText(), required=False, default=list)
    added = AddedField(required=False, default=())


class StartedSerializer(CamelSerializer):
    """Where the answer streams; ``generationId`` is what this product's own page subscribes to."""

    stream_id = serializers.CharField()
    conversation_id = serializers.CharField()
    generation_created_at = serializers.IntegerField(help_text="milliseconds since the epoch")
    status = serializers.ChoiceField(choices=["started", "resumed"])
    generation_protocol_version = serializers.IntegerField()
    generation_id = serializers.CharField()
    parallel = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="the generations of further models that answer side by side",
    )


class ActiveSerializer(CamelSerializer):
    """The conversations that are being answered."""

    active_job_ids = serializers.ListField(child=serializers.CharField())


class StartView(Limited):
    """The chat's front door."""

    problem_shape = "error"
    limit_rules = ("message_ip", "message_user")

    @extend_schema(
        operation_id="chat_start",
        request=StartSerializer,
        responses=StartedSerializer,
    )
    def post(self, request: Request, endpoint: str = "") -> Response:
        """Start an answer; the same clientRequestId again finds the same one."""
        body = json_object(request)
        fields = StartSerializer(data=body)
        fields.is_valid(raise_exception=True)
        started = generation_start(
            signed_in(request),
            body=_start_request(fields.validated_data, body, path_endpoint=endpoint),
        )
        headers = {"x-librechat-generation-protocol": str(PROTOCOL_VERSION)}
        return Response(_started_json(started), headers=headers)


class ActiveView(APIView):
    """What is running."""

    @extend_schema(operation_id="chat_active", responses=ActiveSerializer)
    def get(self, request: Request) -> Response:
        """List the conversations that are being answered."""
        return Response({"activeJobIds": running_conversation_ids(signed_in(request))})


def _start_request(
    fields: dict[str, Any],
    body: dict[str, Any],
    *,
    path_endpoint: str,
) -> StartRequest:
    named = dict(fields)
    named["endpoint"] = fields["endpoint"] or path_endpoint
    named["parent_message_id"] = fields["parent_message_id"] or NO_PARENT
    named["edited_content"] = _edited_content(fields["edited_content"])
    named["quotes"] = tuple(fields["quotes"])
    named["label"] = named.pop("model_display_label")
    return StartRequest(**named, parameters=parameters_from(body))


def _added(one: dict[str, Any]) -> Added:
    body = {name: value for name, value in one.items() if value is not None}
    fields = AddedSerializer(data=body)
    fields.is_valid(raise_exception=True)
    named = dict(fields.validated_data)
    named["label"] = named.pop("model_display_label")
    return Added(**named, parameters=parameters_from(body))


def _edited_content(fields: dict[str, Any] | None) -> EditedContent | None:
    if fields is None:
        return None
    kind = fields["type"]
    return EditedContent(index=fields["index"], type=kind, text=fields[kind])


def _started_json(started: Started) -> dict[str, Any]:
    generation = started.generation
    conversation_id = generation.conversation.conversation_id
    rivals = rivals_of(generation)
    return {
        "streamId": conversation_id,
        "conversationId": conversation_id,
        "generationCreatedAt": clock.milliseconds(generation.created_at),
        "status": started.status,
        "generationProtocolVersion": PROTOCOL_VERSION,
        "generationId": generation.id,
        **({"parallel": [rival.id for rival in rivals]} if rivals else {}),
    }


urlpatterns = [
    path("api/agents/chat/active", ActiveView.as_view()),
    path("api/agents/chat", StartView.as_view()),
    # Last: a custom endpoint may be called anything, also with a slash in it.
    path("api/agents/chat/<path:endpoint>", extend_schema(exclude=True)(StartView).as_view()),
]
