"""The page of the exports: what can be taken away, and receipts of what was taken or erased."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise
from unfold.widgets import UnfoldAdminEmailInputWidget

from accounts.access.capabilities import outranks
from accounts.admin.asking import actor_of
from accounts.admin.people_forms import ReasonForm
from accounts.admin.rights import may
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import AuditEvent, User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.export import export_build
from accounts.services.provisioning import user_find
from conversations.transfer.exporters import export_chunks
from librechat.kernel.errors import AppError, ForbiddenError

# Everything of a person holds what they wrote, so it takes more than managing people.
WHOLE_PERSON = ("manage:users", "read:conversations", "read:audit_log")
RECEIPTS = "read:audit_log"
PER_PAGE = 50
TAKEN = (
    "account.exported",
    "audit.exported",
    "backup.downloaded",
    "balances.exported",
    "chart.exported",
    "config.exported",
    "data.exported",
    "data.exported_for",
    "data_access.exported",
    "people.import_report_exported",
    "transactions.exported",
    "usage.exported",
)
ERASED = ("account.deleted",)


@dataclass(frozen=True, slots=True)
class Export:
    """Something to take away. route: the page that does it, where ``how`` says how.

    Each names people or how the product is set up, so each asks for a fresh proof of identity.
    """

    title: StrOrPromise
    how: StrOrPromise
    route: str
    capability: str


EXPORTS = (
    Export(
        gettext_lazy("People"),
        gettext_lazy("Choose people in the list, then the action Export: CSV."),
        "accounts_user_changelist",
        "read:users",
    ),
    Export(
        gettext_lazy("Audit record"),
        gettext_lazy("CSV or JSON lines of what the list shows; its chain can be checked."),
        "accounts_auditevent_changelist",
        "read:audit_log",
    ),
    Export(
        gettext_lazy("Data access"),
        gettext_lazy("CSV of what the list shows."),
        "accounts_dataaccess_changelist",
        "read:audit_log",
    ),
    Export(
        gettext_lazy("Usage"),
        gettext_lazy("CSV or JSON of the cut that the page shows."),
        "billing_usagehour_changelist",
        "read:usage",
    ),
    Export(
        gettext_lazy("Transactions"),
        gettext_lazy("Choose transactions in the list, then the action Export: CSV."),
        "billing_transaction_changelist",
        "read:billing",
    ),
    Export(
        gettext_lazy("Balances"),
        gettext_lazy("Choose balances in the list, then the action Export: CSV."),
        "billing_balance_changelist",
        "read:billing",
    ),
    Export(
        gettext_lazy("Settings"),
        gettext_lazy("As YAML, without secrets."),
        "settings_yaml",
        "read:configs",
    ),
    Export(
        gettext_lazy("Everything"),
        gettext_lazy("A backup of all there is; taking it away needs every capability."),
        "backups",
        "read:system",
    ),
)


class PersonForm(ReasonForm):
    """Whose data, and why."""

    field_order = ("email", "reason")

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), widget=UnfoldAdminEmailInputWidget
    )


@require_http_methods(["GET", "HEAD", "POST"])
def exports(request: HttpRequest) -> HttpResponseBase:
    """Show what may be taken away; a POST gives everything of one person as a zip."""
    offered = [(one, _link(one.route)) for one in EXPORTS if may(request, one.capability)]
    has_person = may(request, *WHOLE_PERSON)
    if request.method == "POST" and not has_person:
        raise PermissionDenied
    form = PersonForm(request.POST or None)
    if request.method == "POST":
        step_up_check(request)
        if form.is_valid():
            try:
                return _person(request, form.cleaned_data)
            except AppError as refused:
                form.add_error("email", refused.message)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Exports"),
        "exports": [(one, link) for one, link in offered if link],
        "form": form if has_person else None,
        "receipts": _receipts(request) if may(request, RECEIPTS) else None,
    }
    return TemplateResponse(request, "admin/dashboard/exports.html", context)


def _person(request: HttpRequest, given: dict[str, str]) -> HttpResponseBase:
    user, actor = user_find(given["email"]), actor_of(request)
    if not outranks(actor, user):
        raise ForbiddenError(_("This person may do what you may not. Nothing was exported."))
    file = export_build(user=user, caller=Caller.of(request))
    _record(request, actor, user, given["reason"])
    response = StreamingHttpResponse(export_chunks(file), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="person-{user.pk}.zip"'
    return response


def _record(request: HttpRequest, actor: User, user: User, reason: str) -> None:
    act = Act(
        category="account",
        action="data.exported_for",
        severity="warning",
        actor=actor,
        target=Target.person(user),
        metadata={"reason": reason},
        caller=Caller.of(request),
    )
    audit_record(act)


def _receipts(request: HttpRequest) -> "Page[AuditEvent]":
    chosen = {"taken": TAKEN, "erased": ERASED}.get(request.GET.get("only", ""), TAKEN + ERASED)
    found = AuditEvent.objects.filter(action__in=chosen)
    return Paginator(found, PER_PAGE).get_page(request.GET.get("page"))


def _link(route: str) -> str:
    try:
        return reverse(f"admin:{route}")
    except NoReverseMatch:
        return ""
