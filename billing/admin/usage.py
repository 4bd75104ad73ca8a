"""The usage explorer: the list of summed hours is a page that cuts through them."""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from typing_extensions import override

from accounts.admin.asking import actor_of
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.services.audit import Act, audit_record
from billing.admin.usage_page import page_context
from billing.models import UsageHour
from billing.queries.usage_csv import csv_lines
from billing.queries.usage_filters import cut_parse
from billing.queries.usage_table import record_of, usage_table
from billing.services.usage_views import usage_view_save, usage_views_for
from librechat.kernel import clock
from librechat.kernel.errors import AppError


@admin.register(UsageHour)
class UsageAdmin(ReadOnlyAdmin):
    """Usage by whatever it can be told apart by; needs ``read:usage``."""

    read_capability = "read:usage"
    manage_capability = "read:usage"
    actions = None

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the downloads and the keeping of views."""
        inside = self.admin_site.admin_view
        return [
            path("export/<str:kind>/", inside(self.export), name="billing_usage_export"),
            path("views/", inside(require_POST(self.view_save)), name="billing_usage_view_save"),
            *super().get_urls(),
        ]

    @override
    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse:
        """Show the explorer."""
        self._require(request)
        table = usage_table(cut_parse(request.GET.dict()))
        context = {
            **self.admin_site.each_context(request),
            **page_context(table, reverse("admin:billing_usagehour_changelist")),
            "title": _("Usage"),
            "opts": self.opts,
            "views": usage_views_for(actor_of(request)),
            "me": actor_of(request).pk,
        }
        return TemplateResponse(request, "admin/billing/usage.html", context)

    def export(self, request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
        """Return every row of the cut as a file."""
        self._require(request)
        step_up_check(request)
        table = usage_table(cut_parse(request.GET.dict()))
        act = Act(
            category="billing",
            action="usage.exported",
            actor=actor_of(request),
            metadata={"filter": table.cut.query(), "format": kind},
            caller=Caller.of(request),
        )
        audit_record(act)
        if kind == "json":
            rows = [record_of(table, row) for row in table.rows]
            body = json.dumps(
                {"from": table.cut.first, "to": table.cut.last, "rows": rows}, default=str
            )
            response: HttpResponse | StreamingHttpResponse = HttpResponse(
                body, content_type="application/json"
            )
        else:
            response = StreamingHttpResponse(
                csv_lines(table, table.rows), content_type="text/csv; charset=utf-8"
            )
        name = f"usage-{clock.now():%Y%m%d}.{'json' if kind == 'json' else 'csv'}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def view_save(self, request: HttpRequest) -> HttpResponse:
        """Keep the cut that is shown."""
        self._require(request)
        query = request.POST.get("query", "")
        try:
            view = usage_view_save(
                user=actor_of(request),
                name=request.POST.get("name", ""),
                query=query,
                is_shared=request.POST.get("is_shared") == "on",
            )
        except AppError as exc:
            self.message_user(request, exc.message, messages.ERROR)
            view = None
        page = reverse("admin:billing_usagehour_changelist")
        return redirect(f"{page}?{view.query}" if view else page)

    def _require(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied
