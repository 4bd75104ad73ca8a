"""The end of what was deleted: nothing of it is left."""

import logging
from functools import partial

from django.db import transaction
from django.utils.translation import gettext

from accounts.access.legal_hold import is_held, purgeable
from accounts.models import User
from conversations.models import DeletedItem, Generation, conversation_lock
from conversations.models.conversation import ConversationQuerySet
from conversations.queries.bin import (
    chats_expired,
    chats_outdated,
    deleted_conversations,
    items_in_bin,
)
from conversations.search.indexing import conversations_forget
from conversations.services import changes
from conversations.services.bin import items_end
from conversations.services.stopping import generation_stop_soon
from librechat.kernel import clock
from librechat.kernel.errors import NotFoundError

PURGE_BATCH = 200
logger = logging.getLogger(__name__)


def conversations_purge() -> int:
    """Remove for good, a batch, what was in the bin for its time or expired; return how many."""
    expired = _remove(purgeable(chats_expired()))
    deleted = _remove(purgeable(chats_outdated()))
    if expired or deleted:
        logger.info("Chats were purged.", extra={"expired": expired, "from_bin": deleted})
    return expired + deleted


def conversation_purge_now(*, user: User, conversation_id: str) -> None:
    """Remove one deleted conversation for good.

    Raises:
        NotFoundError: there is none, it is not theirs, or it is not deleted.
    """
    deleted = deleted_conversations(user).filter(conversation_id=conversation_id)
    if not conversations_end(user=user, conversations=deleted):
        raise NotFoundError(gettext("This conversation is not in the bin."))


def bin_empty(*, user: User) -> int:
    """Remove everything a person deleted for good and return how many things that were."""
    total = conversations_end(user=user, conversations=deleted_conversations(user))
    items = items_in_bin(user)
    while ids := list(items.values_list("id", flat=True)[:PURGE_BATCH]):
        total += items_end(user=user, items=DeletedItem.objects.filter(id__in=ids))
    return total


def conversations_end(*, user: User, conversations: ConversationQuerySet) -> int:
    """Remove a person's conversations for good; return how many.

    Under a legal hold their time is over instead, and they wait for the purge that follows it.
    """
    if is_held(user):
        # As chosen by the person: a rule that is lifted does not bring it back.
        return conversations.update(expired_at=clock.now(), expiry_is_chosen=True)
    total = 0
    while removed := _remove(purgeable(conversations)):
        total += removed
    return total


def _remove(gone: ConversationQuerySet) -> int:
    """Delete a batch of conversations with all that hangs on them and return how many.

    What runs is stopped. Its events need no deletion: the run that ends lets them expire, as
    those of an earlier run have expired already.
    """
    rows = list(gone.values_list("id", "user_id", "conversation_id")[:PURGE_BATCH])
    for generation_id in _running([conversation_pk for conversation_pk, _, _ in rows]):
        generation_stop_soon(generation_id)
    for conversation_pk, user_id, public_id in rows:
        with transaction.atomic():  # one each, so that nobody waits long
            conversation_lock(conversation_pk)
            # Unless it came back meanwhile.
            if gone.filter(id=conversation_pk).delete()[0]:
                conversations_forget([conversation_pk])
                transaction.on_commit(partial(changes.announce_removal, user_id, public_id))
    return len(rows)


def _running(conversation_pks: list[str]) -> list[str]:
    active = Generation.objects.active().filter(conversation_id__in=conversation_pks)
    return list(active.values_list("id", flat=True))
