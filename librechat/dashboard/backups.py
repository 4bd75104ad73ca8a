"""The page of the backups: what there is, make one, verify one, take one away."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access.capabilities import BASE
from accounts.admin.asking import actor_of
from accounts.admin.rights import may
from accounts.auth.step_up import step_up_check
from accounts.limits.caller import Caller
from accounts.services.audit import Act, Target, audit_record
from conversations.transfer.exporters import export_chunks
from librechat.dashboard.backups_jobs import backup_run, backup_verify_run
from librechat.dashboard.runs import REFRESH_SECONDS, is_busy, runs_of
from librechat.kernel.charts import shown
from librechat.maintenance.backup import SEALED_SUFFIX, backups_there

LOOK, MANAGE = "read:system", "manage:system"


@dataclass(frozen=True, slots=True)
class Backup:
    """A file in BACKUP_DIR."""

    name: str
    size: str
    made_at: datetime
    is_sealed: bool


@require_safe
def backups(request: HttpRequest) -> HttpResponse:
    """Show the backups and what was done with them lately."""
    _require(request, LOOK)
    runs = runs_of(backup_run, backup_verify_run)
    is_active = any(not run.is_over for run in runs)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Backups"),
        "folder": str(settings.BACKUP_DIR),
        "backups": [_shown(path) for path in backups_there()],
        "runs": runs,
        "is_active": is_active,
        "refresh_seconds": REFRESH_SECONDS if is_active else 0,
        "may_manage": may(request, MANAGE),
        "may_download": may(request, *BASE),
        "can_seal": bool(settings.BACKUP_KEY),
    }
    return TemplateResponse(request, "admin/dashboard/backups.html", context)


@require_POST
def backup_make_now(request: HttpRequest) -> HttpResponse:
    """Let a job make a backup."""
    _require(request, MANAGE)
    is_sealed = "is_sealed" in request.POST
    if is_busy(backup_run, backup_verify_run):
        messages.info(request, _("One is being made or verified already. Wait for its end."))
    elif is_sealed and not settings.BACKUP_KEY:
        messages.error(request, _("Set BACKUP_KEY to encrypt backups. Nothing was made."))
    else:
        has_files = "has_files" in request.POST
        facts = {"sealed": is_sealed, "files": has_files}
        _record(request, "backup.started", Target("backup"), facts)
        backup_run.enqueue(is_sealed=is_sealed, has_files=has_files)
        messages.success(request, _("The backup is being made; nobody has to wait for it."))
    return redirect("admin:backups")


@require_POST
def backup_verify_now(request: HttpRequest) -> HttpResponse:
    """Let a job see whether a backup is whole."""
    _require(request, MANAGE)
    path = _path(request.POST.get("name", ""))
    if is_busy(backup_run, backup_verify_run):
        messages.info(request, _("One is being made or verified already. Wait for its end."))
    else:
        _record(request, "backup.verify_started", Target("backup", "", path.name), {})
        backup_verify_run.enqueue(name=path.name)
        messages.success(request, _("The backup is being verified; nothing here is changed."))
    return redirect("admin:backups")


@require_safe
def backup_download(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """Return a backup: everything there is, so only to who may do everything."""
    _require(request, *BASE)
    step_up_check(request)
    path = _path(name)
    size = path.stat().st_size
    _record(request, "backup.downloaded", Target("backup", "", path.name), {"bytes": size})
    response = StreamingHttpResponse(
        export_chunks(path.open("rb")), content_type="application/octet-stream"
    )
    response["Content-Disposition"] = f'attachment; filename="{path.name}"'
    response["Content-Length"] = str(size)
    return response


def _path(name: str) -> Path:
    """Return the backup of that name; names of other files are those of none."""
    for path in backups_there():
        if path.name == name:
            return path
    raise Http404


def _shown(path: Path) -> Backup:
    facts = path.stat()
    made_at = datetime.fromtimestamp(facts.st_mtime, tz=UTC)
    is_sealed = path.name.endswith(SEALED_SUFFIX)
    return Backup(path.name, shown(facts.st_size, "bytes"), made_at, is_sealed)


def _record(request: HttpRequest, action: str, target: Target, facts: dict[str, Any]) -> None:
    act = Act(
        category="system",
        action=action,
        severity="warning",
        actor=actor_of(request),
        target=target,
        metadata=facts,
        caller=Caller.of(request),
    )
    audit_record(act)


def _require(request: HttpRequest, *capabilities: str) -> None:
    if not may(request, *capabilities):
        raise PermissionDenied
