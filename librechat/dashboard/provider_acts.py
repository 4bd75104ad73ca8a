"""What administrators do to providers and models: test, ask for the list anew, restrict."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.admin.asking import actor_of
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.limits.counters import client_address, limit_check
from agents.llm import health
from agents.llm.health import Health
from agents.llm.model_lists import list_refresh
from agents.llm.why import models_known
from agents.services.visibility import Place, visibility_set
from agents.visibility import rules_now
from librechat.dashboard.health_words import refusal_in_words, state_in_words
from librechat.dashboard.kept import keep
from librechat.dashboard.provider_facts import link_to
from librechat.dashboard.provider_forms import VisibilityForm
from librechat.dashboard.providers import (
    CHANGE,
    endpoint_of,
    page,
    refresh_name,
    require,
    visibility_words,
)
from librechat.kernel import clock
from librechat.kernel.errors import AppError

A_DAY = 24 * 60 * 60
MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What asking for a list anew brought; ``added`` and ``gone`` name at most 50 models."""

    at: datetime
    count: int
    added: list[str]
    gone: list[str]


@require_POST
def provider_test(request: HttpRequest) -> HttpResponse:
    """Ask a provider whether it answers; it is on record."""
    require(request, CHANGE)
    found = endpoint_of(request)
    actor = actor_of(request)
    limit_check("provider_test", user=actor, address=client_address(request))
    seen = health.provider_test(
        endpoint=found,
        model=request.POST.get("model", "").strip(),
        actor=actor,
        caller=Caller.of(request),
    )
    _tell(request, found.label, seen)
    is_from_model = "from_model" in request.POST
    return redirect(link_to(found.name, seen.model if is_from_model else ""))


@require_POST
def provider_refresh(request: HttpRequest) -> HttpResponse:
    """Ask a provider for its models; the last list stays when it does not answer."""
    require(request, CHANGE)
    found = endpoint_of(request)
    actor = actor_of(request)
    limit_check("provider_test", user=actor, address=client_address(request))
    before = models_known(found, actor)
    try:
        after = list_refresh(health.connection_to(found, "", actor))
    except AppError as exc:
        text = _("The list cannot be had, so the last one stays. %(reason)s")
        messages.error(request, text % {"reason": refusal_in_words(exc.code)})
        return redirect(link_to(found.name))
    added = [one for one in after if one not in set(before)]
    gone = [one for one in before if one not in set(after)]
    brought = Refreshed(clock.now(), len(after), added[:MOST_NAMED], gone[:MOST_NAMED])
    keep(refresh_name(found.name), brought, seconds=A_DAY)
    words = ngettext("The list has %(count)d model.", "The list has %(count)d models.", len(after))
    messages.success(request, words % {"count": len(after)})
    return redirect(link_to(found.name))


@require_POST
def provider_visibility(request: HttpRequest) -> HttpResponse:
    """Let only some roles and groups use an endpoint or a model; it is on record."""
    require(request, CHANGE)
    step_up_check(request)
    found = endpoint_of(request)
    place = Place(found.name, request.POST.get("model", ""))
    allowed = rules_now().get((place.endpoint, place.model), frozenset())
    form = VisibilityForm(request.POST, allowed=allowed)
    if not form.is_valid():
        words = visibility_words(place, form)
        title = _("Who may use %(place)s") % {"place": place}
        back = link_to(place.endpoint, place.model)
        return page(request, "visibility", title=title, place=place, back=back, **words)
    count = visibility_set(
        place=place,
        roles=form.cleaned_data["roles"],
        groups=form.groups_chosen(),
        actor=actor_of(request),
        caller=Caller.of(request),
    )
    if count:
        text = _("From now on only those you named see %(place)s.")
    else:
        text = _("From now on everybody sees %(place)s.")
    messages.success(request, text % {"place": place})
    return redirect(link_to(place.endpoint, place.model))


def _tell(request: HttpRequest, label: str, seen: Health) -> None:
    text = f"{label}: {state_in_words(seen)}"
    if seen.state == "ok":
        messages.success(request, text)
    else:
        messages.error(request, text)
