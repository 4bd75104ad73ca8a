"""Where in the tree a start goes: the message it answers and the row of the answer."""

from typing import Any

from django.utils.translation import gettext as _

from conversations.errors import ParentNotReadyError
from conversations.generation.assemble import ContentPart, text_of
from conversations.generation.requests import EditedContent, StartRequest
from conversations.models import ACTIVE, Conversation, Generation, Message
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError
from librechat.kernel.ids import NO_PARENT

RERUN = "_"  # at the end of responseMessageId: make a new answer, keep the old one


def turn_question(conversation: Conversation, body: StartRequest) -> Message:
    """Return the person's message to answer: a new one, or for a rerun the one that is there.

    Raises:
        NotFoundError: the message named is not in this conversation.
        ParentNotReadyError: the message to reply to is not stored or still being written.
    """
    if body.is_rerun:
        return _asked_before(conversation, body)
    parent = _parent(conversation, body.parent_message_id)
    now = clock.now()
    return Message.objects.create(
        conversation=conversation,
        user=conversation.user,
        parent_message_id=parent.message_id if parent else NO_PARENT,
        is_created_by_user=True,
        sender="User",
        text=body.text,
        quotes=list(body.quotes),
        endpoint=body.endpoint,
        # A clock that was put back must not sort a reply before what it replies to.
        created_at=max(now, parent.created_at) if parent else now,
    )


def turn_prefix(conversation: Conversation, body: StartRequest) -> list[ContentPart]:
    """Return the parts of an edited answer that are kept, with the edit; else nothing.

    Raises:
        NotFoundError: there is no such answer here.
        InvalidInputError: it has no such part.
    """
    edited = body.edited_content
    if edited is None:
        return []
    answer = _find(conversation, body.response_message_id.removesuffix(RERUN))
    parts = [part for part in parts_of(answer) if part.get("type") != "error"]
    if not 0 <= edited.index < len(parts) or parts[edited.index].get("type") != edited.type:
        raise InvalidInputError(
            _("The answer has no %(type)s part number %(index)s.")
            % {"type": edited.type, "index": edited.index},
            field="editedContent",
        )
    return [*parts[: edited.index], {"type": edited.type, edited.type: edited.text}]


def turn_answer(
    conversation: Conversation,
    body: StartRequest,
    question: Message,
    prefix: list[ContentPart],
) -> Message:
    """Return the empty row of the answer: a new one, or for an overwrite the old one emptied.

    Raises:
        NotFoundError: the answer to overwrite is not an answer to this message.
    """
    fresh: dict[str, Any] = {
        "sender": body.label,
        "text": "",
        "content": prefix,
        "endpoint": body.endpoint,
        "model": body.model,
        "icon_url": str(body.parameters.get("iconURL", ""))[:512],
        "unfinished": True,
        "error": False,
        "finish_reason": "",
        "feedback": None,
        "token_count": 0,
        "metadata": {"group": body.group} if body.group else {},
    }
    if _is_overwrite(body):
        return _emptied(conversation, body, question, fresh)
    return Message.objects.create(
        conversation=conversation,
        user=conversation.user,
        parent_message_id=question.message_id,
        created_at=max(clock.now(), question.created_at),
        **({"message_id": body.group} if body.is_lead else {}),
        **fresh,
    )


def parts_of(message: Message) -> list[ContentPart]:
    """Return an answer's parts; imports may have only text."""
    if message.content or not message.text:
        return list(message.content)
    return [{"type": "text", "text": message.text}]


def continuation_of(message: Message) -> EditedContent | None:
    """Return the edit that makes an answer go on where it stopped; None if nothing is there."""
    parts = [part for part in parts_of(message) if part.get("type") != "error"]
    if not parts or parts[-1].get("type") != "text" or not text_of(parts[-1]).strip():
        return None
    return EditedContent(len(parts) - 1, "text", text_of(parts[-1]))


def _asked_before(conversation: Conversation, body: StartRequest) -> Message:
    message_id = body.override_parent_message_id
    if not message_id:
        old = _find(conversation, body.response_message_id.removesuffix(RERUN))
        message_id = old.parent_message_id
    question = _find(conversation, message_id)
    if not question.is_created_by_user:
        raise NotFoundError(_("The message to answer is not one of yours."))
    return question


def _parent(conversation: Conversation, parent_id: str) -> Message | None:
    """Return the message a new turn replies to; None at the root."""
    if parent_id in ("", NO_PARENT):
        return None
    parent = conversation.messages.filter(message_id=parent_id).first()
    if parent is None:
        if parent_id.endswith(RERUN):
            raise ParentNotReadyError
        raise NotFoundError(_("The message you are answering does not exist."))
    writing = Generation.objects.filter(
        conversation=conversation,
        response_message_id=parent_id,
        state__in=ACTIVE,
    )
    if writing.exists():
        raise ParentNotReadyError
    return parent


def _is_overwrite(body: StartRequest) -> bool:
    named = body.response_message_id
    is_plain = body.is_regenerate and body.edited_content is None
    return is_plain and bool(named) and not named.endswith(RERUN)


def _emptied(
    conversation: Conversation,
    body: StartRequest,
    question: Message,
    fresh: dict[str, Any],
) -> Message:
    answer = _find(conversation, body.response_message_id)
    if answer.is_created_by_user or answer.parent_message_id != question.message_id:
        raise NotFoundError(_("This is not an answer to that message."))
    for name, value in fresh.items():
        setattr(answer, name, value)
    answer.revision += 1
    answer.updated_at = clock.now()
    answer.save()
    return answer


def _find(conversation: Conversation, message_id: str) -> Message:
    message = conversation.messages.filter(message_id=message_id).first()
    if message is None:
        raise NotFoundError(_("This message does not exist."))
    return message
