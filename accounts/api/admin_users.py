"""People, for administrators: ``/api/admin/users``."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.admin_view import AdminView
from accounts.api.parsing import PAGE, Page, search_in
from accounts.models import User
from accounts.queries.people import MAX_FOUND, people_matching
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError
from librechat.kernel.pagination import page_size

FILTERS = [
    OpenApiParameter("search", OpenApiTypes.STR, description="In name, user name and address."),
    OpenApiParameter("role", OpenApiTypes.STR),
    OpenApiParameter("provider", OpenApiTypes.STR),
]
DEFAULT_FOUND, MIN_LETTERS = 20, 2


class UsersView(AdminView):
    """The list of people."""

    capabilities = {"GET": "read:users"}

    @extend_schema(parameters=[*PAGE, *FILTERS], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return people, the newest first."""
        rows = User.objects.filter(people_matching(search_in(request)))
        for name in ("role", "provider"):
            if wanted := request.query_params.get(name):
                rows = rows.filter(**{name: wanted})
        page = Page.of(request)
        shown = [user_row(user) for user in rows.order_by("-created_at", "-id")[page.rows]]
        return Response(page.around("users", shown, rows.count()))


class UserSearchView(AdminView):
    """Finding people."""

    capabilities = {"GET": "read:users"}

    @extend_schema(
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, required=True),
            OpenApiParameter("limit", OpenApiTypes.INT),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Return people whose name, user name or address holds the text."""
        text = search_in(request, "q")
        if len(text) < MIN_LETTERS:
            raise InvalidInputError(f"q must be at least {MIN_LETTERS} characters long.")
        limit = page_size(
            request.query_params.get("limit"),
            default=DEFAULT_FOUND,
            largest=MAX_FOUND,
        )
        people = User.objects.filter(people_matching(text)).order_by("name", "id")[:limit]
        found = [
            {
                "id": user.pk,
                "name": user.name,
                "email": user.email,
                "username": user.username,
                "avatarUrl": user.avatar or None,
            }
            for user in people
        ]
        return Response({"users": found, "total": len(found), "capped": len(found) >= limit})


def user_row(user: User) -> dict[str, object]:
    """Return a person as the list shows them."""
    return {
        "id": user.pk,
        "name": user.name,
        "username": user.username,
        "email": user.email,
        "avatar": user.avatar,
        "role": user.role,
        "provider": user.provider,
        "isActive": user.is_active,
        "createdAt": clock.iso(user.created_at),
        "updatedAt": clock.iso(user.updated_at),
    }


def member_row(user: User) -> dict[str, object]:
    """Return a person as the member of a role or group."""
    return {
        "userId": user.pk,
        "name": user.display_name,
        "email": user.email,
        "avatarUrl": user.avatar or None,
    }
