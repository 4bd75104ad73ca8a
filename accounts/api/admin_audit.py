"""The audit record, for whoever may read it: ``/api/admin/audit-log``."""

import csv
import io

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.admin_view import AdminView
from accounts.api.parsing import PAGE, Page
from accounts.auth.drf import signed_in
from accounts.limits.caller import Caller
from accounts.models import AuditEvent
from accounts.queries.audit import audit_verify
from accounts.queries.audit_search import EXACT, ONE, PART, audit_exported, audit_find, audit_json
from accounts.services.audit import Act, audit_record
from librechat.kernel import clock
from librechat.kernel.errors import NotFoundError

READ = "read:audit_log"
FILTERS = [
    OpenApiParameter(name, OpenApiTypes.STR)
    for name in (*EXACT, *ONE, *PART, "capability", "from", "to")
]
MAX_DIGITS = 18  # of a number that every database holds
BYTE_ORDER_MARK = "\ufeff"  # tells spreadsheets that the text is UTF-8


class AuditLogView(AdminView):
    """The record."""

    capabilities = {"GET": READ}

    @extend_schema(
        operation_id="admin_audit_log_list",
        parameters=[
            *PAGE,
            *FILTERS,
            OpenApiParameter("cursor", OpenApiTypes.INT, description="From nextCursor."),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Return events, the newest first."""
        rows = audit_find(dict(request.query_params.lists()))
        total = rows.count()
        cursor = request.query_params.get("cursor", "")
        if cursor.isascii() and cursor.isdigit() and len(cursor) <= MAX_DIGITS:
            rows = rows.filter(sequence__lt=int(cursor))
        page = Page.of(request)
        found = list(rows[page.offset : page.offset + page.limit + 1])
        shown = [audit_json(event) for event in found[: page.limit]]
        more = found[page.limit - 1].sequence if len(found) > page.limit else None
        return Response({**page.around("entries", shown, total), "nextCursor": more})


class AuditExportView(AdminView):
    """The record as a file."""

    capabilities = {"GET": READ}

    @extend_schema(parameters=FILTERS, responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """Return events as CSV; no cell runs as a formula. That they were taken is on record."""
        text = io.StringIO()
        text.write(BYTE_ORDER_MARK)
        csv.writer(text).writerows(audit_exported(audit_find(dict(request.query_params.lists()))))
        act = Act(
            category="account",
            action="audit.exported",
            actor=signed_in(request),
            metadata={"filter": request.query_params.urlencode(), "format": "csv"},
            caller=Caller.of(request),
        )
        audit_record(act)
        name = f"audit-log-{clock.now().date().isoformat()}.csv"
        return HttpResponse(
            text.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )


class AuditVerifyView(AdminView):
    """Whether the record is whole."""

    capabilities = {"GET": READ}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, _request: Request) -> Response:
        """Follow the chain of hashes from the first event to the last."""
        check = audit_verify()
        return Response(
            {
                "valid": check.is_whole,
                "checked": check.checked,
                "brokenAt": check.broken_at,
                "reason": check.problem or None,
            },
        )


class AuditEntryView(AdminView):
    """One event."""

    capabilities = {"GET": READ}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, _request: Request, event_id: str) -> Response:
        """Return an event."""
        event = AuditEvent.objects.filter(pk=event_id).first()
        if event is None:
            raise NotFoundError("Not found")
        return Response({"entry": audit_json(event)})
