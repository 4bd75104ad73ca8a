"""Tells whoever listens that a conversation's row in the list changed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.core.cache import cache

from conversations.models import Conversation
from librechat.kernel.ids import new_object_id

logger = logging.getLogger(__name__)
STAMP_SECONDS = 60 * 60  # far more than a page takes to open its socket


@dataclass(frozen=True, slots=True)
class Change:
    """A row to show anew or to take away, or a queue of follow-ups to show anew."""

    user_id: str
    conversation_id: str
    kind: Literal["upsert", "remove", "queue"]


_listeners: list[Callable[[Change], None]] = []


def subscribe(listener: Callable[[Change], None]) -> None:
    """Call ``listener`` after each change, in the thread that made it; for ``AppConfig.ready``."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce(conversation: Conversation) -> None:
    """Say that the row changed. Call it when the change is committed."""
    _tell(Change(conversation.user_id, conversation.conversation_id, "upsert"))


def announce_removal(user_id: str, conversation_id: str) -> None:
    """Say that the row is gone. Call it when the change is committed."""
    _tell(Change(user_id, conversation_id, "remove"))


def announce_queue(conversation: Conversation) -> None:
    """Say that the follow-ups changed. Call it when the change is committed."""
    _tell(Change(conversation.user_id, conversation.conversation_id, "queue"))


def stamp_of(user_id: str) -> str:
    """Return a word that is another one after each change; blank when there was none for long.

    A page is drawn before its socket is open: where the two were told different words, the page
    has missed a change.
    """
    return str(cache.get(_stamp_key(user_id), ""))


def _stamp(change: Change) -> None:
    cache.set(_stamp_key(change.user_id), new_object_id(), STAMP_SECONDS)


def _stamp_key(user_id: str) -> str:
    return f"list-stamp:{user_id}"


def _tell(change: Change) -> None:
    # Stamped first: whoever connects in between reads it anew, or is told.
    for listener in (_stamp, *_listeners):
        try:
            listener(change)
        except Exception:  # a listener's trouble must not fail the write that is done already
            logger.exception("A listener failed.", extra={"conversation": change.conversation_id})
