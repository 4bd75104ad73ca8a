"""POST /api/user/plugins: what a person gives a tool or an MCP server to sign in with."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.auth.drf import signed_in
from agents.services.plugin_credentials import (
    MAX_NAME,
    MAX_VALUE,
    plugin_install,
    plugin_uninstall,
)

INSTALL, UNINSTALL = "install", "uninstall"


class PluginSerializer(serializers.Serializer[object]):
    """A tool and its fields; ``isEntityTool`` is accepted and means nothing here."""

    pluginKey = serializers.CharField(max_length=MAX_NAME)  # noqa: N815 - LibreChat's name
    action = serializers.ChoiceField(choices=[INSTALL, UNINSTALL])
    auth = serializers.DictField(
        child=serializers.CharField(max_length=MAX_VALUE, allow_blank=True, allow_null=True),
        required=False,
        allow_null=True,
    )


class PluginsView(APIView):
    """My tools' credentials; a stored one is never given back."""

    @extend_schema(operation_id="plugins_write", request=PluginSerializer, responses={200: None})
    def post(self, request: Request) -> Response:
        """Store the fields of a tool, or remove them all."""
        body = PluginSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        sent = body.validated_data
        user, key = signed_in(request), sent["pluginKey"]
        if sent["action"] == UNINSTALL:
            plugin_uninstall(user=user, plugin_key=key)
        else:
            plugin_install(user=user, plugin_key=key, values=sent.get("auth") or {})
        return Response()
