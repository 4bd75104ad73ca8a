"""One turn as the page shows it: while it is written, and when it is over."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString

from conversations.models import Conversation, Generation, Message
from conversations.queries.thread import message_in_thread
from conversations.queries.views import MessageView


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """The two articles of a generation."""

    conversation: Conversation
    request: MessageView
    response: MessageView


def shown_turn(generation: Generation, *, is_empty: bool) -> ShownTurn | None:
    """Return a generation's articles; ``is_empty``: the answer before its first word.

    None when they were deleted.
    """
    ids = [generation.user_message_id, generation.response_message_id]
    rows = Message.objects.filter(conversation_id=generation.conversation_id, message_id__in=ids)
    found = {
        message.message_id: message
        for message in rows.filter(conversation__deleted_at=None).select_related("conversation")
    }
    if len(found) != len(set(ids)):
        return None
    response = message_in_thread(found[ids[1]])
    if is_empty:
        response = _emptied(response, generation.id)
    return ShownTurn(
        found[ids[0]].conversation,
        message_in_thread(found[ids[0]]),
        response,
    )


def _emptied(view: MessageView, generation_id: str) -> MessageView:
    return replace(
        view,
        text="",
        html=SafeString(""),
        steps=(),
        error=None,
        usage_line="",
        state="running",
        generation_id=generation_id,
    )


def kept_parts(generation: Generation) -> list[Any]:
    """Return the parts of an edited answer that stay in front of the new ones."""
    return list(generation.request.get("prefix", []))
