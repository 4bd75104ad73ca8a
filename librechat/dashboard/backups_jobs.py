"""Making and verifying backups apart from the request that asked for it."""

from pathlib import Path
from typing import Any

from django.conf import settings

from librechat.dashboard.runs import Progress
from librechat.kernel.errors import AppError
from librechat.kernel.jobs.attempts import JobContext
from librechat.kernel.jobs.job import job
from librechat.maintenance.backup import backup_make
from librechat.maintenance.verifying import backup_verify


@job(takes_context=True, retries=0)
def backup_run(context: JobContext, *, is_sealed: bool, has_files: bool) -> dict[str, Any]:
    """Make a backup in BACKUP_DIR; return what it holds, or ``problem``: why there is none."""
    told = Progress(str(context.task_result.id))
    try:
        return backup_make(is_sealed=is_sealed, has_files=has_files, told=told).as_json()
    except AppError as refused:
        return {"problem": refused.message}


@job(takes_context=True, retries=0)
def backup_verify_run(context: JobContext, *, name: str) -> dict[str, Any]:
    """Restore a backup of BACKUP_DIR where nobody sees it; return what was found.

    ``ok``: whether it is whole. ``problem``: why it cannot even be read.
    """
    told = Progress(str(context.task_result.id))
    try:
        return backup_verify(path=Path(settings.BACKUP_DIR) / name, told=told).as_json()
    except AppError as refused:
        return {"ok": False, "problem": refused.message}
