"""What LibreChat's client asks at boot about features that hold nothing yet."""

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from agents import config

EMPTY_LIST: serializers.BaseSerializer[object] = serializers.ListSerializer(
    child=serializers.DictField(),
)


@extend_schema(operation_id="agents_list", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def agents(_request: Request) -> Response:
    """List agents."""
    return Response(
        {
            "object": "list",
            "data": [],
            "first_id": None,
            "last_id": None,
            "has_more": False,
            "after": None,
        },
    )


@extend_schema(operation_id="agent_categories_list", responses=EMPTY_LIST)
@api_view(["GET"])
def agent_categories(_request: Request) -> Response:
    """List the categories of agents."""
    return Response([])


@extend_schema(operation_id="agent_tools_list", responses=EMPTY_LIST)
@api_view(["GET"])
def agent_tools(_request: Request) -> Response:
    """List the tools that agents can be given."""
    return Response([])


@extend_schema(operation_id="tool_calls_list", responses=EMPTY_LIST)
@api_view(["GET"])
def tool_calls(_request: Request) -> Response:
    """List the tool calls of a conversation."""
    return Response([])


@extend_schema(operation_id="web_search_auth_read", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def web_search_auth(_request: Request) -> Response:
    """Say that web search has no keys."""
    return Response({"authenticated": False})


@extend_schema(operation_id="mcp_servers_list", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def mcp_servers(_request: Request) -> Response:
    """Return the MCP servers by name."""
    return Response({})


@extend_schema(operation_id="mcp_tools_list", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def mcp_tools(_request: Request) -> Response:
    """Return the tools of MCP servers by server."""
    return Response({"servers": {}})


@extend_schema(operation_id="mcp_connection_status", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def mcp_connection_status(_request: Request) -> Response:
    """Return how the MCP servers are reached, by name."""
    return Response({"success": True, "connectionStatus": {}})


@extend_schema(operation_id="memories_list", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def memories(_request: Request) -> Response:
    """Return my memories and how full they are."""
    limits = config.memory()
    return Response(
        {
            "memories": [],
            "totalTokens": 0,
            "tokenLimit": limits.token_limit,
            "charLimit": limits.char_limit,
            "usagePercentage": 0 if limits.token_limit else None,
        },
    )


urlpatterns = [
    path("api/agents", agents),
    path("api/agents/categories", agent_categories),
    path("api/agents/tools", agent_tools),
    path("api/agents/tools/calls", tool_calls),
    path("api/agents/tools/web_search/auth", web_search_auth),
    path("api/mcp/servers", mcp_servers),
    path("api/mcp/tools", mcp_tools),
    path("api/mcp/connection/status", mcp_connection_status),
    path("api/memories", memories),
]
