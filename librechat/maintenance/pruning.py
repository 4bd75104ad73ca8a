"""Removing at once what is removed by itself in the course of a day."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django_tasks_db.models import DBTaskResult

from accounts.access.legal_hold import held_back, purgeable
from accounts.services.cleanup import expired_purge, sessions_outdated, tokens_outdated
from accounts.services.closing import accounts_over, accounts_purge
from accounts.services.override_retention import revisions_outdated, revisions_purge
from accounts.services.retention import violations_outdated, violations_purge
from agents.services.relay_retention import calls_outdated, contents_outdated, relay_purge
from conversations.models import MoveIn
from conversations.queries.bin import chats_expired, chats_outdated, items_outdated
from conversations.services.bin import bin_purge
from conversations.services.purging import conversations_purge
from conversations.services.queued_turns import queued_turns_purge, turns_outdated
from conversations.transfer.spool import FOLDER, spool_delete
from librechat.kernel import clock
from librechat.kernel.jobs.retention import jobs_purge
from librechat.maintenance.archive import PART, leftovers_remove
from librechat.maintenance.databases import scratch_leftovers

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that is removed, and what removes it.

    rows: what of people is over its time, with the way from a row to the id of its person.
    others: how many more there are, which are nobody's.
    """

    name: str
    remove: Callable[[], object]
    rows: Callable[[], list[tuple[QuerySet[Any], str]]] = list
    others: Callable[[], int] = int

    def count(self) -> int:
        """Return how many wait to be removed."""
        return self.others() + sum(purgeable(*one).count() for one in self.rows())

    def held(self) -> int:
        """Return how many are over their time, and kept by a legal hold."""
        return sum(held_back(*one).count() for one in self.rows())


@dataclass(frozen=True, slots=True)
class Pruned:
    """Kind → how many were removed, or would be; and how many a legal hold keeps."""

    counts: dict[str, int]
    held: dict[str, int]
    is_dry_run: bool

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {"dryRun": self.is_dry_run, "counts": self.counts, "held": self.held}

    def text(self) -> str:
        """Return it in words."""
        return "\n".join(map(self._line, self.counts))

    def _line(self, name: str) -> str:
        verb = "would be removed" if self.is_dry_run else "removed"
        held = self.held[name]
        kept = f", {held} kept by legal holds" if held else ""
        return f"{name}: {self.counts[name]} {verb}{kept}"


def prune(*, is_dry_run: bool = False) -> Pruned:
    """Remove what is over its time, kind by kind, each in small steps; return how many."""
    # All are counted first: what removes one kind may take another along.
    counts = {kind.name: kind.count() for kind in KINDS}
    held = {kind.name: kind.held() for kind in KINDS}
    for kind in KINDS:
        if counts[kind.name] and not is_dry_run:
            kind.remove()
    return Pruned(counts, held, is_dry_run)


def _until_done(step: Callable[[], int]) -> Callable[[], None]:
    def remove() -> None:
        while step():
            pass

    return remove


def _binned_remove() -> None:
    _until_done(conversations_purge)()
    _until_done(bin_purge)()


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


OWN = "user_id"  # the way to the person of most rows
KINDS = (
    Kind("expired chats", _until_done(conversations_purge), lambda: [(chats_expired(), OWN)]),
    Kind(
        "what was deleted, after its days in the bin",
        _binned_remove,
        lambda: [
            (chats_outdated().exclude(expired_at__lte=clock.now()), OWN),
            (items_outdated(), OWN),
        ],
    ),
    Kind("removed messages that waited", queued_turns_purge, lambda: [(turns_outdated(), OWN)]),
    Kind(
        "ended sign-ins and used links",
        expired_purge,
        lambda: [(sessions_outdated(), OWN), (tokens_outdated(), OWN)],
        lambda: Session.objects.filter(expire_date__lt=clock.now()).count(),
    ),
    Kind("broken rules of long ago", violations_purge, lambda: [(violations_outdated(), OWN)]),
    Kind(
        "settings of long ago",
        revisions_purge,
        lambda: [(revisions_outdated(), "principal_id")],
    ),
    Kind("closed accounts", accounts_purge, lambda: [(accounts_over(), "pk")]),
    Kind("finished jobs", jobs_purge, others=_old_jobs),
    Kind(
        "calls and contents of the relay",
        relay_purge,
        lambda: [(contents_outdated(), "call__user_id"), (calls_outdated(), OWN)],
    ),
    Kind("uploads nobody imported", _uploads_remove, others=lambda: len(_forgotten_uploads())),
    Kind("halves of backups and restores", _halves_remove, others=_halves),
)
