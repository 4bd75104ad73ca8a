"""Who may reach which conversation, message and generation."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.access.capabilities import capability_allows
from accounts.errors import NotSignedInError
from accounts.models import User
from conversations.errors import GenerationReplacedError
from conversations.models import (
    Conversation,
    Generation,
    Message,
    Prompt,
    PromptGroup,
    QueuedTurn,
    SharedLink,
)
from conversations.models.generation import GenerationQuerySet
from conversations.models.prompt import RESOURCE as PROMPTS
from librechat.kernel.errors import ForbiddenError, NotFoundError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def conversation_get(user: User, conversation_id: str, right: str = "view") -> Conversation:
    """Return a conversation this person may see (or change: only the owner has any right).

    Raises:
        NotFoundError: there is none, or it is not theirs.
    """
    found = Conversation.objects.visible_to(user, right).filter(conversation_id=conversation_id)
    conversation = found.first()
    if conversation is None:
        raise NotFoundError(_("This conversation does not exist."))
    return conversation


def message_get(user: User, conversation_id: str, message_id: str) -> Message:
    """Return a message of a conversation this person may see.

    Raises:
        NotFoundError: there is none, or it is not theirs.
    """
    conversation = conversation_get(user, conversation_id)
    message = conversation.messages.filter(message_id=message_id).first()
    if message is None:
        raise NotFoundError(_("This message does not exist."))
    return message


def message_find(user: User, message_id: str) -> Message:
    """Return a message by its id alone, in whatever conversation this person may see.

    Raises:
        NotFoundError: there is none, or it is not theirs.
    """
    visible = Message.objects.visible_to(user).select_related("conversation")
    message = visible.filter(message_id=message_id).first()
    if message is None:
        raise NotFoundError(_("This message does not exist."))
    return message


def shared_link_get(user: User | None, share_id: str) -> SharedLink:
    """Return a share link that this person, or with None anybody, may open.

    Raises:
        NotSignedInError: who is signed out may not open it; there may be no such link.
        NotFoundError: there is none, it has run out, or it is not open to them.
    """
    visible = SharedLink.objects.visible_to(user) if settings.ALLOW_SHARED_LINKS else None
    link = visible.filter(share_id=share_id).first() if visible is not None else None
    if link is None and user is None:
        raise NotSignedInError(_("Sign in to open this chat."))
    if link is None:
        raise NotFoundError(_("This shared chat does not exist."))
    return link


def generation_get(user: User, generation_id: str) -> Generation:
    """Return one of this person's generations by its own id.

    Raises:
        NotFoundError: there is none, or it is not theirs.
    """
    found = _generations(user).filter(id=generation_id).first()
    if found is None:
        raise NotFoundError(_("This answer does not exist."))
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
    if created_ms is None:
        found = generations.active().first() or generations.first()
    else:
        moment = _moment(created_ms)
        found = None if moment is None else generations.filter(created_at=moment).first()
    if found is not None:
        return found
    if created_ms is not None and generations.exists():
        raise GenerationReplacedError
    raise NotFoundError(_("The generation job does not exist or has expired."))


def _moment(milliseconds: int) -> datetime | None:
    """Return the moment, None beyond the calendar: nothing started then."""
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def generations_active(user: User) -> GenerationQuerySet:
    """Return this person's running generations, newest first."""
    return _generations(user).active()


def queued_turn_get(user: User, turn_id: str, conversation_id: str = "") -> QueuedTurn:
    """Return a message that waits, or was removed a moment ago; of that conversation if named.

    Raises:
        NotFoundError: there is none, or it is not theirs.
    """
    found = QueuedTurn.objects.visible_to(user).filter(pk=turn_id)
    if conversation_id:
        found = found.filter(conversation__conversation_id=conversation_id)
    turn = found.select_related("conversation", "user").first()
    if turn is None:
        raise NotFoundError(_("This message does not wait any more: it was sent or removed."))
    return turn


def prompt_group_get(user: User, group_id: str, right: str = "view") -> PromptGroup:
    """Return a prompt this person may see, change, delete or share.

    Raises:
        NotFoundError: there is none, or they do not see it.
        ForbiddenError: they see it, but may not do this.
    """
    found = PromptGroup.objects.visible_to(user, right).filter(pk=group_id)
    group = found.flagged().first()
    if group is not None:
        return group
    if PromptGroup.objects.visible_to(user).filter(pk=group_id).exists():
        raise ForbiddenError(_("You can use this prompt, but not change it."))
    raise NotFoundError(_("This prompt does not exist."))


def prompt_group_for_client(user: User, group_id: str, right: str = "view") -> PromptGroup:
    """Return the same for LibreChat's client, which expects 403 also where there is none.

    Raises:
        ForbiddenError: there is none, or this is not allowed to the person.
        NotFoundError: there is none, and the person may know: they see every prompt.
    """
    found = PromptGroup.objects.visible_to(user, right).filter(pk=group_id)
    group = found.flagged().first()
    if group is not None:
        return group
    if capability_allows(user, PROMPTS.capability):
        raise NotFoundError(_("This prompt does not exist."))
    raise ForbiddenError(_("Insufficient permissions to access this promptGroup"))


def prompt_get(user: User, prompt_id: str, right: str = "view") -> Prompt:
    """Return one version of a prompt.

    Raises:
        NotFoundError: there is none, or they do not see its group.
        ForbiddenError: they see it, but may not do this.
    """
    version = Prompt.objects.select_related("group").filter(pk=prompt_id).first()
    if version is None:
        raise NotFoundError(_("This prompt does not exist."))
    version.group = prompt_group_get(user, version.group_id, right)
    return version


def _generations(user: User) -> GenerationQuerySet:
    visible = Conversation.objects.visible_to(user)
    found = Generation.objects.visible_to(user).filter(conversation__in=visible)
    return found.select_related("conversation")
