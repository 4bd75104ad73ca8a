"""PUT, GET and DELETE /api/keys: a person's own keys; a stored one is never given back."""

from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    inline_serializer,
)
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from accounts.auth.drf import signed_in
from agents.models import Credential
from agents.services.credentials import (
    MAX_NAME,
    MAX_VALUE,
    credential_delete,
    credential_set,
    credentials_delete_all,
)
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

EXPIRY = inline_serializer(
    "KeyExpiry",
    {"expiresAt": serializers.CharField(allow_null=True)},
)


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.Field[datetime | None, object, str | None, object]):
    """A moment as clients send it: ISO 8601, milliseconds, or nothing for never."""

    @override
    def to_internal_value(self, data: object) -> datetime | None:
        """Return the moment, None for never."""
        moment: datetime | None = None
        try:
            if isinstance(data, int | float) and not isinstance(data, bool):
                moment = datetime.fromtimestamp(data / 1000, tz=UTC)
            elif isinstance(data, str):
                if data in {"", "never"}:
                    return None
                moment = parse_datetime(data)
        except (ValueError, OverflowError, OSError):
            moment = None
        if moment is None:
            raise serializers.ValidationError("Not a date and time.")
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @override
    def to_representation(self, value: datetime | None) -> str | None:
        """Return ISO 8601."""
        return None if value is None else clock.iso(value)


class KeySerializer(serializers.Serializer[object]):
    """What is stored."""

    name = serializers.CharField(max_length=MAX_NAME)
    value = serializers.CharField(max_length=MAX_VALUE, write_only=True)
    expiresAt = MomentField(required=False, allow_null=True)  # noqa: N815 - LibreChat's name


class KeysView(APIView):
    """My keys."""

    problem_shape = "error"

    @extend_schema(operation_id="keys_write", request=KeySerializer, responses={201: None})
    def put(self, request: Request) -> Response:
        """Store or replace one of my keys."""
        body = KeySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        credential_set(
            signed_in(request),
            name=body.validated_data["name"],
            value=body.validated_data["value"],
            expires_at=body.validated_data.get("expiresAt"),
        )
        return Response(status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="keys_read",
        parameters=[OpenApiParameter("name", OpenApiTypes.STR)],
        responses=EXPIRY,
    )
    def get(self, request: Request) -> Response:
        """Return when my key ends: a moment, ``never``, or null when there is none."""
        name = request.query_params.get("name", "")
        own = Credential.objects.visible_to(signed_in(request)).filter(name=name).first()
        return Response({"expiresAt": own.expiry_text if own else None})

    @extend_schema(
        operation_id="keys_delete_all",
        parameters=[OpenApiParameter("all", OpenApiTypes.BOOL)],
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        """Delete all my keys, if the query says ``all=true``."""
        if request.query_params.get("all") != "true":
            raise InvalidInputError("Name a key to delete, or say all=true.")
        credentials_delete_all(signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class KeyView(APIView):
    """One of my keys."""

    problem_shape = "error"

    @extend_schema(operation_id="keys_delete", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Delete it; without one nothing happens."""
        credential_delete(signed_in(request), name=name)
        return Response(status=status.HTTP_204_NO_CONTENT)
