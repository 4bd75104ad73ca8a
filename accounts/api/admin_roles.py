"""Roles and their members, for administrators: ``/api/admin/roles``."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.permissions import permission_defaults, permissions_merge
from accounts.api.admin_groups import person_by_id
from accounts.api.admin_users import member_row
from accounts.api.admin_view import AdminView
from accounts.api.bodies import body_of
from accounts.api.parsing import PAGE, Page, text_in
from accounts.auth.drf import signed_in
from accounts.errors import SystemRoleError
from accounts.limits.caller import Caller
from accounts.models import USER, Role, User
from accounts.services.roles import (
    permissions_stated,
    role_assign,
    role_create,
    role_delete,
    role_permissions_set,
    role_update,
)
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError

ROLE = inline_serializer(
    "AdminRole",
    {
        "name": serializers.CharField(),
        "description": serializers.CharField(required=False),
        "permissions": serializers.DictField(
            child=serializers.DictField(child=serializers.BooleanField()),
            required=False,
        ),
    },
)
ROLE_CHANGE = inline_serializer(
    "AdminRoleChange",
    {
        "name": serializers.CharField(required=False),
        "description": serializers.CharField(required=False),
    },
)
PERMISSIONS = inline_serializer(
    "AdminRolePermissions",
    {
        "permissions": serializers.DictField(
            child=serializers.DictField(child=serializers.BooleanField()),
        ),
    },
)
MEMBER = inline_serializer("AdminRoleMember", {"userId": serializers.CharField()})
READ, MANAGE = "read:roles", "manage:roles"


class RolesView(AdminView):
    """The list of roles."""

    capabilities = {"GET": READ, "POST": MANAGE}

    @extend_schema(
        operation_id="admin_roles_list",
        parameters=PAGE,
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Return roles by name, without their permissions."""
        page = Page.of(request)
        rows = Role.objects.all()
        shown: list[dict[str, object]] = [
            {"_id": role.pk, "name": role.name, "description": role.description}
            for role in rows[page.rows]
        ]
        return Response(page.around("roles", shown, rows.count()))

    @extend_schema(request=ROLE, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Add a role."""
        body = body_of(request)
        role = role_create(
            name=body.get("name"),
            description=body.get("description", ""),
            permissions=body.get("permissions"),
            actor=signed_in(request),
            caller=Caller.of(request),
        )
        return Response({"role": role_row(role)}, status=201)


class AdminRoleView(AdminView):
    """One role."""

    capabilities = {"GET": READ, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, _request: Request, name: str) -> Response:
        """Return a role with its permissions."""
        return Response({"role": role_row(_role(name))})

    @extend_schema(request=ROLE_CHANGE, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, name: str) -> Response:
        """Rename or describe a role; its people keep it."""
        body = body_of(request)
        role = role_update(
            role=_role(name),
            name=body.get("name"),
            description=body.get("description"),
            actor=signed_in(request),
            caller=Caller.of(request),
        )
        return Response({"role": role_row(role)})

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, name: str) -> Response:
        """Remove a role; its people become USER."""
        role_delete(role=_role(name), actor=signed_in(request), caller=Caller.of(request))
        return Response({"success": True})


class AdminRolePermissionsView(AdminView):
    """What one role allows."""

    capabilities = {"PATCH": MANAGE}

    @extend_schema(request=PERMISSIONS, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, name: str) -> Response:
        """Change the permissions that are named; the others stay."""
        role = _role(name)
        role_permissions_set(
            role=role,
            permissions=permissions_stated(body_of(request).get("permissions")),
            actor=signed_in(request),
            caller=Caller.of(request),
        )
        return Response({"role": role_row(role)})


class RoleMembersView(AdminView):
    """The people of a role."""

    capabilities = {"GET": READ, "POST": MANAGE}

    @extend_schema(parameters=PAGE, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, name: str) -> Response:
        """Return people by name."""
        people = User.objects.filter(role=_role(name).name).order_by("name", "id")
        page = Page.of(request)
        shown = [member_row(user) for user in people[page.rows]]
        return Response(page.around("members", shown, people.count()))

    @extend_schema(request=MEMBER, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, name: str) -> Response:
        """Give a person this role instead of their present one."""
        role = _role(name)
        user = person_by_id(text_in(body_of(request), "userId"))
        if role.name == USER:
            raise SystemRoleError("Take the person out of the present role instead.")
        role_assign(user=user, role=role, actor=signed_in(request), caller=Caller.of(request))
        return Response({"success": True})


class RoleMemberView(AdminView):
    """One person of a role."""

    capabilities = {"DELETE": MANAGE}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, name: str, user_id: str) -> Response:
        """Take the role away; the person becomes USER."""
        role, user = _role(name), person_by_id(user_id)
        if role.name == USER:
            raise SystemRoleError("Everybody without another role is a USER.")
        if user.role != role.name:
            raise InvalidInputError("User is not a member of this role")
        role_assign(
            user=user,
            role=_role(USER),
            actor=signed_in(request),
            caller=Caller.of(request),
        )
        return Response({"success": True})


def role_row(role: Role) -> dict[str, object]:
    """Return a role with every permission there is."""
    return {
        "_id": role.pk,
        "name": role.name,
        "description": role.description,
        "permissions": permissions_merge(permission_defaults(role.name), role.permissions),
        "createdAt": clock.iso(role.created_at),
        "updatedAt": clock.iso(role.updated_at),
    }


def _role(name: str) -> Role:
    role = Role.objects.filter(name=name).first()
    if role is None:
        raise NotFoundError("Role not found")
    return role
