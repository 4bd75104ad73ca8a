"""What an exporter is: it writes one conversation as a file, message by message."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from conversations import tree
from conversations.models import Conversation, Message
from conversations.tree import Node
from librechat.kernel import clock

Scope: TypeAlias = Literal["branch", "tree"]
BATCH = 500


@dataclass(frozen=True, slots=True)
class Export:
    """A conversation and which of its messages are wanted, parents before children.

    row_ids: of the wanted messages; the rows themselves are read in batches.
    """

    conversation: Conversation
    row_ids: tuple[str, ...]
    scope: Scope
    at: datetime

    def messages(self, *, only: Sequence[str] = ()) -> Iterator[Message]:
        """Yield the messages; memory holds one batch of them.

        ``only``: the columns the format shows, where reading all takes too long.
        """
        rows = Message.objects.only(*only) if only else Message.objects.all()
        for start in range(0, len(self.row_ids), BATCH):
            wanted = self.row_ids[start : start + BATCH]
            found = rows.in_bulk(wanted)
            yield from (found[one] for one in wanted if one in found)


class Exporter(Protocol):
    """A module that writes a format."""

    MEDIA_TYPE: str
    EXTENSION: str

    def write(self, export: Export) -> Iterator[str]:
        """Yield the file's text, piece by piece."""
        ...


def export_of(conversation: Conversation, scope: Scope) -> Export:
    """Return a conversation ready to be written: the branch looked at last, or every message."""
    rows = conversation.messages.in_order().values_list("id", "message_id", "parent_message_id")
    row_ids = {message_id: row_id for row_id, message_id, _parent in rows}
    if scope == "branch":
        nodes = [Node(*places) for _row_id, *places in rows]
        leaf = conversation.leaf_message_id
        leaf = tree.latest_leaf_below(nodes, leaf) if leaf in row_ids else tree.latest_leaf(nodes)
        branch = set(tree.branch_to(nodes, leaf))
        row_ids = {one: row_id for one, row_id in row_ids.items() if one in branch}
    return Export(conversation, tuple(row_ids.values()), scope, clock.now())
