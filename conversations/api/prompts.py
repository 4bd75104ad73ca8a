"""Versions of prompts, new prompts and their categories (reference: api.md, prompts)."""

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.auth.drf import signed_in
from conversations import access
from conversations.api.prompt_bodies import (
    DELETED,
    GROUP_DELETED,
    MESSAGE,
    ROWS,
    LabelsSerializer,
    NewGroupSerializer,
    PromptView,
    fields_of,
)
from conversations.models import DeletedItem
from conversations.queries.prompt_listing import prompt_versions_written
from conversations.queries.prompt_shapes import prompt_group_json, prompt_json
from conversations.services.prompt_groups import CATEGORIES, Described, prompt_group_create
from conversations.services.prompt_versions import (
    MAX_VERSIONS,
    prompt_version_delete,
    prompt_version_label,
    prompt_version_publish,
)


class PromptsView(PromptView):
    """Versions, and new groups."""

    needs = {"POST": ("CREATE",)}

    @extend_schema(
        operation_id="prompts_list",
        parameters=[OpenApiParameter("groupId", OpenApiTypes.STR)],
        responses=ROWS,
    )
    def get(self, request: Request) -> Response:
        """Return a group's versions, newest first, a bare array; without a group, my own."""
        user = signed_in(request)
        group_id = request.query_params.get("groupId")
        if group_id is None:
            versions = prompt_versions_written(user, MAX_VERSIONS)
        else:
            group = access.prompt_group_for_client(user, group_id)
            versions = list(group.versions.all()[:MAX_VERSIONS])
        return Response([prompt_json(version) for version in versions])

    @extend_schema(
        operation_id="prompt_group_create",
        request=NewGroupSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request) -> Response:
        """Make a group with its first version."""
        fields = fields_of(request, NewGroupSerializer)
        group = prompt_group_create(
            user=signed_in(request),
            described=Described(**fields["group"]),
            text=fields["prompt"]["prompt"],
            kind=fields["prompt"]["type"],
        )
        versions = [prompt_json(version) for version in group.versions.all()]
        return Response({"prompt": versions[0], "group": prompt_group_json(group)})


class PromptVersionView(PromptView):
    """One version."""

    needs = {"DELETE": ("CREATE",)}

    @extend_schema(operation_id="prompt_version_read", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, prompt_id: str) -> Response:
        """Return it."""
        return Response({"prompt": prompt_json(access.prompt_get(signed_in(request), prompt_id))})

    @extend_schema(operation_id="prompt_version_delete", responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, prompt_id: str) -> Response:
        """Delete it; with the last version the group goes."""
        user = signed_in(request)
        version = access.prompt_get(user, prompt_id, "delete")
        item = prompt_version_delete(version=version, user=user)
        answer: dict[str, object] = {"prompt": DELETED}
        if item.kind == DeletedItem.Kind.PROMPT_GROUP:
            answer["promptGroup"] = {"message": GROUP_DELETED, "id": item.source_id}
        return Response(answer)


class ProductionView(PromptView):
    """Which version is used."""

    needs = {"PATCH": ("CREATE",)}

    @extend_schema(operation_id="prompt_version_publish", request=None, responses=MESSAGE)
    def patch(self, request: Request, prompt_id: str) -> Response:
        """Put this one into production."""
        prompt_version_publish(version=access.prompt_get(signed_in(request), prompt_id, "edit"))
        return Response({"message": "Prompt production made successfully"})


class LabelsView(PromptView):
    """Labels of a version."""

    needs = {"PATCH": ("CREATE",)}

    @extend_schema(
        operation_id="prompt_version_label",
        request=LabelsSerializer,
        responses=MESSAGE,
    )
    def patch(self, request: Request, prompt_id: str) -> Response:
        """Replace them."""
        version = access.prompt_get(signed_in(request), prompt_id, "edit")
        prompt_version_label(version=version, **fields_of(request, LabelsSerializer))
        return Response({"message": "Prompt labels updated successfully"})


@extend_schema(operation_id="categories_list", responses=ROWS)
@api_view(["GET"])
def categories(_request: Request) -> Response:
    """List the categories of prompts; labels are keys that the client translates."""
    return Response([{"label": f"com_ui_{name}", "value": name} for name in CATEGORIES])


urlpatterns = [
    path("api/categories", categories),
    path("api/prompts", PromptsView.as_view()),
    path("api/prompts/<str:prompt_id>", PromptVersionView.as_view()),
    path("api/prompts/<str:prompt_id>/tags/production", ProductionView.as_view()),
    path("api/prompts/<str:prompt_id>/labels", LabelsView.as_view()),
]
