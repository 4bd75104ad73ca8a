"""What a conversation adds up to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conversations.models import Conversation
from conversations.tree import Node, children_of


@dataclass(frozen=True, slots=True)
class ConversationStatistics:
    """Counts of one conversation.

    ``branches``: messages nobody answered, so ways through the tree. Tokens are what providers
    counted or, failing that, what was estimated; ``cost`` is in credits, 1,000,000 a dollar.
    Answers copied from another chat cost nothing here.
    """

    messages: int
    user_messages: int
    answers: int
    branches: int
    input_tokens: int
    output_tokens: int
    cost: int
    models: list[str]
    first_at: datetime | None
    last_at: datetime | None


def conversation_statistics(conversation: Conversation) -> ConversationStatistics:
    """Return the counts; one query, which leaves the texts where they are."""
    rows = list(
        conversation.messages.in_order().values_list(
            "message_id",
            "parent_message_id",
            "is_created_by_user",
            "model",
            "metadata",
            "created_at",
        ),
    )
    parents = children_of(Node(row[0], row[1]) for row in rows)
    asked = sum(row[2] for row in rows)
    models = [row[3] for row in rows if row[3] and not row[2]]
    paid = [row[4] for row in rows if not row[4].get("copied")]
    return ConversationStatistics(
        messages=len(rows),
        user_messages=asked,
        answers=len(rows) - asked,
        branches=sum(row[0] not in parents for row in rows),
        input_tokens=sum(_used(metadata, "input") for metadata in paid),
        output_tokens=sum(_used(metadata, "output") for metadata in paid),
        cost=sum(_number(metadata.get("credits")) for metadata in paid),
        models=list(dict.fromkeys(models)),
        first_at=rows[0][5] if rows else None,
        last_at=rows[-1][5] if rows else None,
    )


def _used(metadata: dict[str, Any], name: str) -> int:
    usage = metadata.get("usage")
    return _number(usage.get(name)) if isinstance(usage, dict) else 0


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
