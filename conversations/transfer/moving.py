"""Imports: look through a file, say yes or no, go on after a crash."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.utils import translation
from django.utils.translation import gettext

from accounts.access.legal_hold import purgeable
from accounts.models import User
from accounts.services.profile import language_of
from conversations.errors import ImportRefusedError, ImportTooLargeError
from conversations.models import MoveIn, MoveInState
from conversations.transfer.cleaning import line_of
from conversations.transfer.importers import importer_for
from conversations.transfer.reading import Source
from conversations.transfer.running import ASKED_ABOUT, lost_before, move_in_run, turn
from conversations.transfer.spool import spool_delete, spool_keep, spool_path
from conversations.transfer.surveying import surveyed
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError

UNANSWERED_FOR = timedelta(days=1)


def move_in_add(*, user: User, upload: File[bytes], filename: str) -> MoveIn:
    """Keep an upload and look through all of it; nothing is imported before somebody says yes.

    Raises:
        ImportTooLargeError: it is larger than the operator allows.
        ImportRefusedError: it is damaged, hostile, of no known format, or holds no chats.
    """
    check_size(upload.size or 0)
    key = spool_keep(upload)
    try:
        with spool_path(key) as path:
            return move_in_survey(path=path, user=user, filename=filename, file_key=key)
    except BaseException:
        spool_delete(key)
        raise


def check_size(size_bytes: int) -> None:
    """Pass when a file is small enough.

    Raises:
        ImportTooLargeError: it is not.
    """
    largest = settings.CONVERSATION_IMPORT_MAX_FILE_SIZE_BYTES
    if size_bytes > largest:
        raise ImportTooLargeError(
            gettext(
                "The file is larger than %(largest)s MB. Nothing was imported; ask the operator"
                " to raise the limit."
            )
            % {"largest": f"{largest / 1024 / 1024:,.0f}"},
            limit=largest,
        )


def move_in_survey(*, path: Path, user: User | None, filename: str, file_key: str = "") -> MoveIn:
    """Return an import that waits for a yes; ``user`` is none for the dump of an instance.

    Raises:
        ImportRefusedError: the file is damaged, hostile, unknown, or holds nothing to take.
    """
    source = Source(path)
    importer = importer_for(source)
    if not importer.is_personal and user is not None:
        raise ImportRefusedError(
            gettext(
                "This is a dump of a whole instance. Nothing was imported; an operator can take"
                " it over with the command move_in."
            ),
        )
    if importer.is_personal and user is None:
        raise ImportRefusedError(
            gettext("This file holds one person's chats. Say whose with --user.")
        )
    move_in = MoveIn(
        user=user,
        source=importer.name,
        filename=line_of(filename, 255),
        file_key=file_key,
        size_bytes=path.stat().st_size if path.is_file() else 0,
        sha256=digest(path) if path.is_file() else "",
        state=MoveInState.CHECKED,
    )
    survey = surveyed(move_in, importer.read(source))
    counts = survey["counts"].values()
    if not any(outcomes["created"] or outcomes["known"] for outcomes in counts):
        raise ImportRefusedError(gettext("There are no chats in this file. Nothing was imported."))
    move_in.survey, move_in.total = survey, survey["total"]
    move_in.save(force_insert=True)
    return move_in


def move_in_start(*, move_in: MoveIn) -> MoveIn:
    """Say yes to what was looked through; a server process takes it up within seconds.

    Raises:
        ConflictError: it was started or discarded already.
    """
    return turn(move_in, MoveInState.CHECKED, MoveInState.WAITING)


def move_in_take_up(*, move_in: MoveIn) -> MoveIn:
    """Let an import that broke off go on from where it stands; of another nothing is changed."""
    if move_in.state == MoveInState.FAILED:
        return turn(move_in, MoveInState.FAILED, MoveInState.WAITING)
    return move_in


def move_in_discard(*, move_in: MoveIn) -> None:
    """Say no to what was looked through: nothing of it is kept.

    Raises:
        ConflictError: it was started already.
    """
    gone, _ = MoveIn.objects.filter(pk=move_in.pk, state=MoveInState.CHECKED).delete()
    if not gone:
        raise ConflictError(gettext(ASKED_ABOUT))
    spool_delete(move_in.file_key)


def move_ins_continue(should_stop: Callable[[], bool] = lambda: False) -> int:
    """Run what waits or was left by a process that died; return how many. A chore."""
    old = MoveIn.objects.filter(
        state=MoveInState.CHECKED,
        created_at__lt=clock.now() - UNANSWERED_FOR,
    )
    for unanswered in purgeable(old):
        with suppress(ConflictError):  # answered a moment ago
            move_in_discard(move_in=unanswered)
    count = 0
    while not should_stop() and (move_in := _next()) is not None:
        try:
            with translation.override(_language_of(move_in)):
                move_in_run(move_in=move_in, should_stop=should_stop)
        except ConflictError:
            continue  # another process was faster
        count += 1
    return count


def _language_of(move_in: MoveIn) -> str:
    """Return the language of who reads how it ended."""
    return (language_of(move_in.user) if move_in.user else "") or settings.LANGUAGE_CODE


def _next() -> MoveIn | None:
    uploads = MoveIn.objects.exclude(file_key="").order_by("created_at", "id")
    waiting = uploads.filter(state=MoveInState.WAITING)
    left = uploads.filter(state=MoveInState.RUNNING, updated_at__lt=lost_before())
    return waiting.first() or left.first()


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
