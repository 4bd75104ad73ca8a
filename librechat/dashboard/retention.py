"""The page about how long things are kept: rules, what is over its time, remove it now."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_stubs_ext import StrOrPromise

from accounts.admin.asking import actor_of
from accounts.admin.rights import may
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.models import LegalHold
from accounts.services.audit import Act, Target, audit_record
from librechat.dashboard.retention_jobs import prune_run
from librechat.dashboard.retention_rules import rules
from librechat.dashboard.runs import REFRESH_SECONDS, is_busy, runs_of
from librechat.maintenance.pruning import prune

LOOK, MANAGE, HOLDS = "read:system", "manage:system", "read:legal_holds"
# The names that the command ``prune`` prints.
KINDS: dict[str, StrOrPromise] = {
    "expired chats": gettext_lazy("Chats whose time is over"),
    "what was deleted, after its days in the bin": gettext_lazy("What lay in the bin long enough"),
    "removed messages that waited": gettext_lazy("Removed messages that waited"),
    "ended sign-ins and used links": gettext_lazy("Ended sign-ins and used links"),
    "broken rules of long ago": gettext_lazy("Broken rules of long ago"),
    "settings of long ago": gettext_lazy("What settings were long ago"),
    "closed accounts": gettext_lazy("Closed accounts"),
    "finished jobs": gettext_lazy("Finished jobs"),
    "calls and contents of the relay": gettext_lazy("Calls and contents of the relay"),
    "uploads nobody imported": gettext_lazy("Uploads nobody imported"),
    "halves of backups and restores": gettext_lazy("Halves of backups and restores"),
}


@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """Show what is kept how long, and what the next removal takes."""
    _require(request, LOOK)
    runs = runs_of(prune_run)
    found = prune(is_dry_run=True)
    is_active = any(not run.is_over for run in runs)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Retention"),
        "rules": list(rules()),
        "preview": [(*line, found.held[name]) for name, line in _named(found.counts).items()],
        "total": sum(found.counts.values()),
        "held": sum(found.held.values()),
        "holding": LegalHold.objects.in_force().values("user").distinct().count(),
        "may_see_holds": may(request, HOLDS),
        "runs": [(run, _named(run.result.get("counts", {})).values()) for run in runs],
        "is_active": is_active,
        "refresh_seconds": REFRESH_SECONDS if is_active else 0,
        "may_manage": may(request, MANAGE),
    }
    return TemplateResponse(request, "admin/dashboard/retention.html", context)


@require_POST
def retention_run(request: HttpRequest) -> HttpResponse:
    """Let a job remove what is over its time; it is on record with what was counted."""
    _require(request, MANAGE)
    step_up_check(request)
    if is_busy(prune_run):
        messages.info(request, _("It is being removed already. Wait for its end."))
        return redirect("admin:retention")
    act = Act(
        category="system",
        action="retention.run",
        severity="warning",
        actor=actor_of(request),
        target=Target("retention"),
        metadata={"counts": prune(is_dry_run=True).counts},
        caller=Caller.of(request),
    )
    audit_record(act)
    prune_run.enqueue()
    messages.success(request, _("What is over its time is being removed."))
    return redirect("admin:retention")


def _named(counts: dict[str, int]) -> dict[str, tuple[StrOrPromise, int]]:
    return {name: (KINDS.get(name, name), count) for name, count in counts.items()}


def _require(request: HttpRequest, capability: str) -> None:
    if not may(request, capability):
        raise PermissionDenied
