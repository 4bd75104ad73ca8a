"""The branch map of a conversation, a page at a time, ready for the templates."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conversations import tree
from conversations.models import Conversation, Message
from conversations.queries.outline import Stretch, outline_of
from conversations.queries.thread import text_of

PAGE = 60
MAX_WORDS = 120  # characters
MAX_DEPTH = 6  # steps that are drawn; deeper rows stand below the last
MARKS = re.compile(r"[#*_`~|>]+|\n\s*[-+]\s")


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A version of a turn and how many messages follow it before the next fork.

    who: what answered is called, and model which model that was where the name does not say so;
    both empty for the person.
    """

    message_id: str
    who: str
    model: str
    words: str
    more: int
    place: int
    versions: int
    depth: int
    ways: int
    is_current: bool
    is_end: bool


@dataclass(frozen=True, slots=True)
class BranchMap:
    """A page of the map; ``before`` names the row above which it goes on, empty at the top.

    ``branches``: how many ends the whole tree has. ``is_last``: whether the map ends here.
    """

    conversation: Conversation
    rows: tuple[BranchRow, ...]
    branches: int
    before: str
    is_last: bool


def branch_map(
    conversation: Conversation,
    *,
    before: str = "",
    first: str = "",
    limit: int = PAGE,
) -> BranchMap:
    """Return the last rows of the map, or those above ``before``; two queries however long.

    first: the row that is on top where more than a page is shown; at least from there on.
    """
    nodes = [
        tree.Node(*row)
        for row in Message.objects.filter(conversation=conversation)
        .in_order()
        .values_list("message_id", "parent_message_id")
    ]
    leaf = conversation.leaf_message_id
    known = any(node.message_id == leaf for node in nodes)
    leaf = tree.latest_leaf_below(nodes, leaf) if known else tree.latest_leaf(nodes)
    stretches = outline_of(nodes, leaf)
    end = _place(stretches, before)
    begin = min(max(end - limit, 0), _place(stretches, first))
    shown = stretches[begin:end]
    messages = _messages(conversation, [one.message_id for one in shown])
    return BranchMap(
        conversation=conversation,
        rows=tuple(
            _row(one, messages, is_end=one is stretches[-1])
            for one in shown
            if one.message_id in messages
        ),
        branches=sum(1 for one in stretches if not one.ways),
        before=shown[0].message_id if shown and begin else "",
        is_last=end == len(stretches),
    )


def _place(stretches: Sequence[Stretch], message_id: str) -> int:
    """Return before which row a page ends; unknown: after the last."""
    places = (place for place, one in enumerate(stretches) if one.message_id == message_id)
    return next(places, len(stretches))


def _messages(conversation: Conversation, ids: Sequence[str]) -> dict[str, Message]:
    rows = Message.objects.filter(conversation=conversation, message_id__in=ids)
    return {message.message_id: message for message in rows}


def _row(one: Stretch, messages: Mapping[str, Message], *, is_end: bool) -> BranchRow:
    message = messages[one.message_id]
    name = message.sender or message.model or message.endpoint
    return BranchRow(
        message_id=one.message_id,
        who="" if message.is_created_by_user else name,
        model="" if message.is_created_by_user or message.model == name else message.model,
        words=words_of(text_of(message)),
        more=one.size - 1,
        place=one.place,
        versions=one.versions,
        depth=min(one.depth, MAX_DEPTH),
        ways=one.ways,
        is_current=one.is_current,
        is_end=is_end,
    )


def words_of(text: str) -> str:
    """Return how a text begins, on one line and without the signs of Markdown."""
    words = " ".join(MARKS.sub(" ", text[: 4 * MAX_WORDS]).split())
    return words if len(words) <= MAX_WORDS else f"{words[:MAX_WORDS].rstrip()}…"
