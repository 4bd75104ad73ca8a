"""Writes to messages: edit, rate, delete."""

from typing import Any

from django.db import transaction
from django.db.models import F

from agents.llm import tokens
from conversations.models import ACTIVE, Conversation, Generation, Message
from conversations.services.texts import check_text
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, InvalidInputError
from librechat.kernel.ids import NO_PARENT

MAX_FEEDBACK = 1_024
TAGS = {
    "thumbsUp": frozenset(
        {"accurate_reliable", "creative_solution", "clear_well_written", "attention_to_detail"},
    ),
    "thumbsDown": frozenset(
        {
            "not_matched",
            "inaccurate",
            "bad_style",
            "missing_image",
            "unjustified_refusal",
            "not_helpful",
            "other",
        },
    ),
}


@transaction.atomic
def message_edit(*, message: Message, text: str, revision: int | None = None) -> Message:
    """Replace a message's text; of an answer in parts, its text parts become this one.

    ``revision``: what the editor saw, if known.

    Raises:
        InvalidInputError: the text is too long or cannot be stored.
        ConflictError: it is being written, or was changed since ``revision``.
    """
    check_text("text", text)
    content: list[dict[str, Any]] = []
    for part in message.content:
        if part.get("type") != "text":
            content.append(part)
        elif not any(kept.get("type") == "text" for kept in content):
            content.append({"type": "text", "text": text})
    message.content = content
    if message.is_created_by_user or not content:
        message.text = text
    message.token_count = tokens.count(text, message.model)
    return _changed(message, revision)


@transaction.atomic
def message_edit_part(
    *,
    message: Message,
    index: int,
    text: str,
    revision: int | None = None,
) -> Message:
    """Replace the words of one text or reasoning part.

    Raises:
        InvalidInputError: there is no such part, or the text cannot be stored.
        ConflictError: it is being written, or was changed since ``revision``.
    """
    check_text("text", text)
    content = list(message.content)
    kind = content[index].get("type") if 0 <= index < len(content) else None
    if kind not in ("text", "think"):
        raise InvalidInputError("This part of the message cannot be edited.", field="index")
    before = str(content[index].get(kind, ""))
    content[index] = {**content[index], kind: text}
    message.content = content
    difference = tokens.count(text, message.model) - tokens.count(before, message.model)
    message.token_count = max(message.token_count + difference, 0)
    return _changed(message, revision)


@transaction.atomic
def message_feedback(*, message: Message, feedback: dict[str, Any] | None) -> Message:
    """Keep what a person thinks of an answer; nothing clears it.

    ``feedback``: rating (thumbsUp or thumbsDown), tag (one of the rating's), text.

    Raises:
        InvalidInputError: the rating, tag or text is not one of these.
    """
    message.feedback = _checked_feedback(feedback) if feedback else None
    message.updated_at = clock.now()
    message.save(update_fields=["feedback", "updated_at"])
    return message


@transaction.atomic
def message_delete(*, message: Message) -> None:
    """Remove one message; what hung below it moves up to its parent.

    Raises:
        ConflictError: it, or its answer, is being written.
    """
    _check_idle(message)
    siblings = Message.objects.filter(conversation_id=message.conversation_id)
    siblings.filter(parent_message_id=message.message_id).update(
        parent_message_id=message.parent_message_id,
    )
    message.delete()
    leaf = "" if message.parent_message_id == NO_PARENT else message.parent_message_id
    Conversation.objects.filter(
        id=message.conversation_id,
        leaf_message_id=message.message_id,
    ).update(leaf_message_id=leaf)


def _checked_feedback(feedback: dict[str, Any]) -> dict[str, Any]:
    rating, tag, text = feedback.get("rating"), feedback.get("tag"), feedback.get("text", "")
    tags = TAGS.get(rating) if isinstance(rating, str) else None
    if tags is None:
        raise InvalidInputError("A rating is thumbsUp or thumbsDown.", field="rating")
    if tag is not None and not (isinstance(tag, str) and tag in tags):
        raise InvalidInputError(f"This tag does not go with {rating}.", field="tag")
    if not isinstance(text, str):
        raise InvalidInputError("A comment is a text.", field="text")
    check_text("text", text, longest=MAX_FEEDBACK)
    given = {"rating": rating, "tag": tag, "text": text}
    return {name: value for name, value in given.items() if value}


def _check_idle(message: Message) -> None:
    running = Generation.objects.filter(
        conversation_id=message.conversation_id,
        state__in=ACTIVE,
    )
    own = running.filter(response_message_id=message.message_id)
    asked = running.filter(user_message_id=message.message_id)
    if (own | asked).exists():
        raise ConflictError("This message is being written. Stop it first.")


def _changed(message: Message, revision: int | None) -> Message:
    """Save an edit if nobody else changed the message since it was read."""
    _check_idle(message)
    seen = message.revision if revision is None else revision
    moment = clock.now()
    saved = Message.objects.filter(id=message.id, revision=seen).update(
        text=message.text,
        content=message.content,
        token_count=message.token_count,
        revision=F("revision") + 1,
        updated_at=moment,
    )
    if not saved:
        raise ConflictError("This message was changed meanwhile. Load it again.")
    message.revision, message.updated_at = seen + 1, moment
    return message
