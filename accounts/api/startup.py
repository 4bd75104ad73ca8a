"""What a client asks before and just after sign-in: configuration, banner, roles."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.permissions import permissions_of, role_exists
from accounts.api.startup_config import public_config, signed_in_config
from accounts.auth.drf import OptionalAuthentication, signed_in
from accounts.models import ADMIN, USER, User
from librechat.kernel.errors import NotFoundError


class ConfigView(APIView):
    """The configuration of the product."""

    authentication_classes = (OptionalAuthentication,)
    permission_classes = (AllowAny,)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return what everybody may know, and the rest to whoever is signed in."""
        if isinstance(request.user, User):
            return Response(signed_in_config(request.user))
        return Response(public_config())


class BannerView(APIView):
    """The banner over the product."""

    authentication_classes = (OptionalAuthentication,)
    permission_classes = (AllowAny,)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, _request: Request) -> Response:
        """Return an empty body: there is no banner."""
        return Response()


class RoleView(APIView):
    """A role."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, name: str) -> Response:
        """Return what a role allows: USER and my own; administrators see every role."""
        user = signed_in(request)
        if name not in {USER, user.role} and user.role != ADMIN:
            raise exceptions.PermissionDenied("Unauthorized")
        if not role_exists(name):
            raise NotFoundError("Role not found")
        return Response({"name": name, "permissions": permissions_of(name)})
