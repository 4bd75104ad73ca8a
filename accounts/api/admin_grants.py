"""Grants of capabilities, for administrators: ``/api/admin/grants``."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.capabilities import (
    capabilities_effective,
    capabilities_granted,
    capability_is_known,
    capability_require,
    covers,
)
from accounts.api.admin_view import AdminView
from accounts.api.bodies import body_of
from accounts.api.parsing import PAGE, Page, text_in
from accounts.auth.drf import signed_in
from accounts.limits.caller import Caller
from accounts.models import Grant, PrincipalType
from accounts.services.grants import AREAS, grant_give, grant_revoke
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

GRANT = inline_serializer(
    "AdminGrant",
    {
        "principalType": serializers.CharField(help_text=", ".join(AREAS)),
        "principalId": serializers.CharField(),
        "capability": serializers.CharField(),
    },
)


class GrantsView(AdminView):
    """All grants."""

    @extend_schema(
        operation_id="admin_grants_list",
        parameters=[*PAGE, OpenApiParameter("capability", OpenApiTypes.STR)],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Return the grants of the kinds of receivers that I may read."""
        granted = capabilities_granted(signed_in(request))
        kinds = [kind for kind, area in AREAS.items() if covers(granted, [f"read:{area}"])]
        rows = Grant.objects.filter(principal_type__in=kinds)
        if wanted := request.query_params.get("capability"):
            rows = rows.filter(capability=wanted)
        page = Page.of(request)
        shown = [grant_row(row) for row in rows[page.rows]]
        return Response(page.around("grants", shown, rows.count()))

    @extend_schema(request=GRANT, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Give a capability."""
        body = body_of(request)
        grant = grant_give(
            actor=signed_in(request),
            kind=_kind(text_in(body, "principalType")),
            principal_id=text_in(body, "principalId", longest=64),
            capability=text_in(body, "capability"),
            caller=Caller.of(request),
        )
        return Response({"grant": grant_row(grant)}, status=201)


class EffectiveGrantsView(APIView):
    """What I may administer."""

    problem_shape = "both"

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return my capabilities with all that is included in them."""
        return Response({"capabilities": capabilities_effective(signed_in(request))})


class PrincipalGrantsView(AdminView):
    """The grants of one receiver."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, principal_type: str, principal_id: str) -> Response:
        """Return what a person, group or role was given."""
        kind = _kind(principal_type)
        capability_require(signed_in(request), f"read:{AREAS[kind]}")
        rows = Grant.objects.filter(principal_type=kind, principal_id=principal_id)
        return Response({"grants": [grant_row(row) for row in rows]})


class GrantView(AdminView):
    """One grant."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def delete(
        self,
        request: Request,
        principal_type: str,
        principal_id: str,
        capability: str,
    ) -> Response:
        """Take a capability away; also right when it was not there."""
        if not capability_is_known(capability):
            raise InvalidInputError("Invalid capability")
        grant_revoke(
            actor=signed_in(request),
            kind=_kind(principal_type),
            principal_id=principal_id,
            capability=capability,
            caller=Caller.of(request),
        )
        return Response({"success": True})


def grant_row(grant: Grant) -> dict[str, object]:
    """Return a grant in LibreChat's shape."""
    return {
        "_id": grant.pk,
        "principalType": grant.principal_type,
        "principalId": grant.principal_id,
        "capability": grant.capability,
        "grantedBy": grant.granted_by_id,
        "grantedAt": clock.iso(grant.granted_at),
    }


def _kind(name: str) -> PrincipalType:
    if name not in {kind.value for kind in AREAS}:
        raise InvalidInputError("Invalid principal type")
    return PrincipalType(name)
