"""Writes to messages: edit, rate, delete."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agents.llm import tokens
from conversations.models import Conversation, DeletedItem, Message, conversation_lock
from conversations.search.indexing import message_forget
from conversations.services.message_bin import message_put
from conversations.services.message_versions import check_idle, message_save_edit
from conversations.services.texts import check_text
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError
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
    return message_save_edit(message, revision)


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
        raise InvalidInputError(_("This part of the message cannot be edited."), field="index")
    before = str(content[index].get(kind, ""))
    content[index] = {**content[index], kind: text}
    message.content = content
    difference = tokens.count(text, message.model) - tokens.count(before, message.model)
    message.token_count = max(message.token_count + difference, 0)
    return message_save_edit(message, revision)


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
def message_delete(*, message: Message) -> DeletedItem:
    """Put one message into the bin; what hung below it moves up to its parent.

    Raises:
        ConflictError: it, or its answer, is being written.
    """
    conversation = message.conversation
    conversation_lock(conversation.id)
    check_idle(message)
    siblings = Message.objects.filter(conversation=conversation)
    below = siblings.filter(parent_message_id=message.message_id)
    looking = Conversation.objects.filter(
        id=conversation.id,
        leaf_message_id=message.message_id,
    )
    item = message_put(
        message=message,
        children=list(below.values_list("message_id", flat=True)),
        is_leaf=looking.exists(),
    )
    below.update(parent_message_id=message.parent_message_id)
    message_forget(message)
    message.delete()
    leaf = "" if message.parent_message_id == NO_PARENT else message.parent_message_id
    looking.update(leaf_message_id=leaf)
    return item


def _checked_feedback(feedback: dict[str, Any]) -> dict[str, Any]:
    rating, tag, text = feedback.get("rating"), feedback.get("tag"), feedback.get("text", "")
    tags = TAGS.get(rating) if isinstance(rating, str) else None
    if tags is None:
        raise InvalidInputError(_("A rating is thumbsUp or thumbsDown."), field="rating")
    if tag is not None and not (isinstance(tag, str) and tag in tags):
        raise InvalidInputError(
            _("This tag does not go with %(rating)s.") % {"rating": rating}, field="tag"
        )
    if not isinstance(text, str):
        raise InvalidInputError(_("A comment is a text."), field="text")
    check_text("text", text, longest=MAX_FEEDBACK)
    given = {"rating": rating, "tag": tag, "text": text}
    return {name: value for name, value in given.items() if value}
