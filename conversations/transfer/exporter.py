"""What an exporter is: it writes one conversation as a file, message by message."""

from collections.abc import Iterator
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

    nodes: the wanted messages' places; the rows themselves are read in batches.
    """

    conversation: Conversation
    nodes: tuple[Node, ...]
    scope: Scope
    at: datetime

    def messages(self) -> Iterator[Message]:
        """Yield the messages; memory holds one batch of them."""
        for start in range(0, len(self.nodes), BATCH):
            wanted = [node.message_id for node in self.nodes[start : start + BATCH]]
            rows = self.conversation.messages.filter(message_id__in=wanted)
            found = {row.message_id: row for row in rows}
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
    links = conversation.messages.in_order().values_list("message_id", "parent_message_id")
    nodes = [Node(*row) for row in links]
    if scope == "branch":
        known = {node.message_id for node in nodes}
        leaf = conversation.leaf_message_id
        leaf = tree.latest_leaf_below(nodes, leaf) if leaf in known else tree.latest_leaf(nodes)
        branch = set(tree.branch_to(nodes, leaf))
        nodes = [node for node in nodes if node.message_id in branch]
    return Export(conversation, tuple(nodes), scope, clock.now())
