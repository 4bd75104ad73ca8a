"""The people picker: to whom something can be given."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.permissions import permissions_of
from accounts.api.parsing import search_in
from accounts.auth.drf import signed_in
from accounts.models import PrincipalType
from accounts.queries.people import MAX_FOUND, principals_search
from librechat.kernel.errors import ForbiddenError, InvalidInputError
from librechat.kernel.pagination import page_size

# What a role must allow to find each kind.
NEEDED = {
    PrincipalType.USER: "VIEW_USERS",
    PrincipalType.GROUP: "VIEW_GROUPS",
    PrincipalType.ROLE: "VIEW_ROLES",
}
DEFAULT_FOUND = 20


class PrincipalSearchView(APIView):
    """Searching for people, groups and roles."""

    problem_shape = "both"

    @extend_schema(
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, required=True),
            OpenApiParameter("limit", OpenApiTypes.INT, description="1 to 50; 20 by default."),
            OpenApiParameter("types", OpenApiTypes.STR, description="user,group,role"),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Return who matches, among the kinds that my role may see."""
        answers = permissions_of(signed_in(request).role)["PEOPLE_PICKER"]
        asked = _kinds(request)
        kinds = [kind for kind in asked or NEEDED if answers[NEEDED[kind]]]
        if not kinds:
            raise ForbiddenError("Insufficient permissions to search for people.")
        text = search_in(request, "q")
        if not text:
            raise InvalidInputError('Query parameter "q" is required and must not be empty.')
        limit = page_size(
            request.query_params.get("limit"),
            default=DEFAULT_FOUND,
            largest=MAX_FOUND,
        )
        found = principals_search(text, kinds, limit)
        local = sum(row["source"] == "local" for row in found)
        return Response(
            {
                "query": text,
                "limit": limit,
                "types": [kind.value for kind in asked] or None,
                "results": found,
                "count": len(found),
                "sources": {"local": local, "entra": len(found) - local},
            },
        )


def _kinds(request: Request) -> list[PrincipalType]:
    """Return the kinds asked for, as a list or separated by commas; unknown ones are left out."""
    words = {
        word.strip() for text in request.query_params.getlist("types") for word in text.split(",")
    }
    return [kind for kind in NEEDED if kind.value in words]
