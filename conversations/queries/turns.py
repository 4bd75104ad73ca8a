"""One turn as LibreChat's final frame shows it."""

from dataclasses import dataclass
from typing import Any

from conversations.models import Conversation, Generation, Message
from conversations.queries.shapes import conversation_json, message_ids_of, message_json_list


@dataclass(frozen=True, slots=True)
class Turn:
    """The conversation and the two messages of a generation, as JSON."""

    conversation: dict[str, Any]
    request: dict[str, Any]
    response: dict[str, Any]


def turn_of(generation: Generation) -> Turn | None:
    """Return a generation's turn as stored now; None when it was deleted."""
    alive = Conversation.objects.visible_to(generation.user)
    conversation = alive.filter(pk=generation.conversation_id).first()
    if conversation is None:
        return None
    ids = [generation.user_message_id, generation.response_message_id]
    rows = list(Message.objects.filter(conversation=conversation, message_id__in=ids))
    by_id = {shown["messageId"]: shown for shown in message_json_list(conversation, rows)}
    if not all(one in by_id for one in ids):
        return None
    return Turn(
        conversation=conversation_json(conversation, message_ids=message_ids_of(conversation)),
        request=by_id[ids[0]],
        response=by_id[ids[1]],
    )


def sender_of(generation: Generation) -> str:
    """Return the name the answer appears under."""
    rows = Message.objects.filter(
        conversation_id=generation.conversation_id,
        message_id=generation.response_message_id,
    )
    return rows.values_list("sender", flat=True).first() or ""
