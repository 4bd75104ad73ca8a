"""What LibreChat's client asks at boot about features that hold nothing yet."""

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

EMPTY_LIST: Any = serializers.ListSerializer(child=serializers.DictField())


@extend_schema(operation_id="files_list", responses=EMPTY_LIST)
@api_view(["GET"])
def files(_request: Request) -> Response:
    """List uploaded files."""
    return Response([])


@extend_schema(operation_id="files_config", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def files_config(_request: Request) -> Response:
    """Say which files may be uploaded; empty means the client's defaults."""
    return Response({})


@extend_schema(
    operation_id="speech_config",
    responses=inline_serializer(
        "SpeechConfig",
        {
            "sttExternal": serializers.BooleanField(),
            "ttsExternal": serializers.BooleanField(),
        },
    ),
)
@api_view(["GET"])
def speech_config(_request: Request) -> Response:
    """Say which speech services the server offers."""
    return Response({"sttExternal": False, "ttsExternal": False})


urlpatterns = [
    path("api/files", files),
    path("api/files/config", files_config),
    path("api/files/speech/config/get", speech_config),
]
