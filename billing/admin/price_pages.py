"""Pages about prices beside the admin's own: set, look up, what is missing, what would change."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from accounts.admin.asking import actor_of
from billing.admin.price_form import LookupForm, PriceForm
from billing.admin.price_words import SOURCES, rates_in_words
from billing.errors import PriceRefusedError, PriceTakenError
from billing.models import Price
from billing.pricing.columns import COLUMNS, columns_checked, pattern_checked, price_rates
from billing.pricing.cost import Rates
from billing.pricing.matching import candidates
from billing.queries.prices import Simulation, models_unpriced, simulate
from billing.services.prices import Offer, price_set
from librechat.kernel import clock

LOOKED_BACK = timedelta(days=30)


def price_add(desk: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Show the form of a price; simulate it, or set it."""
    if not desk.has_add_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        names = ("pattern", *COLUMNS)
        given = {name: request.GET[name] for name in names if name in request.GET}
        return page(desk, request, "price_form", form=PriceForm(initial=given))
    form = PriceForm(request.POST)
    if form.is_valid() and "_simulate" in request.POST:
        found = simulation(_proposed(form.offer()))
        return page(desk, request, "price_form", form=form, simulation=found)
    if form.is_valid():
        try:
            price = price_set(offer=form.offer(), actor=actor_of(request))
        except PriceRefusedError as exc:
            form.refuse(exc)
        except PriceTakenError as exc:
            form.add_error(None, exc.message)
        else:
            text = _("The price of %(pattern)s is set.") % {"pattern": price.pattern}
            desk.message_user(request, text, messages.SUCCESS)
            return redirect("admin:billing_price_change", price.pk)
    return page(desk, request, "price_form", form=form)


def lookup(desk: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Show what a model would cost, and why."""
    _require_view(desk, request)
    form = LookupForm(request.GET or None)
    rows: list[dict[str, object]] = []
    if form.is_valid():
        said = candidates(form.cleaned_data["model"])
        winner = next((one for one in said if one.rates or one.source == "refuse"), None)
        rows = [
            {
                "source": SOURCES[one.source],
                "pattern": one.rates.pattern if one.rates else "",
                "price_id": one.rates.price_id if one.rates else "",
                "words": rates_in_words(one.rates),
                "wins": one is winner,
            }
            for one in said
            if one.source != "endpoint"
        ]
    return page(desk, request, "price_lookup", form=form, rows=rows)


def unpriced(desk: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Show the models in use that have no price."""
    _require_view(desk, request)
    rows = models_unpriced(clock.now() - LOOKED_BACK)
    return page(desk, request, "price_unpriced", rows=rows, days=LOOKED_BACK.days)


def simulated(desk: ModelAdmin, request: HttpRequest, *, object_id: str) -> HttpResponse:
    """Show what the last month's calls would have cost at a price."""
    _require_view(desk, request)
    price = Price.objects.filter(pk=object_id).first()
    if price is None:
        raise Http404
    found = simulation({price.pattern: price_rates(price)})
    return page(desk, request, "price_simulation", subject=price, simulation=found)


def simulation(proposed: Mapping[str, Rates]) -> Simulation:
    """Return what the last month's calls would have cost."""
    now = clock.now()
    return simulate(proposed, start=now - LOOKED_BACK, end=now)


def page(desk: ModelAdmin, request: HttpRequest, name: str, **words: Any) -> HttpResponse:
    """Return a page of the admin."""
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": desk.opts.verbose_name_plural,
        "can_manage": desk.has_add_permission(request),
        **words,
    }
    return TemplateResponse(request, f"admin/billing/{name}.html", context)


def _require_view(desk: ModelAdmin, request: HttpRequest) -> None:
    if not desk.has_view_permission(request):
        raise PermissionDenied


def _proposed(offer: Offer) -> dict[str, Rates]:
    pattern = pattern_checked(offer.pattern)
    return {pattern: price_rates(Price(pattern=pattern, **columns_checked(offer.rates)))}
