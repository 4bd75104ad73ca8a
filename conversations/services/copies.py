"""Copies of stored messages, made inside the database: their texts are never read.

To take ten thousand messages apart and put them together again takes longer than to store them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.db import connection, transaction

from conversations.models import Conversation, Message
from conversations.search.copied import copies_index
from conversations.tree import NO_PARENT, Node
from librechat.kernel.ids import new_object_id, new_uuid

BATCH = 500
A_MOMENT = timedelta(milliseconds=1)  # clients see no finer times
# Columns a copy has values of its own in; of the last two only where they are not null.
OWN = ("id", "message_id", "conversation_id", "user_id", "parent_message_id", "revision")
OWN_OR_KEPT = ("created_at", "metadata")
# Row id, time and metadata of a stored message.
Stored: TypeAlias = tuple[str, datetime, dict[str, Any]]


@transaction.atomic
def messages_copy(
    *,
    source: Conversation,
    conversation: Conversation,
    nodes: Sequence[Node],
) -> dict[str, str]:
    """Store copies of messages in another conversation; return old message id → new one.

    ``nodes``: which messages, each parent before its children, below the parents they name.
    """
    copies = _Copies(conversation)
    found = _stored(source)
    for start in range(0, len(nodes), BATCH):
        batch = nodes[start : start + BATCH]
        _insert([copies.values(node, found[node.message_id]) for node in batch])
    copies_index(conversation, copies.originals)
    return copies.message_ids


def later(moment: datetime, before: datetime | None) -> datetime:
    """Return when a copy was made: after its parent, since a thread's order is by time."""
    return before + A_MOMENT if before is not None and moment <= before else moment


def copied_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy's metadata; {} where there is none.

    What the answer cost was paid in the chat it comes from; see queries/statistics.py.
    """
    return {**metadata, "copied": True} if metadata else {}


class _Copies:
    """Who the copies are: parents come first, so each finds its parent's copy here.

    ``originals``: row id of a copy → row id of its original.
    """

    def __init__(self, conversation: Conversation) -> None:
        self.message_ids: dict[str, str] = {}
        self.originals: dict[str, str] = {}
        self._conversation = conversation
        self._moments: dict[str, datetime] = {}

    def values(self, node: Node, stored: Stored) -> tuple[Any, ...]:
        """Return what a new copy has in OWN and OWN_OR_KEPT, and its original's row id."""
        original_id, made_at, metadata = stored
        row_id, message_id = new_object_id(), new_uuid()
        moment = later(made_at, self._moments.get(node.parent_message_id))
        parent = self.message_ids.get(node.parent_message_id, NO_PARENT)
        self.message_ids[node.message_id] = message_id
        self.originals[row_id] = original_id
        self._moments[node.message_id] = moment
        conversation = self._conversation
        own = (row_id, message_id, conversation.id, conversation.user_id, parent, 0)
        return (
            *own,
            None if moment == made_at else _stored_as("created_at", moment),
            _stored_as("metadata", copied_metadata(metadata)) if metadata else None,
            original_id,
        )


def _stored(source: Conversation) -> dict[str, Stored]:
    """Return message id → what is read of it; at once, as a part takes as long to find."""
    rows = source.messages.order_by().values_list("message_id", "id", "created_at", "metadata")
    return {message_id: (row_id, made_at, extra) for message_id, row_id, made_at, extra in rows}


def _stored_as(name: str, value: object) -> object:
    column = next(one for one in Message._meta.concrete_fields if one.name == name)  # noqa: SLF001 - public but for its name
    return column.get_db_prep_save(value, connection)


def _insert(values: Sequence[Sequence[Any]]) -> None:
    meta = Message._meta  # noqa: SLF001 - public but for its name
    columns = [str(field.column) for field in meta.concrete_fields]
    kept = [name for name in columns if name not in {*OWN, *OWN_OR_KEPT}]
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(name) for name in (*OWN, *OWN_OR_KEPT, *kept))
    chosen = ", ".join(
        [
            *["%s"] * len(OWN),
            *[f"COALESCE(%s, {quoted(name)})" for name in OWN_OR_KEPT],
            *[quoted(name) for name in kept],
        ],
    )
    table = quoted(meta.db_table)
    statement = (
        f"INSERT INTO {table} ({names}) SELECT {chosen}"  # noqa: S608 - names of ours
        f" FROM {table} WHERE {quoted('id')} = %s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
