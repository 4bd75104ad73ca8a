"""The pages about providers and models: what there is, how it is, who sees it."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.admin.asking import actor_of
from accounts.admin.rights import may
from agents.llm.endpoint import Endpoint
from agents.llm.health import model_health
from agents.llm.model_facts import facts_told
from agents.llm.prices import model_rates, window_of
from agents.llm.why import models_known, why
from agents.llm.wire.model_list import UNKNOWN
from agents.services.visibility import Place
from agents.visibility import rules_now
from billing.queries.usage_filters import cut_parse
from billing.queries.usage_table import usage_table
from librechat.dashboard.activity import HEALTH_SECONDS, last_failures
from librechat.dashboard.health_words import state_in_words
from librechat.dashboard.kept import kept, known
from librechat.dashboard.model_facts import model_facts
from librechat.dashboard.provider_facts import (
    endpoints_known,
    host_of,
    key_of,
    lines,
    link_to,
    missing,
    principal_names,
    who_of,
)
from librechat.dashboard.provider_forms import VisibilityForm, WhyForm

LOOK, CHANGE = "read:system", "manage:system"
MOST_MODELS = 200


@require_safe
def providers(request: HttpRequest) -> HttpResponse:
    """Show every endpoint."""
    require(request, LOOK)
    actor = actor_of(request)
    words = {"lines": lines(actor), "missing": missing(actor)}
    return page(request, "providers", title=_("Providers and models"), **words)


@require_safe
def provider(request: HttpRequest) -> HttpResponse:
    """Show one endpoint with its models."""
    require(request, LOOK)
    found = endpoint_of(request)
    sought = request.GET.get("q", "").strip()
    every = models_known(found, actor_of(request))
    models = [one for one in every if sought.lower() in one.lower()]
    rules = rules_now()
    names = principal_names(rules.values())
    told = facts_told(found)
    rows = [
        {
            "name": model,
            "link": link_to(found.name, model),
            "rates": model_rates(found, model),
            "window": f"{window_of(found, model, told.get(model, UNKNOWN)):,}",
            "who": who_of(rules, names, found.name, model),
        }
        for model in models[:MOST_MODELS]
    ]
    failures = kept("failures", last_failures, seconds=HEALTH_SECONDS)
    return page(
        request,
        "provider",
        title=found.label,
        endpoint=found,
        host=host_of(found),
        key=key_of(found),
        every=every[:MOST_MODELS],
        total=len(every),
        rows=rows,
        hidden=len(models) - len(rows),
        sought=sought,
        refreshed=known(refresh_name(found.name)),
        failures=[one for one in failures if one.endpoint == found.name],
        **_about(Place(found.name)),
    )


@require_safe
def provider_model(request: HttpRequest) -> HttpResponse:
    """Show one model of an endpoint."""
    require(request, LOOK)
    found = endpoint_of(request)
    model = request.GET.get("model", "")
    rules = rules_now()
    if model not in models_known(found, actor_of(request)) and (found.name, model) not in rules:
        raise Http404
    return page(
        request,
        "model",
        title=_("Model %(name)s") % {"name": model},
        endpoint=found,
        model=model,
        facts=model_facts(found, model, has_links=may(request, "read:billing")),
        back=link_to(found.name),
        **_usage(request, found.name, model),
        **_about(Place(found.name, model)),
    )


@require_safe
def provider_why(request: HttpRequest) -> HttpResponse:
    """Say why a person sees a model, or does not."""
    require(request, LOOK, "read:users")
    form = WhyForm(request.GET)
    words: dict[str, Any] = {"form": form, "steps": []}
    if form.is_valid():
        place, person = form.place(), form.cleaned_data["person"]
        steps = why(person, place.endpoint, place.model)
        names = principal_names(step.allowed for step in steps)
        words |= {
            "person": person,
            "place": place,
            "back": link_to(place.endpoint, place.model),
            "is_seen": steps[-1].is_met,
            "groups": list(person.member_groups.values_list("name", flat=True)),
            "steps": [(step, sorted(names[one] for one in step.allowed)) for step in steps],
        }
    return page(request, "why", title=_("Who sees what, and why"), **words)


def endpoint_of(request: HttpRequest) -> Endpoint:
    """Return the endpoint a request names.

    Raises:
        Http404: there is none by this name.
    """
    given = request.POST if request.method == "POST" else request.GET
    found = endpoints_known(actor_of(request)).get(given.get("endpoint", ""))
    if found is None:
        raise Http404
    return found


def require(request: HttpRequest, *capabilities: str) -> None:
    """Pass when the visitor has all of these capabilities.

    Raises:
        PermissionDenied: one is missing.
    """
    if not may(request, *capabilities):
        raise PermissionDenied


def page(request: HttpRequest, template: str, **words: object) -> HttpResponse:
    """Return one of the pages."""
    context = {
        **admin.site.each_context(request),
        "may_change": may(request, CHANGE),
        "may_explain": may(request, "read:users"),
        **words,
    }
    return TemplateResponse(request, f"admin/agents/{template}.html", context)


def refresh_name(endpoint: str) -> str:
    """Return under which name the last refresh of an endpoint's list is kept."""
    return f"models-refreshed:{endpoint}"


def visibility_words(place: Place, form: VisibilityForm | None = None) -> dict[str, object]:
    """Return what the form of a place's visibility shows; ``form``: one that was refused."""
    rules = rules_now()
    allowed = rules.get((place.endpoint, place.model), frozenset())
    where = {"endpoint": place.endpoint, "model": place.model}
    return {
        "visibility": form or VisibilityForm(initial=where, allowed=allowed),
        "who": sorted(principal_names([allowed]).values()),
    }


def _about(place: Place) -> dict[str, object]:
    where = {"endpoint": place.endpoint, "model": place.model}
    health = model_health(place.endpoint, place.model)
    return {
        "place": place,
        "health": health,
        "health_words": state_in_words(health),
        "why_form": WhyForm(initial=where),
        **visibility_words(place),
    }


def _usage(request: HttpRequest, endpoint: str, model: str) -> dict[str, object]:
    """Return the last 30 days of a model, for who may read usage."""
    if not may(request, "read:usage"):
        return {"usage": None}
    cut = cut_parse({"period": "30d", "by": "day", "provider": endpoint, "model": model})
    table = usage_table(cut)
    try:
        explorer = f"{reverse('admin:billing_usagehour_changelist')}?{cut.query()}"
    except NoReverseMatch:
        explorer = ""
    days = sorted(row.labels[0] for row in table.rows)
    return {"usage": table.total, "last_day": days[-1] if days else "", "explorer": explorer}
