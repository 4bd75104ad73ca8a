"""One conversation as a file; ours, LibreChat's client writes its exports itself."""

from django.http import StreamingHttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.auth.drf import signed_in
from conversations import access
from conversations.api.fields import CamelSerializer
from conversations.transfer.exporters import (
    EXPORTERS,
    export_chunks,
    export_file,
    export_headers,
)


class ExportSerializer(CamelSerializer):
    """Which format, and how much; "format" itself is a word of the REST framework's."""

    named = {"exporter": "as"}

    exporter = serializers.ChoiceField(choices=list(EXPORTERS), default="json")
    scope = serializers.ChoiceField(choices=["branch", "tree"], default="tree")


class ExportView(APIView):
    """A conversation as a file."""

    problem_shape = "error"

    @extend_schema(
        operation_id="conversation_export",
        parameters=[
            OpenApiParameter("as", enum=list(EXPORTERS)),
            OpenApiParameter("scope", enum=["branch", "tree"]),
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, conversation_id: str) -> StreamingHttpResponse:
        """Return the file."""
        fields = ExportSerializer(data=request.query_params)
        fields.is_valid(raise_exception=True)
        name, scope = fields.validated_data["exporter"], fields.validated_data["scope"]
        conversation = access.conversation_get(signed_in(request), conversation_id)
        file = export_file(conversation, name, scope)
        headers = export_headers(conversation, name)
        return StreamingHttpResponse(export_chunks(file), headers=headers)


urlpatterns = [path("api/convos/<str:conversation_id>/export", ExportView.as_view())]
