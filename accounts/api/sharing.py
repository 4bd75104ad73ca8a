"""Who may do what with a shared thing, under LibreChat's ``/api/permissions``."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.acl import bits_by_id, bits_of
from accounts.access.resources import resource_type
from accounts.api.bodies import body_of
from accounts.api.parsing import objects_in, text_in
from accounts.auth.drf import signed_in
from accounts.limits.caller import Caller
from accounts.models import PrincipalType
from accounts.queries.sharing import principal_by_source, principals_with_access, public_role
from accounts.services.sharing import (
    EVERYBODY,
    Changes,
    Receiver,
    Share,
    sharing_require,
    sharing_update,
)
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

RECEIVERS = {kind.value: kind for kind in PrincipalType if kind != PrincipalType.PUBLIC}
UPDATE = inline_serializer(
    "SharingUpdate",
    {
        "updated": inline_serializer(
            "SharingReceiver",
            {
                "type": serializers.ChoiceField(list(RECEIVERS)),
                "id": serializers.CharField(required=False),
                "source": serializers.CharField(required=False),
                "idOnTheSource": serializers.CharField(required=False),
                "accessRoleId": serializers.CharField(),
                "expiresAt": serializers.DateTimeField(required=False, allow_null=True),
            },
            many=True,
            required=False,
        ),
        "removed": inline_serializer(
            "SharingRemoval",
            {
                "type": serializers.ChoiceField(list(RECEIVERS)),
                "id": serializers.CharField(required=False),
            },
            many=True,
            required=False,
        ),
        "public": serializers.BooleanField(required=False),
        "publicAccessRoleId": serializers.CharField(required=False),
    },
)


class SharingView(APIView):
    """A route about shared things; refusals are ``{error, message}``."""

    problem_shape = "both"


class AccessRolesView(SharingView):
    """The access roles of a kind of thing."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, _request: Request, resource: str) -> Response:
        """Return them, weakest first, a bare array."""
        return Response(
            [
                {
                    "accessRoleId": role.id,
                    "name": role.name,
                    "description": f"{role.name}_desc",
                    "permBits": role.bits,
                }
                for role in resource_type(resource).roles
            ],
        )


class SharedThingView(SharingView):
    """With whom one thing is shared."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, resource: str, resource_id: str) -> Response:
        """Return everybody with access, to whoever may share it."""
        kind = resource_type(resource)
        sharing_require(actor=signed_in(request), kind=kind, resource_id=resource_id)
        public = public_role(kind, resource_id)
        answer: dict[str, object] = {
            "resourceType": kind.name,
            "resourceId": resource_id,
            "principals": principals_with_access(kind, resource_id),
            "public": public is not None,
        }
        return Response(answer if public is None else {**answer, "publicAccessRoleId": public})

    @extend_schema(request=UPDATE, responses=OpenApiTypes.OBJECT)
    def put(self, request: Request, resource: str, resource_id: str) -> Response:
        """Give, change and take access, all of it or nothing."""
        kind = resource_type(resource)
        changes = changes_of(body_of(request))
        sharing_update(
            actor=signed_in(request),
            kind=kind,
            resource_id=resource_id,
            changes=changes,
            caller=Caller.of(request),
        )
        given = {(share.receiver.kind.value, share.receiver.id) for share in changes.given}
        public = public_role(kind, resource_id)
        results: dict[str, object] = {
            "principals": [
                shown
                for shown in principals_with_access(kind, resource_id)
                if (shown["type"], shown["id"]) in given
            ],
            "public": public is not None,
        }
        if public is not None:
            results["publicAccessRoleId"] = public
        return Response({"message": "Permissions updated successfully", "results": results})


class EffectiveView(SharingView):
    """What I may do with one thing."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, resource: str, resource_id: str) -> Response:
        """Return my bits; 0 also when there is no such thing."""
        kind = resource_type(resource)
        return Response({"permissionBits": bits_of(signed_in(request), kind, resource_id)})


class AllEffectiveView(SharingView):
    """What I may do with every thing of a kind."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, resource: str) -> Response:
        """Return id → my bits."""
        return Response(bits_by_id(signed_in(request), resource_type(resource)))


def changes_of(body: Mapping[str, object]) -> Changes:
    """Return what a body asks for; without ``public: true`` the thing is not public afterwards.

    Raises:
        InvalidInputError: something does not fit.
    """
    given = [
        Share(_receiver(row), text_in(row, "accessRoleId"), _moment(row.get("expiresAt")))
        for row in objects_in(body, "updated")
    ]
    taken = [_receiver(row) for row in objects_in(body, "removed")]
    public = body.get("public", False)
    if not isinstance(public, bool):
        raise InvalidInputError("public must be true or false.")
    if public:
        given.append(Share(EVERYBODY, text_in(body, "publicAccessRoleId")))
    else:
        taken.append(EVERYBODY)
    return Changes(given=given, taken=taken)


def _receiver(row: Mapping[str, object]) -> Receiver:
    kind = RECEIVERS.get(str(row.get("type")))
    if kind is None:
        raise InvalidInputError(f"type must be one of {', '.join(RECEIVERS)}.")
    if row.get("id") is not None:
        return Receiver(kind, text_in(row, "id", longest=64))
    source, name = text_in(row, "source"), text_in(row, "idOnTheSource")
    found = principal_by_source(kind, source, name)
    if found is None:
        raise InvalidInputError("The directory has not told us about this receiver yet.")
    return Receiver(kind, found)


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInputError("expiresAt must be a moment with its time zone.")
    if moment <= clock.now():
        raise InvalidInputError("expiresAt lies in the past.")
    return moment
