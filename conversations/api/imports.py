"""Conversations moved in: one file in one request."""

from typing import Any, ClassVar

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from typing_extensions import override

from accounts.auth.drf import signed_in
from accounts.limits.drf import Limited
from conversations.errors import ImportRefusedError
from conversations.models import MoveInState
from conversations.queries.own_words import said
from conversations.transfer.moving import move_in_add, move_in_start
from conversations.transfer.running import move_in_run
from conversations.transfer.uploads import limit_upload, uploaded

SUCCESS = "Conversation(s) imported successfully"


class ImportView(Limited):
    """A file of chats."""

    parser_classes = (MultiPartParser,)
    limit_rules: ClassVar[tuple[str, ...]] = ("import_ip", "import_user")

    @override
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Limit the body before the check of a page's token reads it."""
        limit_upload(request._request)  # noqa: SLF001 - where DRF's parser finds its handlers
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="conversations_import",
        request={
            "multipart/form-data": inline_serializer(
                "ImportUpload",
                {"file": serializers.FileField()},
            ),
        },
        responses={
            201: inline_serializer("ImportAnswer", {"message": serializers.CharField()}),
            413: OpenApiTypes.OBJECT,
            415: OpenApiTypes.OBJECT,
        },
    )
    def post(self, request: Request) -> Response:
        """Import everything in the file; what is known already is not imported twice."""
        user = signed_in(request)
        request.data  # noqa: B018 - reads the form
        upload = uploaded(request._request)  # noqa: SLF001 - as above
        move_in = move_in_add(user=user, upload=upload, filename=upload.name or "")
        done = move_in_run(move_in=move_in_start(move_in=move_in))
        if done.state != MoveInState.DONE:
            raise ImportRefusedError(said(done.failure) or "The import broke off; it will go on.")
        return Response({"message": SUCCESS}, status=201)


urlpatterns = [path("api/convos/import", ImportView.as_view())]
