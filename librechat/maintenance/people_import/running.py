"""An import of people at work: a job, a transaction per batch, from wherever it stands."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from accounts.access.capabilities import capability_allows
from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from conversations.errors import ImportRefusedError
from conversations.models import MoveIn, MoveInState
from librechat.kernel import clock, failpoints, secrets
from librechat.kernel.errors import AppError, ConflictError, ForbiddenError
from librechat.kernel.jobs import rows
from librechat.kernel.jobs.attempts import JobContext
from librechat.kernel.jobs.errors import HandBackError
from librechat.kernel.jobs.job import job
from librechat.kernel.secrets import UnreadableSecretError
from librechat.maintenance.people_import.applying import Orders, hashes_made, step_apply
from librechat.maintenance.people_import.entries import Entry
from librechat.maintenance.people_import.keeping import (
    SOURCE,
    caller_of,
    file_forget,
    import_entries,
    options_of,
    survey_of,
)
from librechat.maintenance.people_import.planning import REFUSED, SAME, Step, steps_planned
from librechat.maintenance.people_import.situation import situation_of

logger = logging.getLogger(__name__)

BATCH = 25
NEEDED = ("access:admin", "manage:users")
UNDER_WAY = (MoveInState.WAITING, MoveInState.RUNNING)
GOES_ON = "It was started, discarded or goes on already. Load the page again."


def import_plan(*, move_in: MoveIn, actor: User) -> list[Step]:
    """Return what would become of each row if the actor said yes; nothing is written.

    Raises:
        ImportRefusedError, UnreadableSecretError: the upload cannot be read any more.
    """
    entries = import_entries(move_in)
    found = situation_of(entries, actor=actor, options=options_of(move_in), digest=move_in.sha256)
    return list(steps_planned(entries, found))


def import_start(*, move_in: MoveIn, actor: User, caller: Caller) -> None:
    """Say yes: a job does it on behalf of the actor. What broke off goes on from where it stands.

    Raises:
        ConflictError: it goes on already, or is over.
        ForbiddenError: the actor may not.
    """
    _may_check(actor)
    if move_in.state != MoveInState.CHECKED and not can_go_on(move_in):
        raise ConflictError(_(GOES_ON))
    survey = {
        **survey_of(move_in),
        "by": actor.pk,
        "address": caller.address,
        "agent": caller.user_agent[:300],
    }
    with transaction.atomic():
        seen = MoveIn.objects.filter(pk=move_in.pk, state=move_in.state)
        moment = max(clock.now(), move_in.updated_at + timedelta(microseconds=1))
        if not seen.filter(updated_at=move_in.updated_at).update(
            state=MoveInState.WAITING, failure="", updated_at=moment
        ):
            raise ConflictError(_(GOES_ON))
        survey["job"] = str(people_import_run.enqueue(move_in_id=move_in.pk).id)
        MoveIn.objects.filter(pk=move_in.pk).update(survey=survey)
        _record("people.import_started", move_in, actor, caller)
    move_in.refresh_from_db()


def import_discard(*, move_in: MoveIn) -> None:
    """Say no: nothing of it is kept.

    Raises:
        ConflictError: it was started already.
    """
    gone, _rows = MoveIn.objects.filter(pk=move_in.pk, state=MoveInState.CHECKED).delete()
    if not gone:
        raise ConflictError(_(GOES_ON))
    file_forget(move_in)


def can_go_on(move_in: MoveIn) -> bool:
    """Return whether it broke off, so that somebody has to say yes once more."""
    if move_in.state == MoveInState.FAILED:
        return True
    if move_in.state not in UNDER_WAY:
        return False
    alive = DBTaskResult.objects.filter(status__in=(rows.READY, rows.RUNNING))
    return not alive.filter(pk=str(survey_of(move_in)["job"])).exists()


@job(takes_context=True, backoff_seconds=5)
def people_import_run(context: JobContext, move_in_id: str) -> None:
    """Do what is left of an import.

    Raises:
        HandBackError: the process stops; another one goes on.
    """
    move_in = MoveIn.objects.filter(pk=move_in_id, source=SOURCE, state__in=UNDER_WAY).first()
    if move_in is None:
        return
    with translation.override(survey_of(move_in).get("language")):
        try:
            _run(move_in, context)
        except (ForbiddenError, ImportRefusedError, UnreadableSecretError) as refused:
            _end(move_in, MoveInState.FAILED, refused.message)


def _run(move_in: MoveIn, context: JobContext) -> None:
    actor = User.objects.filter(pk=survey_of(move_in).get("by")).first()
    entries = import_entries(move_in)
    while move_in.cursor < len(entries):
        if context.is_stopping:
            raise HandBackError("The process stops.")
        _batch(move_in, entries[move_in.cursor : move_in.cursor + BATCH], _may_check(actor))
    _end(move_in, MoveInState.DONE)


def _batch(move_in: MoveIn, entries: Sequence[Entry], actor: User) -> None:
    orders = Orders(
        actor=actor,
        caller=caller_of(move_in),
        options=options_of(move_in),
        number=move_in.pk,
        digest=move_in.sha256,
        filename=move_in.filename,
    )
    found = situation_of(entries, actor=actor, options=orders.options, digest=orders.digest)
    steps = list(steps_planned(entries, found))
    hashes = hashes_made(steps)
    with transaction.atomic():
        done = [_row(step, orders, hashes.get(step.entry.email, "")) for step in steps]
        failpoints.hit("people_import.write")
        _hold(move_in, done)


def _row(step: Step, orders: Orders, password_hash: str) -> list[Any]:
    """Do one row and return what is kept of it; a refusal spares only its own."""
    entry = step.entry
    if step.outcome in {SAME, REFUSED}:
        return [entry.line, entry.email, step.outcome, step.problem, ""]
    try:
        with transaction.atomic():
            link = step_apply(step=step, orders=orders, password_hash=password_hash)
    except AppError as refused:
        return [entry.line, entry.email, REFUSED, refused.message, ""]
    except IntegrityError:
        text = _("Somebody else changed this person or group a moment ago.")
        return [entry.line, entry.email, REFUSED, text, ""]
    said = "; ".join(step.words())
    return [entry.line, entry.email, step.outcome, said, secrets.encrypt(link) if link else ""]


def _hold(move_in: MoveIn, done: list[list[Any]]) -> None:
    """Note what the batch did, unless another worker did it meanwhile.

    Raises:
        ConflictError: one did; the transaction must not hold.
    """
    survey = survey_of(move_in)
    kept = [*survey["rows"], *done]
    fields = {
        "state": MoveInState.RUNNING,
        "cursor": move_in.cursor + len(done),
        "counts": {"account": dict(Counter(row[2] for row in kept))},
        "survey": {**survey, "rows": kept},
        "updated_at": clock.now(),
    }
    mine = MoveIn.objects.filter(pk=move_in.pk, cursor=move_in.cursor, state__in=UNDER_WAY)
    if not mine.update(**fields):
        raise ConflictError(_("Another worker goes on with this import."))
    for name, value in fields.items():
        setattr(move_in, name, value)


def _end(move_in: MoveIn, state: MoveInState, failure: str = "") -> None:
    fields = {"state": state, "failure": failure[:1024], "finished_at": clock.now()}
    with transaction.atomic():
        mine = MoveIn.objects.filter(pk=move_in.pk, cursor=move_in.cursor, state__in=UNDER_WAY)
        if not mine.update(**fields, updated_at=clock.now()):
            return
        actor = User.objects.filter(pk=survey_of(move_in).get("by")).first()
        move_in.state = state
        _record("people.imported", move_in, actor, caller_of(move_in))
    if state == MoveInState.DONE:
        file_forget(move_in)


def _may_check(actor: User | None) -> User:
    """Return the actor while they may add people.

    Raises:
        ForbiddenError: they may not, or are gone.
    """
    if actor is None or not actor.is_active or not capability_allows(actor, *NEEDED):
        raise ForbiddenError(
            _("Whoever started this import may not add people. What was done stays.")
        )
    return actor


def _record(action: str, move_in: MoveIn, actor: User | None, caller: Caller) -> None:
    act = Act(
        category="account",
        action=action,
        severity="warning",
        outcome="failure" if move_in.state == MoveInState.FAILED else "success",
        actor=actor,
        target=Target("import", move_in.pk, move_in.filename),
        metadata={
            "rows": move_in.total,
            "counts": move_in.counts.get("account", {}),
            "sha256": move_in.sha256,
            "options": options_of(move_in).as_json(),
        },
        caller=caller,
    )
    audit_record(act)
