"""Bodies of the message routes."""

from typing import Any

from rest_framework import serializers
from typing_extensions import override

from conversations.api.fields import CamelSerializer, Name, PublicId, StrictText
from librechat.kernel.ids import NO_PARENT

MAX_TEXT = 1_000_000
MAX_PARTS = 1_000
MAX_REVISION = 2**31 - 1


class PartSerializer(serializers.Serializer[Any]):
    """A text or reasoning part of an answer."""

    type = serializers.ChoiceField(choices=["text", "think"])
    text = StrictText(required=False, max_length=MAX_TEXT)
    think = StrictText(required=False, max_length=MAX_TEXT)

    @override
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the part with its kind's words only."""
        kind = attrs["type"]
        if kind not in attrs:
            raise serializers.ValidationError({kind: "This field is required."})
        return {"type": kind, kind: attrs[kind]}


class AddSerializer(CamelSerializer):
    """A message to store as it is."""

    named = {"icon_url": "iconURL"}

    message_id = PublicId(required=False, default="")
    parent_message_id = PublicId(required=False, default=NO_PARENT)
    is_created_by_user = serializers.BooleanField(required=False, default=False)
    sender = Name(required=False, default="")
    text = StrictText(required=False, default="", max_length=MAX_TEXT)
    content = serializers.ListField(
        child=PartSerializer(),
        required=False,
        default=list,
        max_length=MAX_PARTS,
    )
    endpoint = Name(required=False, default="", max_length=128)
    model = Name(required=False, default="")
    icon_url = Name(required=False, default="", max_length=512)


class BranchSerializer(CamelSerializer):
    """The answer and whose parts of it."""

    message_id = PublicId(allow_blank=False)
    agent_id = Name(allow_blank=False, max_length=320)


class ArtifactSerializer(CamelSerializer):
    """Which artifact of the message, what it says, what it shall say."""

    index = serializers.IntegerField(min_value=0)
    original = StrictText(max_length=MAX_TEXT, allow_blank=False)
    updated = StrictText(max_length=MAX_TEXT)


class ArtifactAnswerSerializer(CamelSerializer):
    """The message's words after the edit."""

    conversation_id = serializers.CharField()
    content = serializers.ListField(child=serializers.DictField())
    text = serializers.CharField()


class VersionSerializer(CamelSerializer):
    """What a message said until a moment."""

    revision = serializers.IntegerField()
    text = serializers.CharField()
    content = serializers.ListField(child=serializers.DictField())
    replaced_at = serializers.CharField()


class RestoreSerializer(CamelSerializer):
    """Which earlier words."""

    revision = serializers.IntegerField(min_value=0, max_value=MAX_REVISION)
