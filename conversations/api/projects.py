"""Projects (reference: api.md, projects)."""

from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.auth.drf import signed_in
from accounts.models import User
from conversations import access
from conversations.api.fields import (
    CamelSerializer,
    Name,
    PublicId,
    StrictText,
    json_body,
    json_object,
)
from conversations.models import Project
from conversations.queries.projects import (
    SORT_FIELDS,
    ProjectQuery,
    project_json,
    project_page,
    projects_counted,
)
from conversations.queries.shapes import conversation_json, message_ids_of
from conversations.services.projects import (
    DEFAULTS,
    MAX_DESCRIPTION,
    MAX_INSTRUCTIONS,
    MAX_NAME,
    TEXTS,
    conversation_move,
    project_change,
    project_create,
    project_delete,
    project_get,
)
from librechat.kernel import pagination
from librechat.kernel.errors import InvalidInputError

MAX_SEARCH = 256


class DefaultsSerializer(CamelSerializer):
    """What a chat in a project starts with."""

    named = {"agent_id": "agent_id"}

    endpoint = Name(required=False)
    model = Name(required=False)
    spec = Name(required=False)
    agent_id = Name(required=False, max_length=320)


class ProjectSerializer(CamelSerializer):
    """A project to make, or what is to change of one."""

    name = StrictText(required=False, max_length=MAX_NAME)
    description = StrictText(required=False, max_length=MAX_DESCRIPTION)
    instructions = StrictText(required=False, max_length=MAX_INSTRUCTIONS)
    defaults = DefaultsSerializer(required=False)


class AssignSerializer(CamelSerializer):
    """The project a chat goes into; null takes it out."""

    project_id = PublicId(required=False, default="")


QUERY = [
    OpenApiParameter("cursor", OpenApiTypes.STR),
    OpenApiParameter("limit", OpenApiTypes.INT),
    OpenApiParameter("sortBy", enum=list(SORT_FIELDS)),
    OpenApiParameter("sortDirection", enum=["asc", "desc"]),
    OpenApiParameter("search", OpenApiTypes.STR, description="in names"),
]


class ProjectViewSet(ViewSet):
    """Projects."""

    problem_shape = "error"

    @extend_schema(
        operation_id="projects_list",
        parameters=QUERY,
        responses=inline_serializer(
            "ProjectPage",
            {
                "projects": serializers.ListField(child=serializers.DictField()),
                "nextCursor": serializers.CharField(allow_null=True),
            },
        ),
    )
    def list(self, request: Request) -> Response:
        """Return a page of projects."""
        asked = request.query_params
        query = ProjectQuery(
            cursor=asked.get("cursor", ""),
            limit=pagination.page_size(asked.get("limit")),
            sort_by=asked.get("sortBy", "lastConversationAt"),
            sort_direction=asked.get("sortDirection", "desc"),
            search=asked.get("search", "")[:MAX_SEARCH].strip(),
        )
        page = project_page(signed_in(request), query)
        rows = [project_json(project) for project in page.projects]
        return Response({"projects": rows, "nextCursor": page.next_cursor})

    @extend_schema(
        operation_id="project_create",
        request=ProjectSerializer,
        responses={201: OpenApiTypes.OBJECT},
    )
    def create(self, request: Request) -> Response:
        """Make a project."""
        asked = _fields(request)
        project = project_create(
            user=signed_in(request),
            name=asked.get("name", ""),
            description=asked.get("description", ""),
            instructions=asked.get("instructions", ""),
            defaults=asked.get("defaults"),
        )
        return Response(project_json(project), status=201)

    @extend_schema(operation_id="project_read", responses=OpenApiTypes.OBJECT)
    def retrieve(self, request: Request, project_id: str) -> Response:
        """Return one project."""
        user = signed_in(request)
        return Response(_shown(user, _project(user, project_id)))

    @extend_schema(
        operation_id="project_change",
        request=ProjectSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def partial_update(self, request: Request, project_id: str) -> Response:
        """Change a project's name, description, instructions or defaults."""
        user, asked = signed_in(request), _fields(request)
        texts = {name: asked[name] for name in TEXTS if name in asked}
        changed = project_change(
            project=_project(user, project_id),
            texts=texts,
            defaults=asked.get("defaults"),
        )
        return Response(_shown(user, changed))

    @extend_schema(
        operation_id="project_delete",
        responses=inline_serializer(
            "ProjectDeleted",
            {
                "deletedCount": serializers.IntegerField(),
                "modifiedCount": serializers.IntegerField(),
            },
        ),
    )
    def destroy(self, request: Request, project_id: str) -> Response:
        """Delete a project; its chats stay, and it can be brought back from the bin."""
        _item, freed = project_delete(project=_project(signed_in(request), project_id))
        return Response({"deletedCount": 1, "modifiedCount": freed})

    @extend_schema(
        operation_id="project_assign",
        request=AssignSerializer,
        responses=OpenApiTypes.OBJECT,
    )
    def assign(self, request: Request, conversation_id: str) -> Response:
        """Put a chat into a project or take it out."""
        user = signed_in(request)
        if "projectId" not in json_body(request):  # null, not nothing, takes it out
            raise InvalidInputError("projectId: This field is required.", field="projectId")
        fields = AssignSerializer(data=json_object(request))
        fields.is_valid(raise_exception=True)
        wanted = fields.validated_data["project_id"]
        conversation = access.conversation_get(user, conversation_id, "edit")
        before = conversation.project_id
        project = _project(user, wanted) if wanted else None
        moved = conversation_move(conversation=conversation, project=project)
        return Response(
            {
                "conversation": conversation_json(moved, message_ids=message_ids_of(moved)),
                "previousProjectId": before,
                "projectId": moved.project_id,
            },
        )


def _project(user: User, project_id: str) -> Project:
    return project_get(user=user, project_id=project_id)


def _fields(request: Request) -> dict[str, Any]:
    fields = ProjectSerializer(data=json_object(request))
    fields.is_valid(raise_exception=True)
    asked = dict(fields.validated_data)
    if "defaults" in asked:
        asked["defaults"] = {name: asked["defaults"].get(name, "") for name in DEFAULTS}
    return asked


def _shown(user: User, project: Project) -> dict[str, object]:
    return project_json(projects_counted(user).get(pk=project.pk))


view = ProjectViewSet.as_view
one = view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})
urlpatterns = [
    path("api/projects", view({"get": "list", "post": "create"})),
    path("api/projects/conversations/<str:conversation_id>", view({"put": "assign"})),
    path("api/projects/<str:project_id>", one),
]
