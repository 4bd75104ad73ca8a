"""Removing at once what is removed by itself in the course of a day."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db.models import Q
from django_tasks_db.models import DBTaskResult

from accounts.models import AuthSession, User, Violation
from accounts.services.cleanup import KEEP, expired_purge, tokens_outdated
from accounts.services.closing import accounts_purge
from accounts.services.override_retention import revisions_outdated, revisions_purge
from accounts.services.retention import violations_purge
from agents.services.relay_retention import relay_outdated, relay_purge
from conversations.models import Conversation, DeletedItem, MoveIn, QueuedTurn
from conversations.queries.bin import bin_opened_at
from conversations.queries.followups import REMOVED
from conversations.services.bin import bin_purge
from conversations.services.purging import conversations_purge
from conversations.services.queued_turns import KEPT, queued_turns_purge
from conversations.transfer.spool import FOLDER, spool_delete
from librechat.kernel import clock
from librechat.kernel.jobs.retention import jobs_purge
from librechat.maintenance.archive import PART, leftovers_remove
from librechat.maintenance.databases import scratch_leftovers

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that is removed: how many wait for it, and what removes them."""

    name: str
    count: Callable[[], int]
    remove: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Pruned:
    """Kind → how many were removed, or would be."""

    counts: dict[str, int]
    is_dry_run: bool

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {"dryRun": self.is_dry_run, "counts": self.counts}

    def text(self) -> str:
        """Return it in words."""
        verb = "would be removed" if self.is_dry_run else "removed"
        return "\n".join(f"{name}: {count} {verb}" for name, count in self.counts.items())


def prune(*, is_dry_run: bool = False) -> Pruned:
    """Remove what is over its time, kind by kind, each in small steps; return how many."""
    # All are counted first: what removes one kind may take another along.
    counts = {kind.name: kind.count() for kind in KINDS}
    for kind in KINDS:
        if counts[kind.name] and not is_dry_run:
            kind.remove()
    return Pruned(counts, is_dry_run)


def _until_done(step: Callable[[], int]) -> Callable[[], None]:
    def remove() -> None:
        while step():
            pass

    return remove


def _expired_chats() -> int:
    return Conversation.objects.filter(expired_at__lte=clock.now()).count()


def _binned() -> int:
    opened = bin_opened_at()
    chats = Conversation.objects.filter(deleted_at__lte=opened).exclude(expired_at__lte=clock.now())
    return chats.count() + DeletedItem.objects.filter(deleted_at__lte=opened).count()


def _binned_remove() -> None:
    _until_done(conversations_purge)()
    _until_done(bin_purge)()


def _removed_turns() -> int:
    old = clock.now() - KEPT
    return QueuedTurn.objects.filter(failure__type=REMOVED, created_at__lt=old).count()


def _ended_sign_ins() -> int:
    before = clock.now() - KEEP
    return (
        AuthSession.objects.filter(expires_at__lt=before).count()
        + tokens_outdated().count()
        + Session.objects.filter(expire_date__lt=clock.now()).count()
    )


def _old_violations() -> int:
    before = clock.now() - timedelta(days=settings.VIOLATION_RETENTION_DAYS)
    return Violation.objects.filter(created_at__lt=before).count()


def _closed_accounts() -> int:
    now = clock.now()
    unconfirmed = Q(unverified_until__lte=now, email_verified=False)
    return User.objects.filter(Q(delete_after__lte=now) | unconfirmed).count()


def _old_jobs() -> int:
    before = clock.now() - timedelta(days=settings.JOBS_KEEP_DAYS)
    return DBTaskResult.objects.filter(status="SUCCESSFUL", finished_at__lt=before).count()


def _forgotten_uploads() -> list[str]:
    """Return the uploads of imports that no import names, a day after they came."""
    try:
        _, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    keys = {f"{FOLDER}/{name}" for name in names}
    named = set(MoveIn.objects.filter(file_key__in=keys).values_list("file_key", flat=True))
    before = clock.now() - A_DAY
    return [key for key in sorted(keys - named) if default_storage.get_modified_time(key) < before]


def _uploads_remove() -> None:
    for key in _forgotten_uploads():
        spool_delete(key)


def _halves() -> int:
    return len(list(Path(settings.BACKUP_DIR).glob(f".*{PART}"))) + len(scratch_leftovers())


def _halves_remove() -> None:
    leftovers_remove(Path(settings.BACKUP_DIR))
    for folder in scratch_leftovers():
        shutil.rmtree(folder, ignore_errors=True)


KINDS = (
    Kind("expired chats", _expired_chats, _until_done(conversations_purge)),
    Kind("what was deleted, after its days in the bin", _binned, _binned_remove),
    Kind("removed messages that waited", _removed_turns, queued_turns_purge),
    Kind("ended sign-ins and used links", _ended_sign_ins, expired_purge),
    Kind("broken rules of long ago", _old_violations, violations_purge),
    Kind("settings of long ago", lambda: revisions_outdated().count(), revisions_purge),
    Kind("closed accounts", _closed_accounts, accounts_purge),
    Kind("finished jobs", _old_jobs, jobs_purge),
    Kind("calls and contents of the relay", relay_outdated, relay_purge),
    Kind("uploads nobody imported", lambda: len(_forgotten_uploads()), _uploads_remove),
    Kind("halves of backups and restores", _halves, _halves_remove),
)
