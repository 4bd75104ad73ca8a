"""Follow-ups that wait: add, edit, move, remove, take the first."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access.legal_hold import purgeable
from conversations.errors import (
    EmptyFollowUpError,
    FollowUpTooLongError,
    QueueFullError,
    RequestReusedError,
)
from conversations.models import Conversation, QueuedTurn, conversation_lock
from conversations.models.queued_turn import QueuedTurnQuerySet
from conversations.queries.followups import REMOVED, is_removed, turns_shown
from conversations.services import changes
from conversations.services.texts import check_text
from librechat.kernel import clock
from librechat.kernel.errors import NotFoundError

MAX_WAITING = 100  # of one conversation
MAX_TEXT = 16_000
KEPT = timedelta(days=1)  # a removed one, so that it can be taken back


def queued_turn_add(
    *,
    conversation: Conversation,
    text: str,
    request: dict[str, Any],
    client_request_id: str = "",
) -> QueuedTurn:
    """Put a message at the end of the queue; the same request id finds the one that is there.

    ``request``: what generation/followups.py needs to send it; with ``now`` it goes first.

    Raises:
        EmptyFollowUpError, FollowUpTooLongError, InvalidInputError: the text cannot be sent.
        RequestReusedError: the request id came with other words before.
        QueueFullError: as many wait as may.
    """
    _check(text)
    try:
        with transaction.atomic():
            conversation_lock(conversation.pk)
            waiting = turns_shown(conversation)
            if len(waiting) >= MAX_WAITING:
                raise QueueFullError(_full())
            turn = QueuedTurn.objects.create(
                user=conversation.user,
                conversation=conversation,
                client_request_id=client_request_id,
                text=text,
                request=request,
                position=waiting[-1].position + 1 if waiting else 0,
            )
            if request.get("now"):
                _arrange([turn, *waiting])
            _announce(conversation)
    except IntegrityError:
        known = conversation.queued_turns.get(client_request_id=client_request_id)
        if known.text != text:
            raise RequestReusedError from None
        return known
    return turn


@transaction.atomic
def queued_turn_edit(*, turn: QueuedTurn, text: str) -> QueuedTurn:
    """Give a waiting message other words; one that was refused waits again.

    Raises:
        NotFoundError: it was sent or removed meanwhile.
    """
    _check(text)
    turn = _locked(turn)
    turn.text, turn.failure = text, None
    turn.save(update_fields=["text", "failure"])
    _announce(turn.conversation)
    return turn


@transaction.atomic
def queued_turn_move(*, turn: QueuedTurn, position: int) -> QueuedTurn:
    """Put a waiting message at a place, counted from 0 at the front.

    Raises:
        NotFoundError: it was sent or removed meanwhile.
    """
    turn = _locked(turn)
    others = [one for one in turns_shown(turn.conversation) if one.pk != turn.pk]
    others.insert(max(position, 0), turn)
    _arrange(others)
    _announce(turn.conversation)
    return turn


@transaction.atomic
def queued_turn_first(*, turn: QueuedTurn) -> QueuedTurn:
    """Let a waiting message be the next, also after an answer that was stopped.

    Raises:
        NotFoundError: it was sent or removed meanwhile.
    """
    turn = _locked(turn)
    turn.request, turn.failure = {**turn.request, "now": True}, None
    turn.save(update_fields=["request", "failure"])
    others = [one for one in turns_shown(turn.conversation) if one.pk != turn.pk]
    _arrange([turn, *others])
    _announce(turn.conversation)
    return turn


@transaction.atomic
def queued_turn_remove(*, turn: QueuedTurn) -> QueuedTurn:
    """Take a message out of the queue; it can be put back for a while.

    Raises:
        NotFoundError: it was sent or removed meanwhile.
    """
    turn = _locked(turn)
    turn.failure = {"type": REMOVED}
    turn.save(update_fields=["failure"])
    _announce(turn.conversation)
    return turn


@transaction.atomic
def queued_turn_restore(*, turn: QueuedTurn) -> QueuedTurn:
    """Put a removed message back to its place.

    Raises:
        QueueFullError: as many wait as may.
    """
    conversation_lock(turn.conversation_id)
    if len(turns_shown(turn.conversation)) >= MAX_WAITING:
        raise QueueFullError(_full())
    QueuedTurn.objects.filter(pk=turn.pk).update(failure=None)
    _announce(turn.conversation)
    return turn


def queued_turn_claim(turn: QueuedTurn) -> bool:
    """Take a message out of the queue to send it; False when somebody else has.

    In the transaction that starts its answer: both happen, or neither.
    """
    claimed, _rows = QueuedTurn.objects.filter(pk=turn.pk).delete()
    return bool(claimed)


def queued_turn_refuse(turn: QueuedTurn, *, code: str, message: str) -> None:
    """Put a claimed message back with the reason why it could not be sent."""
    request = {name: value for name, value in turn.request.items() if name != "now"}
    turn.request, turn.failure = request, {"type": code, "message": message}
    turn.save(force_insert=True)


def turns_outdated() -> QueuedTurnQuerySet:
    """Return what was removed and not taken back."""
    return QueuedTurn.objects.filter(failure__type=REMOVED, created_at__lt=clock.now() - KEPT)


def queued_turns_purge() -> int:
    """Delete it; return how many."""
    return purgeable(turns_outdated()).delete()[0]


def _locked(turn: QueuedTurn) -> QueuedTurn:
    conversation_lock(turn.conversation_id)
    rows = QueuedTurn.objects.select_related("conversation")
    found = rows.filter(pk=turn.pk).first()
    if found is None or is_removed(found):
        raise NotFoundError(_("This message does not wait any more: it was sent or removed."))
    return found


def _check(text: str) -> None:
    if not text.strip():
        raise EmptyFollowUpError(_("Write a message first."))
    if len(text) > MAX_TEXT:
        raise FollowUpTooLongError(
            _("A message that waits has at most %(limit)s characters. It was not queued.")
            % {"limit": f"{MAX_TEXT:,}"},
        )
    check_text("text", text)


def _full() -> str:
    words = _("%(limit)s messages wait here already. Remove one, then add this one again.")
    return words % {"limit": MAX_WAITING}


def _arrange(turns: Sequence[QueuedTurn]) -> None:
    for position, turn in enumerate(turns):
        turn.position = position
    QueuedTurn.objects.bulk_update(turns, ["position"])


def _announce(conversation: Conversation) -> None:
    transaction.on_commit(partial(changes.announce_queue, conversation))
