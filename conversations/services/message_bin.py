"""Messages in the bin, and their way back to their place in the tree."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from conversations.models import Conversation, DeletedItem, Message, conversation_lock
from conversations.models.message import MessageQuerySet
from conversations.search.indexing import messages_index
from conversations.services import changes
from conversations.services.bin import bin_put, rows_kept, rows_put_back
from librechat.kernel.errors import ConflictError
from librechat.kernel.ids import NO_PARENT

TITLE_CHARACTERS = 120


def message_put(*, message: Message, children: Sequence[str], is_leaf: bool) -> DeletedItem:
    """Put a message into the bin, with what tells its place.

    ``children``: message ids that hang below it and are about to move up.
    """
    return bin_put(
        user=message.user,
        kind=DeletedItem.Kind.MESSAGE,
        source_id=message.message_id,  # what other messages in the bin name as their parent
        title=_title(message),
        content={
            "rows": rows_kept([message, *message.versions.all()]),
            "parent": message.parent_message_id,
            "children": list(children),
            "is_leaf": is_leaf,
        },
        conversation=message.conversation,
    )


def message_put_back(content: dict[str, Any], user: User) -> None:
    """Put a message back under its parent; what moved up and still hangs there returns to it.

    Messages can come back in any order: below a parent that is still in the bin it hangs from
    the nearest one that is not, and returns to the parent with it.

    Raises:
        ConflictError: its conversation is deleted, or the message is there.
    """
    row = content["rows"][0]
    conversation = _conversation(row["fields"]["conversation"], user)
    conversation_lock(conversation.id)
    message_id = row["fields"]["message_id"]
    if Message.objects.filter(user=user, message_id=message_id).exists():
        raise ConflictError(_("This message is in the chat already."))
    way = _way_up(conversation, message_id, content["parent"])
    place = row["fields"]["parent_message_id"] = way[-1]
    rows_put_back(content["rows"])
    messages_index(list(_messages(conversation, [message_id])))
    _take_children_back(conversation, message_id, way, content["children"])
    if content["is_leaf"]:
        looked_at = "" if place == NO_PARENT else place
        Conversation.objects.filter(id=conversation.id, leaf_message_id=looked_at).update(
            leaf_message_id=message_id,
        )
    transaction.on_commit(partial(changes.announce, conversation))


def _conversation(conversation_pk: str, user: User) -> Conversation:
    found = Conversation.objects.visible_to(user).filter(id=conversation_pk).first()
    if found is None:
        raise ConflictError(
            _("The chat of this message is deleted. Bring the chat back first, then the message."),
        )
    return found


def _way_up(conversation: Conversation, message_id: str, parent: str) -> list[str]:
    """Return the parents up to the nearest one that is not in the bin, which is the last.

    Each deleted message on the way will take this one along when it comes back.
    """
    way: list[str] = []
    while parent != NO_PARENT and not _messages(conversation, [parent]).exists():
        above = _in_bin(conversation, [parent])
        if parent in way or not above:
            return [*way, NO_PARENT]
        way.append(parent)
        above[0].content["children"].append(message_id)
        above[0].save(update_fields=["content"])
        parent = above[0].content["parent"]
    return [*way, parent]


def _take_children_back(
    conversation: Conversation,
    message_id: str,
    way: Sequence[str],
    children: Sequence[str],
) -> None:
    """Move what hangs on the way up for want of the message below the message.

    That are its children, and below those of them that are in the bin, their children.
    """
    seen: set[str] = {message_id}
    while waiting := set(children) - seen:
        seen |= waiting
        moved_up = _messages(conversation, list(waiting)).filter(parent_message_id=way[-1])
        moved_up.update(parent_message_id=message_id)
        children = []
        for item in _in_bin(conversation, list(waiting)):
            if item.content["parent"] in way:
                item.content["parent"] = message_id
                item.save(update_fields=["content"])
                children += item.content["children"]


def _messages(conversation: Conversation, message_ids: Sequence[str]) -> MessageQuerySet:
    return Message.objects.filter(conversation=conversation, message_id__in=message_ids)


def _in_bin(conversation: Conversation, message_ids: Sequence[str]) -> list[DeletedItem]:
    items = DeletedItem.objects.filter(
        kind=DeletedItem.Kind.MESSAGE,
        conversation=conversation,
        source_id__in=message_ids,
    )
    return list(items)


def _title(message: Message) -> str:
    parts = [str(part.get("text", "")) for part in message.content if part.get("type") == "text"]
    words = " ".join(" ".join([message.text, *parts]).split())
    return words[:TITLE_CHARACTERS]
