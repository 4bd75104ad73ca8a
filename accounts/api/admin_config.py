"""Config overrides, for administrators: ``/api/admin/config``."""

from collections.abc import Iterable, Mapping

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.capabilities import capability_require
from accounts.access.override_secrets import masked
from accounts.access.override_tree import SECTIONS
from accounts.access.overrides import effective_document, explained, rows_for
from accounts.api.admin_view import AdminView
from accounts.api.bodies import body_of
from accounts.api.parsing import flag_in, objects_in
from accounts.auth.drf import signed_in
from accounts.limits.caller import Caller
from accounts.models import ConfigOverride, PrincipalType, User
from accounts.services.overrides import (
    For,
    override_activate,
    override_bury,
    override_delete,
    override_patch,
    override_put,
    override_unset,
)
from librechat.kernel import clock, yaml_config
from librechat.kernel.errors import InvalidInputError, NotFoundError
from librechat.kernel.yaml_config.report import redacted

PUT = inline_serializer(
    "AdminConfig",
    {
        "overrides": serializers.DictField(),
        "priority": serializers.IntegerField(required=False),
        "tombstones": serializers.ListField(child=serializers.CharField(), required=False),
    },
)
FIELDS = inline_serializer(
    "AdminConfigFields",
    {
        "fieldPath": serializers.CharField(required=False),
        "value": serializers.JSONField(required=False),
        "entries": inline_serializer(
            "AdminConfigField",
            {"fieldPath": serializers.CharField(), "value": serializers.JSONField()},
            many=True,
            required=False,
        ),
        "priority": serializers.IntegerField(required=False),
    },
)
FIELD = inline_serializer("AdminConfigPath", {"fieldPath": serializers.CharField()})
ACTIVE = inline_serializer("AdminConfigActive", {"isActive": serializers.BooleanField()})
PATH = OpenApiParameter("fieldPath", OpenApiTypes.STR, required=True)
READ, MANAGE = "read:configs", "manage:configs"
KINDS = {kind.value: kind for kind in PrincipalType if kind != PrincipalType.PUBLIC}


class ConfigsView(AdminView):
    """All overrides."""

    capabilities = {"GET": READ}

    @extend_schema(operation_id="admin_configs_list", responses=OpenApiTypes.OBJECT)
    def get(self, _request: Request) -> Response:
        """Return them, the strongest last."""
        return Response({"configs": [config_row(row) for row in ConfigOverride.objects.all()]})


class BaseConfigView(AdminView):
    """The settings of everybody."""

    capabilities = {"GET": READ}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, _request: Request) -> Response:
        """Return the file with the overrides for everybody over it; secrets are hidden."""
        rows = rows_for(PrincipalType.ROLE, "")
        return Response({"config": {**yaml_config.redacted(), **_shown(rows)}})


class PrincipalConfigView(AdminView):
    """The overrides of one receiver; ``role/__base__`` for everybody's."""

    capabilities = {"GET": READ, "DELETE": MANAGE}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, _request: Request, principal_type: str, principal_id: str) -> Response:
        """Return them, and what the settings of the receiver are in effect."""
        row = _row(_whose(principal_type, principal_id))
        rows = rows_for(principal_type, principal_id)
        return Response(
            {
                "config": config_row(row),
                "effective": _shown(rows),
                "sources": {setting.path: setting.source for setting in explained(rows)},
            },
        )

    @extend_schema(request=PUT, responses={200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT})
    def put(self, request: Request, principal_type: str, principal_id: str) -> Response:
        """Replace them."""
        body = body_of(request)
        overrides = body.get("overrides")
        tombstones = _paths(body.get("tombstones"))
        whose = _whose(principal_type, principal_id)
        before = ConfigOverride.objects.filter(principal_type=whose.kind, principal_id=whose.id)
        touched = [*overrides] if isinstance(overrides, Mapping) else []
        for row in before:
            touched += [*row.overrides, *row.tombstones]
        _require(signed_in(request), [*touched, *(tombstones or [])])
        row, is_new = override_put(
            whose=whose,
            overrides=overrides,
            priority=body.get("priority"),
            tombstones=tombstones,
            actor=signed_in(request),
            caller=Caller.of(request),
        )
        return Response({"config": config_row(row)}, status=201 if is_new else 200)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, principal_type: str, principal_id: str) -> Response:
        """Remove them."""
        row = _row(_whose(principal_type, principal_id))
        override_delete(row=row, actor=signed_in(request), caller=Caller.of(request))
        return Response({"success": True})


