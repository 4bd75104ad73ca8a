"""Prices in the admin: looked up, set for a time, ended; a row is never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from typing_extensions import override
from unfold.admin import ModelAdmin

from accounts.admin.asking import Given, actor_of, asks, each
from accounts.admin.rights import GovernedAdmin
from billing.admin import price_pages
from billing.admin.price_words import price_in_words
from billing.models import Price
from billing.pricing.columns import columns_text, price_columns
from billing.queries.prices import patterns_covered, price_history
from billing.services.prices import price_end
from librechat.kernel import clock

COVERED_SHOWN = 100


@asks(
    _("End these prices"),
    _("They stop to hold now; ones that are planned are taken away. Calls under way keep theirs."),
)
def end(desk: ModelAdmin, request: HttpRequest, chosen: QuerySet[Price], _given: Given) -> None:
    """Let prices hold no longer."""
    actor = actor_of(request)
    each(desk, request, chosen, lambda price: price_end(price=price, actor=actor))


class StateFilter(admin.SimpleListFilter):
    """Whether a price holds."""

    title = _("holds")
    parameter_name = "holds"

    @override
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return [("now", _("now")), ("future", _("later")), ("past", _("no longer"))]

    @override
    def queryset(self, request: HttpRequest, queryset: QuerySet[Price]) -> QuerySet[Price]:
        now = clock.now()
        match self.value():
            case "now":
                return queryset.filter(pk__in=Price.objects.valid_at(now))
            case "future":
                return queryset.filter(valid_from__gt=now)
            case "past":
                return queryset.filter(valid_to__lte=now)
            case _:
                return queryset


@admin.register(Price)
class PriceAdmin(GovernedAdmin):
    """What administrators set and imported; it goes before librechat.yaml and the table."""

    read_capability = "read:billing"
    manage_capability = "manage:billing"
    change_list_template = "admin/billing/price_list.html"
    list_display = ("pattern", "rates", "source", "valid_from", "valid_to", "holds", "created_by")
    list_filter = (StateFilter, "source")
    list_select_related = ("created_by",)
    search_fields = ("pattern", "source", "note")
    actions = (end,)
    fields = readonly_fields = (
        "pattern",
        "rates",
        "valid_from",
        "valid_to",
        "source",
        "note",
        "created_by",
        "created_at",
        "history",
        "covered",
    )

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @override
    def get_urls(self) -> list[URLPattern]:
        """Add the pages beside the list."""
        inside = self.admin_site.admin_view
        simulate = inside(self.simulate_view)
        return [
            path("lookup/", inside(self.lookup_view), name="billing_price_lookup"),
            path("unpriced/", inside(self.unpriced_view), name="billing_price_unpriced"),
            path("<path:object_id>/simulate/", simulate, name="billing_price_simulate"),
            *super().get_urls(),
        ]

    def lookup_view(self, request: HttpRequest) -> HttpResponse:
        """Show what a model would cost, and why."""
        return price_pages.lookup(self, request)

    def unpriced_view(self, request: HttpRequest) -> HttpResponse:
        """Show the models in use that have no price."""
        return price_pages.unpriced(self, request)

    def simulate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what the last month's calls would have cost at a price."""
        return price_pages.simulated(self, request, object_id=object_id)

    @override
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return price_pages.price_add(self, request)

    @admin.display(description=_("USD per million tokens"))
    def rates(self, price: Price) -> str:
        return price_in_words(price)

    @admin.display(description=_("in force"), boolean=True)
    def holds(self, price: Price) -> bool:
        now = clock.now()
        return price.valid_from <= now and (price.valid_to is None or now < price.valid_to)

    @admin.display(description=_("All prices of this pattern"))
    def history(self, price: Price) -> SafeString:
        rows = [(row, price_in_words(row)) for row in price_history(price.pattern)]
        query = {"pattern": price.pattern, **columns_text(price_columns(price))}
        context = {"rows": rows, "price": price, "query": urlencode(query)}
        return render_to_string("admin/billing/_price_history.html", context)

    @admin.display(description=_("Goes before"))
    def covered(self, price: Price) -> str:
        names = patterns_covered(price.pattern)
        more = f" … ({len(names)})" if len(names) > COVERED_SHOWN else ""
        return ", ".join(names[:COVERED_SHOWN]) + more or "-"
