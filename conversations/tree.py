"""The message tree: branches, siblings, leaves.

Everything here is a loop over rows, never recursion, and ends on broken data too: a cycle is
walked once, a message whose parent is missing counts as a root.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

# The same as kernel.ids.NO_PARENT; written out because this module imports nothing of Django.
NO_PARENT = "00000000-0000-0000-0000-000000000000"


class Node(NamedTuple):
    """A message's place; rows are given oldest first."""

    message_id: str
    parent_message_id: str


class Tree:
    """One tree of which several things are asked; its rows are walked once.

    nodes: (message id, parent id), oldest first.
    """

    def __init__(self, nodes: Iterable[tuple[str, str]]) -> None:
        self._parents = parents_of(nodes)
        # Rows are oldest first, so that the newest child stays.
        self._newest = {parent: child for child, parent in self._parents.items()}

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._parents

    def branch_to(self, leaf: str, *, limit: int | None = None) -> list[str]:
        """Return the ids from the root to ``leaf``; with ``limit`` only the last so many."""
        parents = self._parents
        branch: list[str] = []
        seen: set[str] = set()
        current = leaf
        while current in parents and current not in seen and len(branch) != limit:
            seen.add(current)
            branch.append(current)
            current = parents[current]
        branch.reverse()
        return branch

    def latest_leaf_below(self, message_id: str = NO_PARENT) -> str:
        """Return where one ends up by going to the newest child again and again."""
        seen: set[str] = set()
        current = message_id
        while current not in seen:
            seen.add(current)
            current = self._newest.get(current, current)
        return current

    def versions_of(self, message_ids: Iterable[str]) -> dict[str, list[str]]:
        """Return message id → the ids below the same parent, oldest first, itself among them."""
        asked = [message_id for message_id in message_ids if message_id in self._parents]
        groups: dict[str, list[str]] = {self._parents[message_id]: [] for message_id in asked}
        for message_id, parent in self._parents.items():
            if parent in groups:
                groups[parent].append(message_id)
        return {message_id: groups[self._parents[message_id]] for message_id in asked}


def parents_of(nodes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return message id → parent id; ``NO_PARENT`` for roots and for orphans."""
    parents = dict(nodes)
    roots = [message_id for message_id, parent_id in parents.items() if parent_id not in parents]
    return parents | dict.fromkeys(roots, NO_PARENT)


def children_of(nodes: Iterable[Node]) -> dict[str, list[str]]:
    """Return parent id → children's ids, oldest first; the roots are under ``NO_PARENT``."""
    children: dict[str, list[str]] = {}
    for message_id, parent_id in parents_of(nodes).items():
        children.setdefault(parent_id, []).append(message_id)
    return children


def branch_to(nodes: Iterable[Node], leaf: str, *, limit: int | None = None) -> list[str]:
    """Return the ids from the root to ``leaf``; with ``limit`` only the last so many.

    An unknown leaf has no branch: the list is empty.
    """
    return Tree(nodes).branch_to(leaf, limit=limit)


def siblings(nodes: Iterable[Node], message_id: str) -> list[str]:
    """Return the ids that share ``message_id``'s parent, itself among them, oldest first."""
    parents = parents_of(nodes)
    if message_id not in parents:
        return []
    parent = parents[message_id]
    return [other for other, its_parent in parents.items() if its_parent == parent]


def latest_leaf_below(nodes: Iterable[Node], message_id: str) -> str:
    """Return where one ends up by going to the newest child again and again."""
    return Tree(nodes).latest_leaf_below(message_id)


def latest_leaf(nodes: Sequence[Node]) -> str:
    """Return the leaf of the newest branch from the root; ``NO_PARENT`` for an empty tree."""
    return latest_leaf_below(nodes, NO_PARENT)


def broken_nodes(nodes: Sequence[Node]) -> list[str]:
    """Return the ids that no walk from a root reaches or whose parent is missing."""
    known = {node.message_id for node in nodes}
    orphans = {
        node.message_id for node in nodes if node.parent_message_id not in known | {NO_PARENT}
    }
    children = children_of(nodes)
    reached: set[str] = set()
    waiting = list(children.get(NO_PARENT, []))
    while waiting:
        current = waiting.pop()  # each message hangs below one parent, so it comes once
        reached.add(current)
        waiting.extend(children.get(current, []))
    return [
        node.message_id
        for node in nodes
        if node.message_id in orphans or node.message_id not in reached
    ]


def levels_of(nodes: Iterable[Node]) -> dict[str, int]:
    """Return message id → steps below its root, level by level; without what a cycle cuts off."""
    children = children_of(nodes)
    levels: dict[str, int] = {}
    current, level = children.get(NO_PARENT, []), 0
    while current:
        levels |= dict.fromkeys(current, level)
        current = [child for parent in current for child in children.get(parent, [])]
        level += 1
    return levels


def with_branches(nodes: Sequence[Node], target: str) -> set[str]:
    """Return the messages from the root to ``target`` and the siblings of each of them."""
    parents = parents_of(nodes)
    on_path = {parents[message_id] for message_id in branch_to(nodes, target)}
    return {message_id for message_id, parent in parents.items() if parent in on_path}


def down_to_level(nodes: Sequence[Node], target: str) -> set[str]:
    """Return the messages of all branches that lie no deeper than ``target``."""
    levels = levels_of(nodes)
    if target not in levels:
        return set()
    return {message_id for message_id, level in levels.items() if level <= levels[target]}


def split_at(nodes: Sequence[Node], target: str) -> list[Node]:
    """Return the tree without the levels above ``target``; the messages beside it are roots."""
    levels = levels_of(nodes)
    if target not in levels:
        return []
    kept = {message_id for message_id, level in levels.items() if level >= levels[target]}
    return planted(nodes, kept)


def planted(nodes: Sequence[Node], kept: Collection[str]) -> list[Node]:
    """Return some messages as a tree of their own, each parent before its children.

    A message whose parent is not among them is a root, and a cycle is opened.
    """
    inside = set(kept)
    chosen = [node for node in nodes if node.message_id in inside]
    parents = dict(chosen)
    levels = levels_of(chosen)
    order = sorted(parents, key=lambda message_id: levels.get(message_id, len(parents)))
    placed: set[str] = set()
    tree: list[Node] = []
    for message_id in order:
        parent = parents[message_id]
        tree.append(Node(message_id, parent if parent in placed else NO_PARENT))
        placed.add(message_id)
    return tree
