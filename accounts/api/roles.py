"""Roles and what they allow, under LibreChat's ``/api/roles``."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.capabilities import capability_allows
from accounts.access.permissions import TYPES, permissions_of, role_exists
from accounts.api.bodies import body_of
from accounts.auth.drf import signed_in
from accounts.limits.caller import Caller
from accounts.models import ADMIN, USER, Role
from accounts.services.roles import permissions_stated, role_permissions_set
from librechat.kernel.errors import ForbiddenError, NotFoundError

# The last part of the path → the type of permission.
PARTS = {
    "prompts": "PROMPTS",
    "agents": "AGENTS",
    "memories": "MEMORIES",
    "people-picker": "PEOPLE_PICKER",
    "mcp-servers": "MCP_SERVERS",
    "marketplace": "MARKETPLACE",
    "remote-agents": "REMOTE_AGENTS",
    "skills": "SKILLS",
}
ANSWERS = inline_serializer(
    "PermissionAnswers",
    {
        name: serializers.BooleanField(required=False)
        for name in sorted({name for kind in PARTS.values() for name in TYPES[kind][0]})
    },
)


class RoleView(APIView):
    """A role."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, name: str) -> Response:
        """Return what a role allows: USER and my own, or any for who may read roles."""
        user = signed_in(request)
        name = _spelled(name)
        if name not in {USER, user.role} and not capability_allows(user, "read:roles"):
            raise ForbiddenError("Unauthorized")
        if not role_exists(name):
            raise NotFoundError("Role not found")
        return Response({"name": name, "permissions": permissions_of(name)})


class RolePermissionsView(APIView):
    """One type of permission of a role."""

    @extend_schema(request=ANSWERS, responses=OpenApiTypes.OBJECT)
    def put(self, request: Request, name: str, part: str) -> Response:
        """Change some permissions of a type; those that are not named stay."""
        user = signed_in(request)
        if not capability_allows(user, "manage:roles"):
            raise ForbiddenError("Forbidden")
        role = Role.objects.filter(name=_spelled(name)).first()
        if role is None or part not in PARTS:
            raise NotFoundError("Role not found")
        role_permissions_set(
            role=role,
            permissions=permissions_stated({PARTS[part]: body_of(request)}),
            actor=user,
            caller=Caller.of(request),
        )
        return Response({"name": role.name, "permissions": permissions_of(role.name)})


def _spelled(name: str) -> str:
    """Return a name as it is kept: clients may write those of the system in lower case."""
    return name.upper() if name.upper() in {USER, ADMIN} else name