class ConfigFieldsView(AdminView):
    """Single values."""

    @extend_schema(request=FIELDS, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, principal_type: str, principal_id: str) -> Response:
        """Set one value by ``fieldPath`` and ``value``, or several as ``entries``."""
        body = body_of(request)
        rows = objects_in(body, "entries") or [body]
        entries: dict[str, object] = {}
        for row in rows:
            if "value" not in row:
                raise InvalidInputError("Each field needs a fieldPath and a value.")
            entries[_text(row.get("fieldPath"))] = row["value"]
        whose = _whose(principal_type, principal_id)
        _require(signed_in(request), entries)
        changed = override_patch(
            whose=whose,
            entries=entries,
            priority=body.get("priority"),
            actor=signed_in(request),
            caller=Caller.of(request),
        )
        return Response({"config": config_row(changed)})

    @extend_schema(parameters=[PATH], responses=OpenApiTypes.OBJECT)
    def delete(self, request: Request, principal_type: str, principal_id: str) -> Response:
        """Let one value go: what lies below counts again."""
        path = _text(request.query_params.get("fieldPath"))
        whose = _whose(principal_type, principal_id)
        _require(signed_in(request), [path])
        row = override_unset(
            row=_row(whose),
            path=path,
            actor=signed_in(request),
            caller=Caller.of(request),
        )
        return Response({"config": config_row(row)})


class ConfigTombstoneView(AdminView):
    """Values that are taken away."""

    @extend_schema(request=FIELD, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, principal_type: str, principal_id: str) -> Response:
        """Take away what the layers below say at a path."""
        path = _text(body_of(request).get("fieldPath"))
        whose = _whose(principal_type, principal_id)
        _require(signed_in(request), [path])
        actor, caller = signed_in(request), Caller.of(request)
        row = override_bury(whose=whose, path=path, actor=actor, caller=caller)
        return Response({"config": config_row(row)})


class ConfigActiveView(AdminView):
    """Switching overrides on and off."""

    capabilities = {"PATCH": MANAGE}

    @extend_schema(request=ACTIVE, responses=OpenApiTypes.OBJECT)
    def patch(self, request: Request, principal_type: str, principal_id: str) -> Response:
        """Switch all overrides of a receiver."""
        row = override_activate(
            row=_row(_whose(principal_type, principal_id)),
            is_active=flag_in(body_of(request), "isActive"),
            actor=signed_in(request),
            caller=Caller.of(request),
        )
        return Response({"config": config_row(row)})


def config_row(row: ConfigOverride) -> dict[str, object]:
    """Return overrides in LibreChat's shape, secrets masked."""
    return {
        "_id": row.pk,
        "principalType": row.principal_type,
        "principalId": row.principal_id,
        "priority": row.priority,
        "overrides": masked(row.overrides),
        "tombstones": row.tombstones,
        "isActive": row.is_active,
        "configVersion": row.version,
        "createdAt": clock.iso(row.created_at),
        "updatedAt": clock.iso(row.updated_at),
    }


def _shown(rows: list[ConfigOverride]) -> dict[str, object]:
    return {name: redacted(found, name) for name, found in effective_document(rows).items()}


def _whose(principal_type: str, principal_id: str) -> For:
    if principal_type not in KINDS:
        raise InvalidInputError(f"Invalid principalType: {principal_type[:64]}")
    return For(KINDS[principal_type], principal_id)


def _row(whose: For) -> ConfigOverride:
    found = ConfigOverride.objects.filter(principal_type=whose.kind, principal_id=whose.id).first()
    if found is None:
        raise NotFoundError("Config not found")
    return found


def _text(path: object) -> str:
    if not isinstance(path, str) or not path:
        raise InvalidInputError("fieldPath is required.")
    return path


def _paths(given: object) -> list[str] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(path, str) for path in given):
        raise InvalidInputError("tombstones must be a list of paths.")
    return given


def _require(user: User, paths: Iterable[str]) -> None:
    """Pass when the person may manage the sections these paths are in."""
    sections = {path.partition(".")[0] for path in paths}
    known = [f"{MANAGE}:{section}" for section in sections if section in SECTIONS]
    capability_require(user, *(known or [MANAGE]))
