"""What a client asks before and just after sign-in: configuration, banner, roles."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.startup_config import public_config, signed_in_config
from accounts.auth.drf import OptionalAuthentication
from accounts.models import Banner, User
from accounts.services.banners import banner_current
from librechat.kernel import clock
from librechat.kernel.markup.sanitize import sanitized


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
    def get(self, request: Request) -> Response:
        """Return the banner of the moment; an empty body when there is none."""
        banner = banner_current(request.user if isinstance(request.user, User) else None)
        return Response(_banner_json(banner) if banner else None)


def _banner_json(banner: Banner) -> dict[str, object]:
    return {
        "_id": banner.pk,
        "bannerId": banner.pk,
        "message": sanitized(banner.message),
        "displayFrom": clock.iso(banner.display_from),
        "displayTo": clock.iso(banner.display_to) if banner.display_to else None,
        "isPublic": banner.is_public,
        "persistable": banner.is_persistent,
        "type": "banner",
        "createdAt": clock.iso(banner.created_at),
        "updatedAt": clock.iso(banner.updated_at),
    }
