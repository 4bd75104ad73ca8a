"""Access keys under LibreChat's ``/api/api-keys``."""

from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from accounts.access.permissions import role_require
from accounts.api.bodies import body_of
from accounts.auth.drf import signed_in
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import ApiKey
from accounts.services.api_keys import api_key_create, api_key_get, api_key_revoke, api_keys_of
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

NEW_KEY = inline_serializer(
    "NewApiKey",
    {
        "name": serializers.CharField(),
        "expiresAt": serializers.DateTimeField(required=False, allow_null=True),
        "scopes": serializers.ListField(child=serializers.CharField(), required=False),
    },
)


def key_json(key: ApiKey) -> dict[str, object]:
    """Return a key as LibreChat's clients see it; never its text."""
    return {
        "id": key.pk,
        "name": key.name,
        "keyPrefix": key.prefix,
        "scopes": key.scopes,
        "createdAt": clock.iso(key.created_at),
        "lastUsedAt": clock.iso(key.last_used_at) if key.last_used_at else None,
        "expiresAt": clock.iso(key.expires_at) if key.expires_at else None,
    }


def end_of(value: object) -> datetime | None:
    """Return the end a body asks for.

    Raises:
        InvalidInputError: it is no moment.
    """
    if value is None or value == "":
        return None
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise InvalidInputError("expiresAt must be a moment such as 2027-01-31T00:00:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class KeyedView(APIView):
    """For those whose role may have keys."""

    @override
    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuse the others."""
        super().initial(request, *args, **kwargs)
        role_require(signed_in(request), "REMOTE_AGENTS", "USE")


class KeysView(KeyedView):
    """All my keys."""

    @extend_schema(operation_id="api_keys_list", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return my keys."""
        return Response({"keys": [key_json(key) for key in api_keys_of(signed_in(request))]})

    @extend_schema(request=NEW_KEY, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Make a key; its text is in this answer and nowhere else."""
        step_up_check(request)
        body = body_of(request)
        scopes = body.get("scopes", [])
        key, text = api_key_create(
            user=signed_in(request),
            name=body.get("name"),
            scopes=scopes if isinstance(scopes, list) else [scopes],
            expires_at=end_of(body.get("expiresAt")),
            caller=Caller.of(request),
        )
        return Response({**key_json(key), "key": text}, status=201)


class KeyView(KeyedView):
    """One key."""

    @extend_schema(operation_id="api_keys_get", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, key_id: str) -> Response:
        """Return one of my keys."""
        return Response(key_json(api_key_get(user=signed_in(request), key_id=key_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key_id: str) -> Response:
        """End one of my keys."""
        user = signed_in(request)
        key = api_key_get(user=user, key_id=key_id)
        api_key_revoke(key=key, actor=user, caller=Caller.of(request))
        return Response(status=204)
