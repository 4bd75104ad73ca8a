"""Writes to conversations: rename, archive, pin, delete, restore."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation, Generation, Message
from conversations.queries.bin import deleted_conversations
from conversations.search.indexing import conversation_index
from conversations.services import changes
from conversations.services.listed import listed_check
from conversations.services.stopping import generation_stop_soon
from conversations.services.texts import check_text
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError

MAX_TITLE = 1_024


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion took away: public ids, and how many rows of each kind."""

    conversation_ids: list[str]
    conversations: int
    messages: int


@transaction.atomic
def conversation_rename(*, conversation: Conversation, title: str) -> Conversation:
    """Give the conversation a title.

    Raises:
        InvalidInputError: it is empty, too long or no text.
    """
    cleaned = " ".join(title.split())
    if not cleaned:
        raise InvalidInputError(_("A title needs at least one character."), field="title")
    check_text("title", cleaned, longest=MAX_TITLE)
    conversation.title = cleaned
    conversation.updated_at = clock.now()
    conversation_index(conversation)
    return _saved(conversation, "title", "updated_at")


@transaction.atomic
def conversation_archive(*, conversation: Conversation, is_archived: bool) -> Conversation:
    """Put the conversation away, or back; its place in time stays, the first stamp too.

    Raises:
        TemporaryUnlistedError: the chat is temporary.
    """
    if is_archived:
        listed_check([conversation])
    conversation.is_archived = is_archived
    if is_archived:
        conversation.archived_at = conversation.archived_at or clock.now()
    else:
        conversation.archived_at = None
    return _saved(conversation, "is_archived", "archived_at")


@transaction.atomic
def conversations_archive_all(*, user: User) -> int:
    """Put every listed conversation away and return how many."""
    listed = Conversation.objects.visible_to(user).listed().filter(is_archived=False)
    rows = list(listed)
    listed.update(is_archived=True, archived_at=clock.now())
    for conversation in rows:
        transaction.on_commit(partial(changes.announce, conversation))
    return len(rows)


@transaction.atomic
def conversation_pin(*, conversation: Conversation, is_pinned: bool) -> Conversation:
    """Keep the conversation at the top, or not.

    Raises:
        TemporaryUnlistedError: the chat is temporary.
    """
    if is_pinned:
        listed_check([conversation])
    conversation.is_pinned = is_pinned
    return _saved(conversation, "is_pinned")


@transaction.atomic
def conversation_seen(*, conversation: Conversation) -> Conversation:
    """Take the unread mark away."""
    if not conversation.is_unread:
        return conversation
    conversation.is_unread = False
    return _saved(conversation, "is_unread")


@transaction.atomic
def conversation_leaf_set(*, conversation: Conversation, message_id: str) -> Conversation:
    """Remember which branch is looked at.

    Raises:
        NotFoundError: the message is not in this conversation.
    """
    if not conversation.messages.filter(message_id=message_id).exists():
        raise NotFoundError(_("This message does not exist."))
    conversation.leaf_message_id = message_id
    conversation.save(update_fields=["leaf_message_id"])
    return conversation


@transaction.atomic
def conversation_delete(*, conversation: Conversation) -> Deleted:
    """Take the conversation away and stop what runs in it; it waits in the bin."""
    return _delete(conversation.user, [conversation])


@transaction.atomic
def conversations_delete_all(*, user: User) -> Deleted:
    """Take all of a person's conversations away."""
    return _delete(user, list(Conversation.objects.visible_to(user)))


@transaction.atomic
def conversation_restore(*, user: User, conversation_id: str) -> Conversation:
    """Bring a deleted conversation back.

    Raises:
        NotFoundError: there is none, it is not theirs, or it is not in the bin any more.
    """
    deleted = deleted_conversations(user).filter(conversation_id=conversation_id)
    # Locked: a purge at the same time either has taken it already or finds it restored.
    conversation = deleted.select_for_update(of=("self",)).first()
    if conversation is None:
        raise NotFoundError(_("This conversation cannot be restored."))
    conversation.deleted_at = None
    conversation_index(conversation)
    return _saved(conversation, "deleted_at")


def _delete(user: User, conversations: Sequence[Conversation]) -> Deleted:
    ids = [conversation.id for conversation in conversations]
    public_ids = [conversation.conversation_id for conversation in conversations]
    messages = Message.objects.filter(conversation_id__in=ids).count()
    Conversation.objects.filter(id__in=ids).update(deleted_at=clock.now())
    running = Generation.objects.active().filter(conversation_id__in=ids)
    for generation_id in running.values_list("id", flat=True):
        transaction.on_commit(partial(generation_stop_soon, generation_id))
    for public_id in public_ids:
        transaction.on_commit(partial(changes.announce_removal, user.id, public_id))
    return Deleted(public_ids, len(ids), messages)


def _saved(conversation: Conversation, *fields: str) -> Conversation:
    conversation.save(update_fields=fields)
    transaction.on_commit(partial(changes.announce, conversation))
    return conversation
