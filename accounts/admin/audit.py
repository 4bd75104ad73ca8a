"""The audit record in the admin: to read, to verify, to take away a copy."""

import csv
import json
from collections.abc import Iterator
from typing import Any

import orjson
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from accounts.admin.asking import actor_of
from accounts.admin.filters import KeptValuesFilter
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import AuditEvent
from accounts.queries.audit import audit_verify, csv_rows, event_json
from accounts.services.audit import Act, audit_record
from librechat.kernel import clock

CHUNK = 2_000


class Echo:
    """A file that gives back what is written to it, for the CSV writer."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """What was done, newest first."""

    read_capability = "read:audit_log"
    manage_capability = "read:audit_log"
    change_list_template = "admin/accounts/audit_list.html"
    list_display = (
        "sequence",
        "created_at",
        "action",
        "outcome",
        "actor_name",
        "target_name",
        "address",
    )
    list_filter = (
        ("category", KeptValuesFilter),
        ("outcome", KeptValuesFilter),
        ("severity", KeptValuesFilter),
        ("action", KeptValuesFilter),
        "created_at",
    )
    search_fields = ("=actor_id", "actor_name", "=target_id", "target_name", "=address")
    actions = None
    fields = readonly_fields = (
        "sequence",
        "created_at",
        "category",
        "action",
        "outcome",
        "severity",
        "actor_type",
        "actor_name",
        "actor_id",
        "target_type",
        "target_name",
        "target_id",
        "changes",
        "address",
        "user_agent",
        "request_id",
        "previous_hash",
        "hash",
    )

    @admin.display(description=gettext_lazy("What changed"))
    def changes(self, event: AuditEvent) -> SafeString:
        """Return what the event says, before and after side by side."""
        head = format_html(
            "<tr><th></th><th>{}</th><th>{}</th></tr>",
            _("Before"),
            _("After"),
        )
        row = "<tr><th>{}</th><td><code>{}</code></td><td><code>{}</code></td></tr>"
        return format_html(
            "<table>{}{}</table>",
            head,
            format_html_join("", row, differences(event.metadata)),
        )

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the check of the chain and the exports."""
        inside = self.admin_site.admin_view
        return [
            path("verify/", inside(self.verify), name="accounts_auditevent_verify"),
            path("export/<str:kind>/", inside(self.export), name="accounts_auditevent_export"),
            *super().get_urls(),
        ]

    def verify(self, request: HttpRequest) -> HttpResponse:
        """Follow the chain and say whether it holds."""
        self._require(request)
        check = audit_verify()
        if check.is_whole:
            text = _("The audit record is whole: %(count)d events.") % {"count": check.checked}
            self.message_user(request, text, messages.SUCCESS)
        else:
            text = f"{_('Broken at event')} {check.broken_at}: {check.problem}"
            self.message_user(request, text, messages.ERROR)
        return redirect("admin:accounts_auditevent_changelist")

    def export(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """Return the events that the list shows, as a file."""
        self._require(request)
        step_up_check(request)
        events: QuerySet[Any] = self.get_changelist_instance(request).get_queryset(request)
        act = Act(
            category="account",
            action="audit.exported",
            actor=actor_of(request),
            metadata={"filter": request.GET.urlencode(), "format": kind},
            caller=Caller.of(request),
        )
        audit_record(act)
        is_json = kind == "json"
        body = _json_lines(events) if is_json else _csv_lines(events)
        content_type = "application/x-ndjson" if is_json else "text/csv; charset=utf-8"
        response = StreamingHttpResponse(body, content_type=content_type)
        name = f"audit-{clock.now():%Y%m%d}.{'jsonl' if is_json else 'csv'}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def _require(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


def _csv_lines(events: "QuerySet[AuditEvent]") -> Iterator[bytes]:
    table = csv.writer(Echo())
    for row in csv_rows(events):
        yield str(table.writerow(row)).encode()


def _json_lines(events: "QuerySet[AuditEvent]") -> Iterator[bytes]:
    for event in events.iterator(chunk_size=CHUNK):
        yield orjson.dumps(event_json(event)) + b"\n"


def differences(metadata: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return (name, before, after): of ``before`` and ``after`` what differs, else the facts."""
    before, after = metadata.get("before"), metadata.get("after")
    if isinstance(before, dict) and isinstance(after, dict):
        names = sorted({*before, *after})
        changed = [name for name in names if before.get(name) != after.get(name)]
        rows = [(name, _text(before.get(name)), _text(after.get(name))) for name in changed]
    elif "before" in metadata or "after" in metadata:
        rows = [("", _text(before), _text(after))]
    else:
        rows = []
    rest = sorted(set(metadata) - {"before", "after"})
    return [*rows, *((name, "", _text(metadata[name])) for name in rest)]


def _text(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
