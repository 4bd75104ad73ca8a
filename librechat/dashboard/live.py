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
from accounts.auth.admin_session import unasked
from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from agents.relay.live import call_end_anywhere, running_everywhere
from agents.relay.problems import RelayError
from conversations.models import Generation
from conversations.services.stopping import generation_stop_soon
from librechat.dashboard.activity import activity

LOOK, STOP = "read:system", "manage:system"
STOPPED = "An administrator stopped this call. What was answered before is charged."


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


@unasked
@require_safe
def live_now(request: HttpRequest) -> HttpResponse:
    """Return the part that changes, for pages without a socket."""
    _require(request, LOOK)
    context = {"activity": activity(), "may_stop": may(request, STOP)}
    return TemplateResponse(request, "admin/dashboard/_activity.html", context)


@require_POST
def live_stop(request: HttpRequest) -> HttpResponse:
    """Stop somebody's answer, or a relay call; it is on record."""
    _require(request, STOP)
    call_id = request.POST.get("call", "")
    if call_id:
        return _relay_stop(request, call_id)
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


def _relay_stop(request: HttpRequest, call_id: str) -> HttpResponse:
    """End a call; its client hears why, in its own dialect and without trying again."""
    found, _total = running_everywhere()
    running = next((one for one in found if one.id == call_id), None)
    user = User.objects.filter(pk=running.user_id).first() if running else None
    if running is None or user is None:
        messages.info(request, _("No process that is known serves the call. Nothing was stopped."))
        return redirect("admin:live")
    act = Act(
        category="system",
        action="relay.call_stopped",
        severity="warning",
        actor=actor_of(request),
        target=Target.person(user),
        metadata={"call": call_id, "model": running.alias, "endpoint": running.endpoint},
        caller=Caller.of(request),
    )
    reason = RelayError("forbidden", STOPPED, code="stopped")
    with transaction.atomic():
        audit_record(act)
        transaction.on_commit(lambda: call_end_anywhere(running, reason))
    messages.success(request, _("The call is being stopped; what was answered is charged."))
    return redirect("admin:live")


def _require(request: HttpRequest, capability: str) -> None:
    if not may(request, capability):
        raise PermissionDenied
