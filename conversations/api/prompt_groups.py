"""Groups of prompts (reference: api.md, prompts)."""

import re

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.auth.drf import signed_in
from conversations import access
from conversations.api.prompt_bodies import (
    GROUP_DELETED,
    MESSAGE,
    ROWS,
    GroupChangeSerializer,
    PromptView,
    VersionSerializer,
    fields_of,
)
from conversations.queries.prompt_listing import (
    PromptQuery,
    prompt_groups_all,
    prompt_groups_random,
    prompt_page,
)
from conversations.queries.prompt_shapes import prompt_group_json, prompt_json
from conversations.services.prompt_groups import (
    prompt_group_change,
    prompt_group_delete,
    prompt_group_use,
)
from conversations.services.prompt_versions import prompt_version_add
from librechat.kernel import pagination

FILTERS = [
    OpenApiParameter("name", OpenApiTypes.STR, description="in names and descriptions"),
    OpenApiParameter("category", OpenApiTypes.STR),
]
DEFAULT_PAGE, MAX_RANDOM = 10, 50
SKIP = re.compile(r"\d{1,4}", re.ASCII)
PAGE = inline_serializer(
    "PromptGroupPage",
    {
        "promptGroups": serializers.ListField(child=serializers.DictField()),
        "pageNumber": serializers.CharField(),
        "pageSize": serializers.CharField(),
        "pages": serializers.CharField(),
        "has_more": serializers.BooleanField(),
        "after": serializers.CharField(allow_null=True),
    },
)


class GroupsView(PromptView):
    """The library."""

    @extend_schema(
        operation_id="prompt_groups_list",
        parameters=[
            *FILTERS,
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("pageSize", OpenApiTypes.INT, description="the same as limit"),
            OpenApiParameter("cursor", OpenApiTypes.STR, description="`after` of the page before"),
        ],
        responses=PAGE,
    )
    def get(self, request: Request) -> Response:
        """Return one page, the most used prompts first."""
        asked = request.query_params
        size = asked.get("limit") or asked.get("pageSize")
        limit = pagination.page_size(size, default=DEFAULT_PAGE)
        cursor = asked.get("cursor", "")
        page = prompt_page(signed_in(request), _query(request, cursor=cursor, limit=limit))
        return Response(
            {
                "promptGroups": [prompt_group_json(group) for group in page.groups],
                "pageNumber": "1",
                "pageSize": str(limit),
                "pages": "1",
                "has_more": page.after is not None,
                "after": page.after,
            },
        )


class AllView(PromptView):
    """Everything that can be used, for a menu."""

    @extend_schema(operation_id="prompts_all", parameters=FILTERS, responses=ROWS)
    def get(self, request: Request) -> Response:
        """Return the groups, a bare array."""
        groups = prompt_groups_all(signed_in(request), _query(request))
        return Response([prompt_group_json(group) for group in groups])


class RandomView(PromptView):
    """Some prompts, to get ideas from."""

    @extend_schema(operation_id="prompts_random", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return a few by chance."""
        asked = request.query_params
        limit = pagination.page_size(asked.get("limit"), default=DEFAULT_PAGE, largest=MAX_RANDOM)
        skip = asked.get("skip", "")
        groups = prompt_groups_random(
            signed_in(request),
            skip=int(skip) if SKIP.fullmatch(skip) else 0,
            limit=limit,
        )
        return Response({"prompts": [prompt_group_json(group) for group in groups]})


class GroupView(PromptView):
    """One group."""

    needs = {"PATCH": ("CREATE",), "DELETE": ("CREATE",)}

    @extend_schema(operation_id="prompt_group_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, prompt_group_id: str) -> Response:
        """Return it with the text in production."""
        group = access.prompt_group_for_client(signed_in(request), prompt_group_id)
        return Response(prompt_group_json(group))

    @extend_schema(
        operation_id="prompt_group_change",
        request=GroupChangeSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def patch(self, request: Request, prompt_group_id: str) -> Response:
        """Change what it is called and found by."""
        group = access.prompt_group_for_client(signed_in(request), prompt_group_id, "edit")
        changed = prompt_group_change(group=group, **fields_of(request, GroupChangeSerializer))
        return Response(prompt_group_json(changed))

    @extend_schema(operation_id="prompt_group_delete", responses=MESSAGE)
    def delete(self, request: Request, prompt_group_id: str) -> Response:
        """Delete it with its versions; it can be brought back from the bin."""
        user = signed_in(request)
        group = access.prompt_group_for_client(user, prompt_group_id, "delete")
        prompt_group_delete(group=group, user=user)
        return Response({"message": GROUP_DELETED})


class GroupVersionsView(PromptView):
    """Versions of one group."""

    @extend_schema(
        operation_id="prompt_version_add",
        request=VersionSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request, prompt_group_id: str) -> Response:
        """Add a version."""
        user = signed_in(request)
        group = access.prompt_group_for_client(user, prompt_group_id, "edit")
        text = fields_of(request, VersionSerializer)["prompt"]
        version = prompt_version_add(
            group=group,
            user=user,
            text=text["prompt"],
            kind=text["type"],
        )
        return Response({"prompt": prompt_json(version)})


class GroupUseView(PromptView):
    """Uses of one group."""

    limit_rules = ("prompt_usage",)

    @extend_schema(
        operation_id="prompt_group_use",
        request=None,
        responses=inline_serializer(
            "PromptUses",
            {"numberOfGenerations": serializers.IntegerField()},
        ),
    )
    def post(self, request: Request, prompt_group_id: str) -> Response:
        """Count one use."""
        group = access.prompt_group_for_client(signed_in(request), prompt_group_id)
        return Response({"numberOfGenerations": prompt_group_use(group=group)})


def _query(request: Request, *, cursor: str = "", limit: int = DEFAULT_PAGE) -> PromptQuery:
    asked = request.query_params
    return PromptQuery(
        name=asked.get("name", ""),
        category=asked.get("category", ""),
        cursor=cursor,
        limit=limit,
    )


urlpatterns = [
    path("api/prompts/all", AllView.as_view()),
    path("api/prompts/random", RandomView.as_view()),
    path("api/prompts/groups", GroupsView.as_view()),
    path("api/prompts/groups/<str:prompt_group_id>", GroupView.as_view()),
    path("api/prompts/groups/<str:prompt_group_id>/prompts", GroupVersionsView.as_view()),
    path("api/prompts/groups/<str:prompt_group_id>/use", GroupUseView.as_view()),
]
