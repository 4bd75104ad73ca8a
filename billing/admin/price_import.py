"""Imports of price lists in the admin: upload, compare, approve."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from accounts.admin.asking import actor_of
from accounts.admin.rights import GovernedAdmin
from billing.admin.price_form import UploadForm
from billing.admin.price_pages import page, simulation
from billing.admin.price_words import in_words, rates_in_words
from billing.models import Price, PriceImport
from billing.models.price import PriceImportState
from billing.pricing.columns import columns_checked, price_rates
from billing.pricing.cost import Rates
from billing.pricing.lists import REASONS
from billing.pricing.matching import candidates
from billing.services.price_imports import (
    price_import_apply,
    price_import_discard,
    price_import_draft,
)
from librechat.kernel.errors import AppError

AT_ONCE = 200
SKIPPED_SHOWN = 200


@admin.register(PriceImport)
class PriceImportAdmin(GovernedAdmin):
    """Lists that were read; their prices hold once somebody applies them."""

    read_capability = "read:billing"
    manage_capability = "manage:billing"
    list_display = ("name", "state", "differing", "created_by", "created_at", "closed_at")
    list_filter = ("state", "name")
    list_select_related = ("created_by",)
    search_fields = ("name",)
    autocomplete_fields = ("created_by",)
    actions = None

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.defer("skipped")

    @admin.display(description=gettext_lazy("prices that differ"))
    def differing(self, row: PriceImport) -> int:
        return len(row.changes)

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the simulation."""
        view = self.admin_site.admin_view(self.simulate_view)
        name = "billing_priceimport_simulate"
        return [path("<path:object_id>/simulate/", view, name=name), *super().get_urls()]

    @override
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                found = price_import_draft(
                    name=form.cleaned_data["name"],
                    raw=form.cleaned_data["file"].read(),
                    actor=actor_of(request),
                )
            except AppError as exc:
                form.add_error("file", exc.message)
            else:
                return redirect("admin:billing_priceimport_change", found.pk)
        return page(self, request, "price_upload", form=form)

    @override
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        row = self._row(request, object_id)
        if request.method == "POST":
            return self._decide(request, row)
        sought = request.GET.get("q", "").strip().lower()
        found = [change for change in row.changes if sought in change["pattern"]]
        shown = Paginator(found, AT_ONCE).get_page(request.GET.get("page"))
        return page(
            self,
            request,
            "price_import",
            row=row,
            is_open=row.state == PriceImportState.DRAFT,
            sought=sought,
            shown=shown,
            changes=[_compared(change) for change in shown],
            added=sum(change["before"] is None for change in row.changes),
            unchanged=sum(reason == "unchanged" for _name, reason in row.skipped),
            skipped=_skipped(row),
        )

    def simulate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what the last month's calls would have cost at the list's prices."""
        row = self._row(request, object_id)
        proposed = {change["pattern"]: _rates(change) for change in row.changes}
        return page(self, request, "price_simulation", subject=row, simulation=simulation(proposed))

    def _row(self, request: HttpRequest, object_id: str) -> PriceImport:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = PriceImport.objects.filter(pk=object_id).first()
        if row is None:
            raise Http404
        return row

    def _decide(self, request: HttpRequest, row: PriceImport) -> HttpResponse:
        """Apply all prices or those chosen, or discard the import."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        actor = actor_of(request)
        chosen = None if "_all" in request.POST else set(request.POST.getlist("pattern"))
        try:
            if "_discard" in request.POST:
                price_import_discard(price_import=row, actor=actor)
                text = _("The import is discarded. No price was changed.")
            else:
                count = price_import_apply(price_import=row, actor=actor, patterns=chosen)
                text = _("Prices that hold from now on: %(count)d.") % {"count": count}
        except AppError as exc:
            self.message_user(request, exc.message, messages.ERROR)
        else:
            self.message_user(request, text, messages.SUCCESS)
        return redirect("admin:billing_priceimport_change", row.pk)


def _compared(change: dict[str, Any]) -> dict[str, Any]:
    """Return a change for its row; ``now``: what holds today by other means, where it is new."""
    before = change["before"]
    elsewhere = None
    if before is None:
        said = candidates(change["pattern"])
        elsewhere = next((one.rates for one in said if one.rates is not None), None)
    return {
        "pattern": change["pattern"],
        "before": in_words(before) if before else "",
        "now": rates_in_words(elsewhere) if elsewhere else "",
        "source": elsewhere.source if elsewhere else "",
        "after": in_words(change["after"]),
    }


def _rates(change: dict[str, Any]) -> Rates:
    return price_rates(Price(pattern=change["pattern"], **columns_checked(change["after"])))


def _skipped(row: PriceImport) -> list[tuple[str, object]]:
    others = [(name, reason) for name, reason in row.skipped if reason != "unchanged"]
    return [(name, REASONS.get(reason, reason)) for name, reason in others[:SKIPPED_SHOWN]]
