"""Groups and their members, for administrators: ``/api/admin/groups``."""

from collections.abc import Mapping

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.admin_users import member_row
from accounts.api.admin_view import AdminView
from accounts.api.bodies import body_of
from accounts.api.parsing import PAGE, Page, search_in, text_in
from accounts.auth.drf import signed_in
from accounts.limits.caller import Caller
from accounts.models import Group, User
from accounts.models.group import LOCAL
from accounts.services.groups import (
    FIELDS,
    group_create,
    group_delete,
    group_update,
    members_add,
    members_remove,
)
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError

MAX_IDS = 500
GROUP = inline_serializer(
    "AdminGroup",
    {
        **{name: serializers.CharField(required=name == "name") for name in FIELDS},
        "memberIds": serializers.ListField(child=serializers.CharField(), required=False),
    },
)
GROUP_CHANGE = inline_serializer(
    "AdminGroupChange",
    {name: serializers.CharField(required=False) for name in FIELDS},
)
MEMBER = inline_serializer("AdminGroupMember", {"userId": serializers.CharField()})
READ, MANAGE = "read:groups", "manage:groups"


class GroupsView(AdminView):
    """The list of groups."""

    capabilities = {"GET": READ, "POST": MANAGE}

    @extend_schema(
        operation_id="admin_groups_list",
        parameters=[
            *PAGE,
            OpenApiParameter("search", OpenApiTypes.STR),
            OpenApiParameter("source", OpenApiTypes.STR),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Return groups by name."""
        rows = Group.objects.filter(name__icontains=search_in(request))
        if source := request.query_params.get("source"):
            rows = rows.filter(source=source)
        page = Page.of(request)
        found = rows.prefetch_related("memberships")[page.rows]
        return Response(page.around("groups", [group_row(row) for row in found], rows.count()))

    @extend_schema(request=GROUP, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Add a local group."""
        body = body_of(request)
        if body.get("source", LOCAL) != LOCAL:
            raise InvalidInputError("Groups of a directory come from there.")
        group = group_create(
            fields=_fields(body),
            members=_people(body.get("memberIds", [])),
            actor=signed_in(request),
            caller=Caller.of(request),
        )
        return Response({"group": group_row(group)}, status=201)


class GroupView(AdminView):
    """One group."""

    capabilities = {"GET": READ, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, _request: Request, group_id: str) -> Response:
        """Return a group."""
        return Response({"group": group_row(_group(group_id))})

    @extend_schema(request=GROUP_CHANGE, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, group_id: str) -> Response:
        """Rename or describe a group."""
        group = group_update(
            group=_group(group_id),
            fields=_fields(body_of(request)),
            actor=signed_in(request),
            caller=Caller.of(request),
        )
        return Response({"group": group_row(group)})

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, group_id: str) -> Response:
        """Remove a group and everything it was given."""
        group = _group(group_id)
        group_delete(group=group, actor=signed_in(request), caller=Caller.of(request))
        return Response({"success": True, "id": group_id})


class GroupMembersView(AdminView):
    """The members of a group."""

    capabilities = {"GET": READ, "POST": MANAGE}

    @extend_schema(parameters=PAGE, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, group_id: str) -> Response:
        """Return members by name."""
        people = _group(group_id).members.order_by("name", "id")
        page = Page.of(request)
        shown = [member_row(user) for user in people[page.rows]]
        return Response(page.around("members", shown, people.count()))

    @extend_schema(request=MEMBER, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, group_id: str) -> Response:
        """Put a person into a group."""
        group = _group(group_id)
        user = person_by_id(text_in(body_of(request), "userId"))
        actor, caller = signed_in(request), Caller.of(request)
        members_add(group=group, people=[user], actor=actor, caller=caller)
        return Response({"group": group_row(group)})


class GroupMemberView(AdminView):
    """One member of a group."""

    capabilities = {"DELETE": MANAGE}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, group_id: str, user_id: str) -> Response:
        """Take a person out of a group."""
        group, user = _group(group_id), person_by_id(user_id)
        actor, caller = signed_in(request), Caller.of(request)
        members_remove(group=group, people=[user], actor=actor, caller=caller)
        return Response({"success": True})


def person_by_id(user_id: str) -> User:
    """Return a person.

    Raises:
        NotFoundError: there is none by this id.
    """
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFoundError("User not found")
    return user


def group_row(group: Group) -> dict[str, object]:
    """Return a group in LibreChat's shape."""
    return {
        "_id": group.pk,
        "id": group.pk,
        "name": group.name,
        "description": group.description,
        "email": group.email or None,
        "avatar": group.avatar or None,
        "source": group.source,
        "idOnTheSource": group.external_id or None,
        "memberIds": [row.user_id for row in group.memberships.all()],
        "createdAt": clock.iso(group.created_at),
        "updatedAt": clock.iso(group.updated_at),
    }


def _group(group_id: str) -> Group:
    group = Group.objects.filter(pk=group_id).first()
    if group is None:
        raise NotFoundError("Group not found")
    return group


def _fields(body: Mapping[str, object]) -> dict[str, object]:
    # Empty on the client is null here; both mean: nothing there.
    return {name: "" if body[name] is None else body[name] for name in FIELDS if name in body}


def _people(ids: object) -> list[User]:
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise InvalidInputError("memberIds must be a list of ids.")
    if len(ids) > MAX_IDS:
        raise InvalidInputError(f"memberIds must not exceed {MAX_IDS} entries.")
    found = list(User.objects.filter(pk__in=ids))
    if len(found) != len(set(ids)):
        raise InvalidInputError("memberIds names somebody who does not exist.")
    return found
