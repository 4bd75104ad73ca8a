"""Presets (reference: api.md, presets)."""

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.auth.drf import signed_in
from conversations.api.fields import CamelSerializer, PublicId, json_body, json_object
from conversations.queries.presets import preset_json, presets_of
from conversations.services.presets import (
    preset_delete,
    preset_get,
    preset_save,
    presets_delete_all,
)
from librechat.kernel.errors import InvalidInputError

PRESETS: Any = serializers.ListSerializer(child=serializers.DictField())


class PresetIdSerializer(CamelSerializer):
    """Which preset to delete; without an id all of them."""

    preset_id = PublicId(required=False, default="")


class PresetViewSet(ViewSet):
    """Presets."""

    @extend_schema(operation_id="presets_list", responses=PRESETS)
    def list(self, request: Request) -> Response:
        """Return every preset."""
        return Response([preset_json(preset) for preset in presets_of(signed_in(request))])

    @extend_schema(
        operation_id="preset_save",
        request=OpenApiTypes.OBJECT,
        responses={201: OpenApiTypes.OBJECT},
    )
    def create(self, request: Request) -> Response:
        """Make a preset, or replace the one named."""
        saved = preset_save(user=signed_in(request), body=json_object(request))
        return Response(preset_json(saved), status=201)

    @extend_schema(
        operation_id="preset_delete",
        request=PresetIdSerializer,
        responses={
            201: inline_serializer(
                "PresetsDeleted",
                {
                    "acknowledged": serializers.BooleanField(),
                    "deletedCount": serializers.IntegerField(),
                },
            ),
        },
    )
    def remove(self, request: Request) -> Response:
        """Delete one preset, or all; they can be brought back from the bin."""
        user = signed_in(request)
        fields = PresetIdSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        preset_id = fields.validated_data["preset_id"]
        if "presetId" in json_body(request) and not preset_id:  # lost, which does not mean all
            raise InvalidInputError("presetId: This field may not be empty.", field="presetId")
        if preset_id:
            preset_delete(preset=preset_get(user=user, preset_id=preset_id))
            count = 1
        else:
            count = presets_delete_all(user=user)
        return Response({"acknowledged": True, "deletedCount": count}, status=201)


view = PresetViewSet.as_view
urlpatterns = [
    path("api/presets", view({"get": "list", "post": "create"})),
    path("api/presets/delete", view({"post": "remove"})),
]
