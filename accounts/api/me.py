"""The signed-in person under LibreChat's ``/api/user``."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.bodies import body_of
from accounts.api.shapes import user_json
from accounts.auth.cookies import cookies_clear
from accounts.auth.drf import signed_in
from accounts.auth.step_up import step_up_or_code
from accounts.limits.caller import Caller
from accounts.services import favorites
from accounts.services.closing import account_close
from accounts.services.profile import personalization_set, terms_accept
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

ENVIRONMENTS = ("user", "agent-user", "conversation")


CHOICE = "statefulCodeEnvironment"
PREFERENCES = inline_serializer(
    "Preferences",
    {CHOICE: serializers.ChoiceField(choices=ENVIRONMENTS)},
)


class MeView(APIView):
    """Who I am."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return the signed-in person."""
        return Response(user_json(signed_in(request)))


class DeleteView(APIView):
    """The end of an account."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request) -> Response:
        """Delete my account and everything that is mine, after the days of grace."""
        user = signed_in(request)
        step_up_or_code(request, user, body_of(request))
        account_close(user=user, caller=Caller.of(request))
        response = Response({"message": "User deleted"})
        cookies_clear(response)
        return response


class PreferencesView(APIView):
    """Choices about code environments."""

    @extend_schema(request=PREFERENCES, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request) -> Response:
        """Store a choice."""
        chosen = body_of(request).get(CHOICE)
        if chosen not in ENVIRONMENTS:
            raise InvalidInputError(f"{CHOICE} must be one of {', '.join(ENVIRONMENTS)}.")
        personalization_set(user=signed_in(request), name=CHOICE, value=chosen)
        return Response({"updated": True, "preferences": {CHOICE: chosen}})


class TermsView(APIView):
    """Whether the terms were accepted."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return whether, and when, I accepted the terms."""
        accepted_at = signed_in(request).terms_accepted_at
        return Response(
            {
                "termsAccepted": accepted_at is not None,
                "termsAcceptedAt": clock.iso(accepted_at) if accepted_at else None,
            },
        )


class TermsAcceptView(APIView):
    """Accepting the terms."""

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Accept the terms."""
        user = signed_in(request)
        moment = terms_accept(user=user)
        return Response(
            {"message": "Terms accepted successfully", "termsAcceptedAt": clock.iso(moment)},
        )


class FavoritesView(APIView):
    """Favorite models, agents and specs."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return my favorites, a bare array."""
        return Response(signed_in(request).favorites)

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Replace my favorites; the body wraps them, the answer does not."""
        wanted = body_of(request).get("favorites")
        return Response(favorites.favorites_replace(user=signed_in(request), favorites=wanted))


class FavoriteToolsView(APIView):
    """Favorite tools."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return my favorite tools, a bare array."""
        return Response(favorites.favorite_tools(signed_in(request)))


class FavoriteToolView(APIView):
    """One favorite tool."""

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def put(self, request: Request, item_type: str, item_id: str) -> Response:
        """Add a favorite tool."""
        user = signed_in(request)
        added = favorites.favorite_tool_add(user=user, item_type=item_type, item_id=item_id)
        return Response(added)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, item_type: str, item_id: str) -> Response:
        """Remove a favorite tool."""
        user = signed_in(request)
        favorites.favorite_tool_remove(user=user, item_type=item_type, item_id=item_id)
        return Response({"ok": True})


class PinnedOrderView(APIView):
    """The order of pinned chats."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return the order, a bare array."""
        return Response(signed_in(request).preferences.get("pinnedOrder", []))

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Replace the order."""
        wanted = body_of(request).get("pinnedOrder")
        return Response(favorites.pinned_order_set(user=signed_in(request), order=wanted))


class SkillStatesView(APIView):
    """Which skills are on."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return skill id → whether it is on."""
        return Response(signed_in(request).preferences.get("skillStates", {}))

    @extend_schema(request=OpenApiTypes.OBJECT, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Replace the states."""
        wanted = body_of(request).get("skillStates")
        return Response(favorites.skill_states_set(user=signed_in(request), states=wanted))
