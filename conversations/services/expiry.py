"""When a chat goes away by itself."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.overrides import effective
from accounts.config import InterfaceConfig
from accounts.models import User
from conversations.errors import RetentionError
from conversations.models import Conversation
from conversations.search.indexing import conversation_index, messages_index
from conversations.services import changes
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError

RETENTION_HOURS = 720
EXPIRY_FIELDS = ("expired_at", "expiry_is_chosen")


def temporary_retention(user: User) -> timedelta:
    """Return how long a temporary chat of a person stays."""
    hours = effective("interface", InterfaceConfig, user).temporary_chat_retention
    return timedelta(hours=float(hours or RETENTION_HOURS))


def general_retention(user: User) -> timedelta | None:
    """Return how long the operator lets any chat stay; None when for good."""
    interface = effective("interface", InterfaceConfig, user)
    if interface.retention_mode != "all":
        return None
    return timedelta(hours=float(interface.general_chat_retention or RETENTION_HOURS))


def retention_of(conversation: Conversation) -> timedelta | None:
    """Return how long a chat stays after its last turn; None when the operator sets no end."""
    if conversation.is_temporary:
        return temporary_retention(conversation.user)
    return general_retention(conversation.user)


def expiry_renew(conversation: Conversation) -> None:
    """Set when the chat goes away after a turn that begins now; the caller saves EXPIRY_FIELDS.

    The operator's time starts anew with each turn. A date that the person chose stays, unless the
    operator keeps chats for less long; without a rule only a chosen one stays.
    """
    retention = retention_of(conversation)
    latest = None if retention is None else clock.now() + retention
    chosen = conversation.expired_at if conversation.expiry_is_chosen else None
    if chosen is None or (latest is not None and latest < chosen):
        conversation.expired_at, conversation.expiry_is_chosen = latest, False


def expiries_lift() -> int:
    """Keep the ordinary chats that only a rule ends which holds no longer; return how many."""
    ruled = Conversation.objects.filter(is_temporary=False, expiry_is_chosen=False)
    ruled = ruled.exclude(expired_at=None)
    people = User.objects.filter(pk__in=ruled.order_by().values("user"))
    free = [person for person in people.iterator() if general_retention(person) is None]
    return sum(ruled.filter(user=person).update(expired_at=None) for person in free)


@transaction.atomic
def conversation_expiry_set(*, conversation: Conversation, expired_at: datetime) -> Conversation:
    """Let a chat go away at a moment.

    Raises:
        InvalidInputError: the moment has passed.
        RetentionError: the operator keeps chats for less long.
    """
    if expired_at <= clock.now():
        raise InvalidInputError(_("The chat would end in the past."), field="expiredAt")
    if expired_at > (latest_expiry(conversation) or expired_at):
        raise RetentionError
    conversation.expired_at, conversation.expiry_is_chosen = expired_at, True
    return _saved(conversation)


@transaction.atomic
def conversation_expiry_remove(*, conversation: Conversation) -> Conversation:
    """Keep a chat for good; a temporary one becomes an ordinary one, which is listed and found.

    Raises:
        RetentionError: the operator keeps no chat for good.
    """
    if not may_be_kept(conversation):
        raise RetentionError
    was_temporary = conversation.is_temporary
    conversation.expired_at, conversation.expiry_is_chosen = None, False
    conversation.is_temporary = False
    _saved(conversation, "is_temporary")
    if was_temporary:
        conversation_index(conversation)
        messages_index(list(conversation.messages.all()))
    return conversation


def latest_expiry(conversation: Conversation) -> datetime | None:
    """Return the last moment a person may choose; None when there is none."""
    retention = retention_of(conversation)
    if retention is None:
        return None
    return conversation.expired_at or clock.now() + retention


def may_be_kept(conversation: Conversation) -> bool:
    """Return whether the operator lets the person keep a chat for good."""
    return general_retention(conversation.user) is None


def _saved(conversation: Conversation, *fields: str) -> Conversation:
    conversation.save(update_fields=[*EXPIRY_FIELDS, *fields])
    transaction.on_commit(partial(changes.announce, conversation))
    return conversation
