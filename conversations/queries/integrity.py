"""Whether the stored conversations are what they should be."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from django.db.models import F, Q

from conversations.models import ACTIVE, Conversation, Generation, Message
from conversations.tree import Node, broken_nodes


def conversations_check() -> list[str]:
    """Return a sentence per fault: trees, branches in view, owners and runs that do not fit."""
    return [
        *_broken_trees(),
        *(f"Message {key} belongs to somebody else than its conversation." for key in _foreign()),
        *(f"Conversation {key} shows a branch whose end is gone." for key in _leafless()),
        *(f"Generation {key} runs for a message that is gone." for key in _aimless()),
    ]


def _broken_trees() -> Iterator[str]:
    """Yield the messages that no walk from a root reaches, one conversation in memory at once."""
    rows = Message.objects.order_by("conversation_id", "created_at", "id")
    columns = rows.values_list("conversation_id", "message_id", "parent_message_id")
    for conversation_pk, group in groupby(columns.iterator(), key=itemgetter(0)):
        nodes = [Node(message_id, parent) for _, message_id, parent in group]
        for message_id in broken_nodes(nodes):
            yield f"Message {message_id} of conversation {conversation_pk} hangs in the air."


def _foreign() -> Iterator[str]:
    rows = Message.objects.exclude(user=F("conversation__user")).order_by("id")
    return rows.values_list("message_id", flat=True).iterator()


def _leafless() -> Iterator[str]:
    here = Q(messages__message_id=F("leaf_message_id"))
    sound = Conversation.objects.filter(here).values("id")
    rows = Conversation.objects.exclude(leaf_message_id="").exclude(id__in=sound).order_by("id")
    return rows.values_list("conversation_id", flat=True).iterator()


def _aimless() -> Iterator[str]:
    here = Q(conversation__messages__message_id=F("response_message_id"))
    running = Generation.objects.filter(state__in=ACTIVE)
    aimed = running.filter(here).values("id")
    return running.exclude(id__in=aimed).order_by("id").values_list("id", flat=True).iterator()
