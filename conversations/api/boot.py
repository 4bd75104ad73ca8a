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
PROMPT_GROUPS = {
    "promptGroups": [],
    "pageNumber": "1",
    "pageSize": "10",
    "pages": "1",
    "has_more": False,
    "after": None,
}


@extend_schema(operation_id="search_enable", responses=OpenApiTypes.BOOL)
@api_view(["GET"])
def search_enable(_request: Request) -> Response:
    """Say whether messages can be searched."""
    return Response(data=False)


@extend_schema(operation_id="tags_list", responses=EMPTY_LIST)
@api_view(["GET"])
def tags(_request: Request) -> Response:
    """List bookmarks."""
    return Response([])


@extend_schema(operation_id="presets_list", responses=EMPTY_LIST)
@api_view(["GET"])
def presets(_request: Request) -> Response:
    """List presets."""
    return Response([])


@extend_schema(
    operation_id="projects_list",
    responses=inline_serializer(
        "ProjectPage",
        {
            "projects": serializers.ListField(child=serializers.DictField()),
            "nextCursor": serializers.CharField(allow_null=True),
        },
    ),
)
@api_view(["GET"])
def projects(_request: Request) -> Response:
    """List chat folders, a page at a time."""
    return Response({"projects": [], "nextCursor": None})


@extend_schema(
    operation_id="share_link_read",
    responses=inline_serializer(
        "ShareLink",
        {
            "success": serializers.BooleanField(),
            "shareId": serializers.CharField(allow_null=True),
            "conversationId": serializers.CharField(),
        },
    ),
)
@api_view(["GET"])
def share_link(_request: Request, conversation_id: str) -> Response:
    """Say which link shares a conversation."""
    return Response({"success": False, "shareId": None, "conversationId": conversation_id})


@extend_schema(
    operation_id="prompt_groups_list",
    responses=inline_serializer(
        "PromptGroupPage",
        {
            "promptGroups": serializers.ListField(child=serializers.DictField()),
            "pageNumber": serializers.CharField(),
            "pageSize": serializers.CharField(),
            "pages": serializers.CharField(),
            "has_more": serializers.BooleanField(),
            "after": serializers.CharField(allow_null=True),
        },
    ),
)
@api_view(["GET"])
def prompt_groups(_request: Request) -> Response:
    """List prompt groups, a page at a time."""
    return Response(PROMPT_GROUPS)


@extend_schema(operation_id="prompts_all", responses=EMPTY_LIST)
@api_view(["GET"])
def prompts_all(_request: Request) -> Response:
    """List every prompt group that may be used."""
    return Response([])


@extend_schema(operation_id="categories_list", responses=EMPTY_LIST)
@api_view(["GET"])
def categories(_request: Request) -> Response:
    """List prompt categories."""
    return Response([])


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
    path("api/search/enable", search_enable),
    path("api/tags", tags),
    path("api/presets", presets),
    path("api/projects", projects),
    path("api/share/link/<str:conversation_id>", share_link),
    path("api/prompts/groups", prompt_groups),
    path("api/prompts/all", prompts_all),
    path("api/categories", categories),
    path("api/files", files),
    path("api/files/config", files_config),
    path("api/files/speech/config/get", speech_config),
]
