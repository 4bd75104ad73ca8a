"""An import at work: a transaction per batch, from wherever it stands."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from conversations.models import MoveIn, MoveInState
from conversations.transfer.arrivals import People
from conversations.transfer.belongings import belonging_write
from conversations.transfer.importer import (
    ImportedBalance,
    ImportedConversation,
    ImportedUser,
    Note,
    Record,
)
from conversations.transfer.importers import IMPORTERS
from conversations.transfer.reading import Source
from conversations.transfer.reasons import Reason
from conversations.transfer.spool import spool_delete, spool_path
from conversations.transfer.surveying import batches
from conversations.transfer.tally import Tally
from conversations.transfer.writing import conversations_write
from librechat.kernel import clock, failpoints
from librechat.kernel.errors import AppError, ConflictError

logger = logging.getLogger(__name__)

LOST_AFTER = timedelta(minutes=1)  # without a sign of life somebody else goes on
ASKED_ABOUT = gettext_noop("This import was stopped, or goes on elsewhere. Load the page again.")


def move_in_run(
    *,
    move_in: MoveIn,
    path: Path | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    told: Callable[[MoveIn], None] = lambda _move_in: None,
) -> MoveIn:
    """Write everything from where it stands to the end, a transaction per batch.

    ``path``: where a command's file is. ``told``: called after every batch.

    Raises:
        ConflictError: another process runs it, or it is over.
    """
    run = _Run(_claimed(move_in), told)
    try:
        with spool_path(run.move_in.file_key) if path is None else _given(path) as file:
            is_over = run.all(Source(file), should_stop)
    except AppError as refused:
        return run.end(MoveInState.FAILED, refused.message)
    except Exception:
        logger.exception("An import broke off.", extra={"move_in": move_in.pk})
        return run.end(
            MoveInState.FAILED, _("Something unexpected happened; see the server's log.")
        )
    return run.end(MoveInState.DONE) if is_over else run.rest()


class _Run:
    """One process's work on an import; ``updated_at`` is its hold on the row."""

    def __init__(self, move_in: MoveIn, told: Callable[[MoveIn], None]) -> None:
        self.move_in = move_in
        self._told = told
        self._tally = Tally(move_in.counts, move_in.problems)
        self._people = People(move_in)

    def all(self, source: Source, should_stop: Callable[[], bool]) -> bool:
        """Write what is left; return False when asked to stop before the end."""
        importer = IMPORTERS[self.move_in.source]
        records = islice(importer.read(source), self.move_in.cursor, None)
        for batch in batches(records):
            if should_stop():
                return False
            self._batch(batch)
            self._told(self.move_in)
        return True

    def _batch(self, batch: Sequence[Record]) -> None:
        tally = self._tally.copy()
        with transaction.atomic():
            self._write(batch, tally)
            failpoints.hit("move_in.write")
            self._hold(
                cursor=self.move_in.cursor + len(batch),
                counts=tally.counts,
                problems=tally.problems,
            )
        self._tally = tally

    def _write(self, batch: Sequence[Record], tally: Tally) -> None:
        chats: list[tuple[ImportedConversation, User]] = []
        for record in batch:
            match record:
                case Note():
                    tally.note(record)
                case ImportedUser():
                    self._people.user_write(record, tally)
                case ImportedBalance():
                    self._people.balance_write(record, tally)
                case _:
                    owner = self._people.owner(record.owner_id)
                    if owner is None:
                        kind = type(record).__name__.removeprefix("Imported").lower()
                        tally.note(Note(kind, record.source_id, Reason.NO_OWNER))
                    elif isinstance(record, ImportedConversation):
                        chats.append((record, owner))
                    else:
                        belonging_write(self.move_in, record, owner, tally)
        if chats:
            conversations_write(self.move_in, chats, tally)

    def _hold(self, **fields: object) -> None:
        """Change the row if this process still has it.

        Raises:
            ConflictError: another process took it over; the transaction must not hold.
        """
        moment = max(clock.now(), self.move_in.updated_at + timedelta(microseconds=1))
        mine = MoveIn.objects.filter(
            pk=self.move_in.pk,
            state=MoveInState.RUNNING,
            updated_at=self.move_in.updated_at,
        )
        if not mine.update(updated_at=moment, **fields):
            raise ConflictError(_(ASKED_ABOUT))
        for name, value in {**fields, "updated_at": moment}.items():
            setattr(self.move_in, name, value)

    def rest(self) -> MoveIn:
        """Let go, so that the next process goes on at once."""
        self._hold(state=MoveInState.WAITING)
        return self.move_in

    def end(self, state: MoveInState, failure: str = "") -> MoveIn:
        """Note how it ended, unless another process has it; the upload is needed no more."""
        try:
            self._hold(state=state, failure=failure[:1024], finished_at=clock.now())
        except ConflictError:
            self.move_in.refresh_from_db()
            return self.move_in
        spool_delete(self.move_in.file_key)
        return self.move_in


def lost_before() -> datetime:
    """Return since when a running import must have shown a sign of life."""
    return clock.now() - LOST_AFTER


def _claimed(move_in: MoveIn) -> MoveIn:
    move_in.refresh_from_db()
    is_lost = move_in.state == MoveInState.RUNNING and move_in.updated_at < lost_before()
    if move_in.state != MoveInState.WAITING and not is_lost:
        raise ConflictError(_(ASKED_ABOUT))
    return turn(move_in, MoveInState(move_in.state), MoveInState.RUNNING)


def turn(move_in: MoveIn, before: MoveInState, after: MoveInState) -> MoveIn:
    """Change where an import stands.

    Raises:
        ConflictError: it stands elsewhere by now.
    """
    moment = max(clock.now(), move_in.updated_at + timedelta(microseconds=1))
    row = MoveIn.objects.filter(pk=move_in.pk, state=before, updated_at=move_in.updated_at)
    if not row.update(state=after, updated_at=moment):
        raise ConflictError(_(ASKED_ABOUT))
    move_in.state, move_in.updated_at = after, moment
    return move_in


@contextmanager
def _given(path: Path) -> Iterator[Path]:
    yield path
