"""Follow-ups as the page and LibreChat's client see them."""

from dataclasses import dataclass, replace
from typing import Any

from conversations.models import Conversation, Generation, QueuedTurn, State
from conversations.queries.own_words import said
from librechat.kernel import clock

REMOVED = "removed"
HELD = (State.STOPPED, State.FAILED)


@dataclass(frozen=True, slots=True)
class QueueView:
    """What waits in a conversation, in order.

    ``is_held``: the last answer was stopped or failed, so nothing is sent by itself.
    ``generation_ids``: the answers that run, oldest first; only where a page asks for changes.
    """

    conversation_id: str
    turns: tuple[QueuedTurn, ...] = ()
    is_held: bool = False
    generation_ids: tuple[str, ...] = ()


def queue_with_answers(conversation: Conversation) -> QueueView:
    """Return what waits, and which answers run: one may have begun by itself."""
    active = Generation.objects.active().filter(conversation=conversation)
    ids = active.order_by("created_at", "id").values_list("id", flat=True)
    return replace(queue_view(conversation), generation_ids=tuple(ids))


def queue_view(conversation: Conversation) -> QueueView:
    """Return what waits; one query where nothing does."""
    turns = turns_shown(conversation)
    if not turns:
        return QueueView(conversation.conversation_id)
    last = Generation.objects.filter(conversation=conversation).first()
    is_held = last is not None and last.state in HELD
    return QueueView(conversation.conversation_id, _spoken(turns), is_held=is_held)


def _spoken(turns: tuple[QueuedTurn, ...]) -> tuple[QueuedTurn, ...]:
    """Return rows to show, never to save: why they were refused is in the active language."""
    for turn in turns:
        if turn.failure:
            turn.failure = {**turn.failure, "message": said(turn.failure.get("message", ""))}
    return turns


def turns_shown(conversation: Conversation) -> tuple[QueuedTurn, ...]:
    """Return what waits, in order; one query."""
    rows = QueuedTurn.objects.filter(conversation=conversation)
    return tuple(turn for turn in rows if not is_removed(turn))


def is_removed(turn: QueuedTurn) -> bool:
    """Whether it was taken out of the queue, and may still be put back."""
    return (turn.failure or {}).get("type") == REMOVED


def receipt_of(turn: QueuedTurn | Generation, conversation: Conversation) -> dict[str, Any]:
    """Return LibreChat's receipt; a generation is a message that was sent already."""
    common = {
        "conversationId": conversation.conversation_id,
        "clientRequestId": turn.client_request_id,
        "createdAt": clock.iso(turn.created_at),
        "updatedAt": clock.iso(turn.created_at),
        "revision": 0,
    }
    if isinstance(turn, Generation):
        return common | {
            "queuedTurnId": turn.id,
            "status": "admitted",
            "position": 0,
            "generationId": turn.id,
            "parentMessageId": turn.user_message_id,
            "text": "",
            "quotes": [],
        }
    failure = turn.failure or {}
    status = {"": "queued", REMOVED: "cancelled"}.get(failure.get("type", ""), "dead")
    receipt = common | {
        "queuedTurnId": turn.pk,
        "status": status,
        "position": turn.position,
        "parentMessageId": turn.request.get("parent_message_id", ""),
        "text": turn.text,
        "quotes": turn.request.get("quotes", []),
    }
    if status == "dead":
        receipt["failure"] = {"code": failure["type"], "message": failure["message"]}
    return receipt
