"""Legal holds: placed, given another end, lifted; each is on record."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.life_errors import LegalHoldError
from accounts.limits.caller import Caller
from accounts.models import LegalHold, User
from accounts.models.legal_hold import MAX_REASON
from accounts.services.audit import Act, Target, audit_record
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, InvalidInputError

SHORTEST_REASON = 10


def legal_hold_refuse(user: User) -> None:
    """Pass when the person may be deleted; call it inside the transaction that does it.

    Raises:
        LegalHoldError: a hold is in force.
    """
    _lock(user)
    if LegalHold.objects.in_force().filter(user=user).exists():
        raise LegalHoldError(_("They are under a legal hold: nothing of theirs may be deleted."))


def legal_hold_place(
    *,
    user: User,
    reason: str,
    ends_at: datetime | None = None,
    actor: User | None = None,
    caller: Caller | None = None,
) -> LegalHold:
    """Keep everything of a person, from now on and until it ends or is lifted.

    Raises:
        InvalidInputError: the reason says too little, or the end does not lie ahead.
    """
    why, end = _reason(reason), _end(ends_at)
    with transaction.atomic():
        _lock(user)  # a deletion that runs already is waited for
        hold = LegalHold.objects.create(user=user, reason=why, ends_at=end, placed_by=actor)
        _record("legal_hold.placed", hold, actor, caller, reason=why, ends=_told(end))
    return hold


def legal_hold_end_set(
    *,
    hold: LegalHold,
    ends_at: datetime | None,
    reason: str,
    actor: User | None = None,
    caller: Caller | None = None,
) -> LegalHold:
    """Let a hold end at another moment; None: when it is lifted.

    Raises:
        InvalidInputError: the reason says too little, or the end does not lie ahead.
        ConflictError: it is not in force any more.
    """
    why, end = _reason(reason), _end(ends_at)
    with transaction.atomic():
        row = _in_force(hold)
        before, row.ends_at = row.ends_at, end
        row.save(update_fields=["ends_at"])
        times = {"before": {"ends": _told(before)}, "after": {"ends": _told(end)}}
        _record("legal_hold.changed", row, actor, caller, reason=why, **times)
    return row


def legal_hold_lift(
    *,
    hold: LegalHold,
    reason: str,
    actor: User | None = None,
    caller: Caller | None = None,
) -> LegalHold:
    """End a hold; what it alone kept goes with the next purge.

    Raises:
        InvalidInputError: the reason says too little.
        ConflictError: it is not in force any more.
    """
    why = _reason(reason)
    with transaction.atomic():
        row = _in_force(hold)
        row.lifted_at, row.lifted_by, row.lift_reason = clock.now(), actor, why
        row.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        _record("legal_hold.lifted", row, actor, caller, reason=why, placed_because=row.reason)
    return row


def _lock(user: User) -> None:
    list(User.objects.select_for_update().filter(pk=user.pk).values_list("pk"))


def _in_force(hold: LegalHold) -> LegalHold:
    locked = LegalHold.objects.in_force().select_for_update(of=("self",)).filter(pk=hold.pk)
    row = locked.select_related("user").first()
    if row is None:
        raise ConflictError(_("This hold is not in force any more."))
    return row


def _reason(text: str) -> str:
    why = " ".join(text.split())[:MAX_REASON]
    if len(why) < SHORTEST_REASON:
        raise InvalidInputError(
            _("Say why, in at least %(n)s characters.") % {"n": SHORTEST_REASON}, field="reason"
        )
    return why


def _end(ends_at: datetime | None) -> datetime | None:
    if ends_at is not None and ends_at <= clock.now():
        raise InvalidInputError(_("The end of a hold must lie ahead."), field="ends_at")
    return ends_at


def _told(moment: datetime | None) -> str | None:
    return clock.iso(moment) if moment else None


def _record(
    action: str, hold: LegalHold, actor: User | None, caller: Caller | None, **facts: object
) -> None:
    audit_record(
        Act(
            category="account",
            action=action,
            severity="warning",
            actor=actor,
            target=Target.person(hold.user),
            metadata={"hold": hold.pk, **facts},
            caller=caller,
        ),
    )
