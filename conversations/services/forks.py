"""Copies of conversations: forked at a message, or whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Literal, TypeAlias

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from conversations import tree
from conversations.models import Conversation, Message, conversation_lock
from conversations.search.indexing import conversation_index, messages_index
from conversations.services import changes
from conversations.services.copies import BATCH, copied_metadata, later, messages_copy
from conversations.services.texts import check_text
from conversations.tree import NO_PARENT, Node
from librechat.kernel.errors import NotFoundError
from librechat.kernel.ids import new_object_id, new_uuid
from librechat.kernel.inserting import rows_insert

ForkOption: TypeAlias = Literal["directPath", "includeBranches", "targetLevel"]

MAX_TITLE = 1_024
# A copy is neither archived nor pinned: whoever makes one wants to go on with it.
OPTIONS = (
    "title",
    "endpoint",
    "endpoint_type",
    "model",
    "agent_id",
    "spec",
    "parameters",
    "files",
    "project_id",
    "is_temporary",
    "expired_at",
    "expiry_is_chosen",
)


@dataclass(frozen=True, slots=True)
class Copied:
    """A new conversation, and old message id → id of its copy."""

    conversation: Conversation
    message_ids: dict[str, str]


@transaction.atomic
def conversation_fork(
    *,
    user: User,
    conversation: Conversation,
    message_id: str,
    option: ForkOption = "targetLevel",
    splits_at_target: bool = False,
    latest_message_id: str = "",
) -> Conversation:
    """Return a new conversation with the part of this one that leads to a message.

    ``splits_at_target``: it begins at the message's level and leads to ``latest_message_id``,
    by default the end of the newest branch below the message.

    Raises:
        NotFoundError: a message named is not in the conversation, or lies above the split.
    """
    conversation_lock(conversation.id)
    nodes, target = _nodes(conversation), message_id
    if splits_at_target:
        nodes = tree.split_at(nodes, message_id)
        target = latest_message_id or tree.latest_leaf_below(nodes, message_id)
    if all(node.message_id != target for node in nodes):
        raise NotFoundError(_("This message does not exist."))
    copied = _copied(user, conversation, tree.planted(nodes, _kept(nodes, target, option)))
    return _opened_at(copied, target)


@transaction.atomic
def conversation_duplicate(*, conversation: Conversation, title: str = "") -> Conversation:
    """Return a copy of the whole conversation, under another title where one is given.

    Raises:
        InvalidInputError: the title is too long or no text.
    """
    conversation_lock(conversation.id)
    nodes = _nodes(conversation)
    everything = [node.message_id for node in nodes]
    cleaned = " ".join(title.split())
    check_text("title", cleaned, longest=MAX_TITLE)
    copied = _copied(
        conversation.user,
        conversation,
        tree.planted(nodes, everything),
        **({"title": cleaned} if cleaned else {}),
    )
    return _opened_at(copied, conversation.leaf_message_id)


@transaction.atomic
def conversation_copy(
    *,
    user: User,
    source_fields: Mapping[str, Any],
    rows: Iterable[Message],
) -> Copied:
    """Store a new conversation with copies of messages under ids of their own.

    ``source_fields``: columns of the conversation. ``rows``: stored or not, each parent before
    its children; a message whose parent did not come before it is a root. They become the copies,
    batch by batch, so a generator keeps the memory small.
    """
    conversation = Conversation.objects.create(user=user, **source_fields)
    message_ids: dict[str, str] = {}
    moments: dict[str, datetime] = {}
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        for row in batch:
            original_id, parent_id = row.message_id, row.parent_message_id
            row.created_at = later(row.created_at, moments.get(parent_id))
            _become_copy(row, conversation, message_ids.get(parent_id, NO_PARENT))
            message_ids[original_id] = row.message_id
            moments[original_id] = row.created_at
        rows_insert(batch)
        messages_index(batch)
    _made(conversation)
    return Copied(conversation, message_ids)


def _kept(nodes: Sequence[Node], target: str, option: ForkOption) -> set[str]:
    match option:
        case "directPath":
            return set(tree.branch_to(nodes, target))
        case "includeBranches":
            return tree.with_branches(nodes, target)
        case "targetLevel":
            return tree.down_to_level(nodes, target)


def _nodes(conversation: Conversation) -> list[Node]:
    rows = conversation.messages.in_order()
    return [Node(*row) for row in rows.values_list("message_id", "parent_message_id")]


def _copied(user: User, source: Conversation, nodes: Sequence[Node], **fields: str) -> Copied:
    options = {name: getattr(source, name) for name in OPTIONS} | fields
    conversation = Conversation.objects.create(user=user, **options)
    message_ids = messages_copy(source=source, conversation=conversation, nodes=nodes)
    _made(conversation)
    conversation.tags.set(source.tags.all())
    return Copied(conversation, message_ids)


def _made(conversation: Conversation) -> None:
    conversation_index(conversation)
    transaction.on_commit(partial(changes.announce, conversation))


def _become_copy(row: Message, conversation: Conversation, parent: str) -> None:
    """Give a row an identity of its own; everything a message shows stays as it is.

    In place: to make ten thousand objects a second time takes longer than to store them.
    """
    row.id, row.message_id = new_object_id(), new_uuid()
    row.conversation, row.user_id = conversation, conversation.user_id
    row.parent_message_id, row.revision = parent, 0
    row.metadata = copied_metadata(row.metadata)


def _opened_at(copied: Copied, message_id: str) -> Conversation:
    """Return the copy, with the branch to a message of the original in view."""
    conversation = copied.conversation
    conversation.leaf_message_id = copied.message_ids.get(message_id, "")
    conversation.save(update_fields=["leaf_message_id"])
    return conversation
