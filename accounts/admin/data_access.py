"""Data access in the admin: the events of the audit record in which somebody saw people's data."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from accounts.admin.asking import Words, actor_of
from accounts.admin.audit import Echo
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.tabs import link
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import AuditEvent, DataAccess
from accounts.queries.data_access import (
    ACCESSES,
    KINDS,
    accesses,
    csv_rows,
    details,
    owner_id,
    owner_name,
    owner_names,
    reason,
)
from accounts.services.audit import Act, audit_record
from librechat.kernel import clock

Accesses = QuerySet[AuditEvent]


class KindFilter(admin.SimpleListFilter):
    """What somebody did."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Words]]:
        return [(name, title) for name, (title, _acts) in KINDS.items()]

    @override
    def queryset(self, request: HttpRequest, queryset: Accesses) -> Accesses:
        chosen = KINDS.get(self.value() or "")
        return queryset.filter(action__in=list(chosen[1])) if chosen else queryset


@admin.register(DataAccess)
class DataAccessAdmin(ReadOnlyAdmin):
    """Who saw or took away whose data, and why, newest first."""

    read_capability = "read:audit_log"
    manage_capability = "read:audit_log"
    change_list_template = "admin/accounts/data_access_list.html"
    actions = None
    list_display = ("created_at", "who", "what", "whose", "why", "more", "address")
    list_filter = (KindFilter, "outcome", "created_at")
    search_fields = (
        "=actor_id",
        "actor_name",
        "=target_id",
        "target_name",
        "=address",
        "metadata__reason",
        "metadata__owner",
    )
    search_help_text = gettext_lazy("Who, whose, a reason, an address or an id")
    fields = readonly_fields = (
        "created_at",
        "who",
        "what",
        "whose",
        "why",
        "more",
        "address",
        "user_agent",
        "request_id",
        "event",
    )

    @override
    def get_queryset(self, request: HttpRequest) -> Accesses:
        return accesses()

    @override
    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Look up whose data it was, of all rows of the page at once."""
        page = super().get_changelist_instance(request)
        rows: list[Any] = list(page.result_list)
        names = owner_names(rows)
        for row in rows:
            row.owner_name = owner_name(row, names)
        page.result_list = rows
        return page

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the export."""
        inside = self.admin_site.admin_view(self.export)
        return [path("export/", inside, name="accounts_dataaccess_export"), *super().get_urls()]

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """Return what the list shows as a table."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        step_up_check(request)
        rows: Accesses = self.get_changelist_instance(request).get_queryset(request)
        act = Act(
            category="account",
            action="data_access.exported",
            actor=actor_of(request),
            metadata={"filter": request.GET.urlencode()},
            caller=Caller.of(request),
        )
        audit_record(act)
        response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
        name = f"data-access-{clock.now():%Y%m%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @admin.display(description=gettext_lazy("who"))
    def who(self, event: AuditEvent) -> str:
        return event.actor_name or _("the system")

    @admin.display(description=gettext_lazy("what"))
    def what(self, event: AuditEvent) -> str:
        return str(ACCESSES[event.action])

    @admin.display(description=gettext_lazy("whose"))
    def whose(self, event: AuditEvent) -> str | SafeString:
        name = getattr(event, "owner_name", None) or owner_name(event, owner_names([event]))
        if not name:
            return _("of many")
        return link(reverse("admin:accounts_user_change", args=[owner_id(event)]), name)

    @admin.display(description=gettext_lazy("reason"))
    def why(self, event: AuditEvent) -> str:
        return reason(event)

    @admin.display(description=gettext_lazy("details"))
    def more(self, event: AuditEvent) -> str:
        return details(event)

    @admin.display(description=gettext_lazy("in the audit record"))
    def event(self, event: AuditEvent) -> SafeString:
        page = reverse("admin:accounts_auditevent_change", args=[event.pk])
        return link(page, event.sequence)


def _lines(rows: Accesses) -> Iterator[bytes]:
    table = csv.writer(Echo())
    for row in csv_rows(rows):
        yield str(table.writerow(row)).encode()
