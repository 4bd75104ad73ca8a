"""Who may reach which conversation, message and generation."""

from datetime import UTC, datetime, timedelta

from accounts.models import User
from conversations.errors import GenerationReplacedError
from conversations.models import Conversation, Generation, Message
from conversations.models.generation import GenerationQuerySet
from librechat.kernel.errors import NotFoundError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def conversation_get(user: User, conversation_id: str, right: str = "view") -> Conversation:
    """Return a conversation this person may see (or change: only the owner has any right).

    Raises:
        NotFoundError: there is none, or it is not theirs.
    """
    found = Conversation.objects.visible_to(user, right).filter(conversation_id=conversation_id)
    conversation = found.first()
    if conversation is None:
        raise NotFoundError("This conversation does not exist.")
    return conversation


def message_get(user: User, conversation_id: str, message_id: str) -> Message:
    """Return a message of a conversation this person may see.

    Raises:
        NotFoundError: there is none, or it is not theirs.
    """
    conversation = conversation_get(user, conversation_id)
    message = conversation.messages.filter(message_id=message_id).first()
    if message is None:
        raise NotFoundError("This message does not exist.")
    return message


def generation_get(user: User, generation_id: str) -> Generation:
    """Return one of this person's generations by its own id.

    Raises:
        NotFoundError: there is none, or it is not theirs.
    """
    found = _generations(user).filter(id=generation_id).first()
    if found is None:
        raise NotFoundError("This answer does not exist.")
    return found


def generation_for_stream(
    user: User,
    conversation_id: str,
    created_ms: int | None = None,
) -> Generation:
    """Return the generation a stream of this conversation shows: the named one, else the newest.

    Raises:
        NotFoundError: the conversation has none, or is not theirs.
        GenerationReplacedError: none of its generations started at ``created_ms``.
    """
    generations = _generations(user).filter(conversation__conversation_id=conversation_id)
    newest = generations.first()
    if newest is None:
        raise NotFoundError("The generation job does not exist or has expired.")
    if created_ms is None:
        return generations.active().first() or newest
    try:
        moment = EPOCH + timedelta(milliseconds=created_ms)
    except OverflowError:
        raise GenerationReplacedError from None
    named = generations.filter(created_at=moment).first()
    if named is None:
        raise GenerationReplacedError
    return named


def generations_active(user: User) -> GenerationQuerySet:
    """Return this person's running generations, newest first."""
    return _generations(user).active()


def _generations(user: User) -> GenerationQuerySet:
    visible = Conversation.objects.visible_to(user)
    found = Generation.objects.visible_to(user).filter(conversation__in=visible)
    return found.select_related("conversation")
