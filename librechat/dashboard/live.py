"""The page of what happens now; it works without scripts, then one reloads it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.admin.asking import actor_of
from accounts.admin.rights import may
from accounts.limits.caller import Caller
from accounts.services.audit import Act, Target, audit_record
from conversations.models import Generation
from conversations.services.stopping import generation_stop_soon
from librechat.dashboard.activity import activity

LOOK, STOP = "read:system", "manage:system"


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Show what happens now."""
    _require(request, LOOK)
    context = {
        **admin.site.each_context(request),
        "title": _("Live"),
        "activity": activity(),
        "may_stop": may(request, STOP),
    }
    return TemplateResponse(request, "admin/dashboard/live.html", context)


@require_safe
def live_now(request: HttpRequest) -> HttpResponse:
    """Return the part that changes, for pages without a socket."""
    _require(request, LOOK)
    context = {"activity": activity(), "may_stop": may(request, STOP)}
    return TemplateResponse(request, "admin/dashboard/_activity.html", context)


@require_POST
def live_stop(request: HttpRequest) -> HttpResponse:
    """Stop somebody's answer; it is on record."""
    _require(request, STOP)
    found = Generation.objects.active().select_related("user")
    running = found.filter(pk=request.POST.get("generation", "")).first()
    if running is None:
        messages.info(request, _("This answer is over already. Nothing was stopped."))
        return redirect("admin:live")
    act = Act(
        category="system",
        action="generation.stopped",
        severity="warning",
        actor=actor_of(request),
        target=Target.person(running.user),
        metadata={"generation": running.pk, "model": running.model, "endpoint": running.endpoint},
        caller=Caller.of(request),
    )
    with transaction.atomic():
        audit_record(act)
        transaction.on_commit(lambda: generation_stop_soon(running.pk))
    messages.success(request, _("The answer is being stopped; what was written stays."))
    return redirect("admin:live")


def _require(request: HttpRequest, capability: str) -> None:
    if not may(request, capability):
        raise PermissionDenied
