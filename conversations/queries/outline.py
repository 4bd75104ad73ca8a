"""A conversation's tree in outline: its forks, and the messages between them as counts. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from conversations import tree


class Stretch(NamedTuple):
    """Messages that follow one another without a fork, from a version's first to the next fork.

    size: how many messages.
    place, versions: which of how many versions of its turn the first message is, from 1.
    depth: how many times one leaves the way straight on to get here.
    ways: how many versions follow on its last message; 0 at the end of a branch.
    """

    message_id: str
    size: int
    place: int
    versions: int
    depth: int
    ways: int
    is_current: bool


class _Start(NamedTuple):
    message_id: str
    place: int
    versions: int
    depth: int


def outline_of(nodes: Sequence[tree.Node], leaf: str) -> list[Stretch]:
    """Return the stretches of a tree; the branch that ends at ``leaf`` is the current one.

    Of the versions of a turn the current one stands last and goes straight on, else the one with
    the most below it, and the newest of equals. So the list ends where the current branch ends,
    and a depth never passes the logarithm of the number of messages, however often a chat forks.
    """
    children = tree.children_of(nodes)
    current = set(tree.branch_to(nodes, leaf))
    sizes = _sizes(nodes)
    found: list[Stretch] = []
    waiting = _starts(children.get(tree.NO_PARENT, []), current, sizes, depth=0)
    while waiting:
        start = waiting.pop()
        size, last = 1, start.message_id
        while len(children.get(last, [])) == 1:
            [last] = children[last]
            size += 1
        ways = children.get(last, [])
        is_current = start.message_id in current
        found.append(
            Stretch(
                start.message_id,
                size,
                start.place,
                start.versions,
                start.depth,
                len(ways),
                is_current,
            ),
        )
        waiting.extend(_starts(ways, current, sizes, depth=start.depth))
    return found


def _starts(
    versions: Sequence[str],
    current: set[str],
    sizes: Mapping[str, int],
    *,
    depth: int,
) -> list[_Start]:
    """Return where the versions of a turn start, the last to be shown first."""
    if not versions:
        return []
    newest_first = reversed(versions)
    straight = max(newest_first, key=lambda one: (one in current, sizes[one]))
    numbered = [
        _Start(one, place, len(versions), depth + (one != straight))
        for place, one in enumerate(versions, start=1)
    ]
    onward = [start for start in numbered if start.message_id == straight]
    beside = [start for start in numbered if start.message_id != straight]
    return [*onward, *reversed(beside)]


def _sizes(nodes: Sequence[tree.Node]) -> dict[str, int]:
    """Return message id → how many messages hang below it, itself among them."""
    parents = tree.parents_of(nodes)
    levels = tree.levels_of(nodes)
    sizes = dict.fromkeys(levels, 1)
    for message_id in sorted(levels, key=lambda one: levels[one], reverse=True):
        if parents[message_id] in sizes:
            sizes[parents[message_id]] += sizes[message_id]
    return sizes
