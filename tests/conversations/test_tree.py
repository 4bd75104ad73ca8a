"""The message tree, also when it is deep, wide or broken."""

import sys
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from conversations import tree
from conversations.tree import NO_PARENT, Node

# a ─ b ─ c ─ d      and a second root: x
#   └ e ─ f
SMALL = [
    Node("a", NO_PARENT),
    Node("b", "a"),
    Node("c", "b"),
    Node("e", "a"),
    Node("d", "c"),
    Node("x", NO_PARENT),
    Node("f", "e"),
]


def deep(levels: int) -> list[Node]:
    return [Node(str(n), str(n - 1) if n else NO_PARENT) for n in range(levels)]


def test_a_branch_goes_from_the_root_to_the_leaf() -> None:
    assert tree.branch_to(SMALL, "d") == ["a", "b", "c", "d"]
    assert tree.branch_to(SMALL, "f") == ["a", "e", "f"]
    assert tree.branch_to(SMALL, "x") == ["x"]


def test_an_unknown_leaf_has_no_branch() -> None:
    assert tree.branch_to(SMALL, "nothing") == []
    assert tree.branch_to([], NO_PARENT) == []


def test_a_limit_keeps_the_end_of_a_branch() -> None:
    assert tree.branch_to(SMALL, "d", limit=2) == ["c", "d"]
    assert tree.branch_to(SMALL, "d", limit=9) == ["a", "b", "c", "d"]


def test_children_are_in_order_and_orphans_are_roots() -> None:
    children = tree.children_of([*SMALL, Node("lost", "gone")])
    assert children["a"] == ["b", "e"]
    assert children[NO_PARENT] == ["a", "x", "lost"]


def test_siblings_share_a_parent() -> None:
    assert tree.siblings(SMALL, "e") == ["b", "e"]
    assert tree.siblings(SMALL, "x") == ["a", "x"]
    assert tree.siblings(SMALL, "nothing") == []


def test_the_latest_leaf_is_found_by_the_newest_child_at_each_level() -> None:
    assert tree.latest_leaf_below(SMALL, "a") == "f"
    assert tree.latest_leaf_below(SMALL, "b") == "d"
    assert tree.latest_leaf_below(SMALL, "d") == "d"
    assert tree.latest_leaf(SMALL) == "x"
    assert tree.latest_leaf([]) == NO_PARENT


def test_a_cycle_is_walked_once() -> None:
    ring = [Node("a", "c"), Node("b", "a"), Node("c", "b"), Node("me", "me")]
    assert tree.branch_to(ring, "c") == ["a", "b", "c"]
    assert tree.latest_leaf_below(ring, "a") == "a"
    assert tree.branch_to(ring, "me") == ["me"]
    assert tree.broken_nodes(ring) == ["a", "b", "c", "me"]


def test_a_sound_tree_has_no_broken_nodes() -> None:
    assert tree.broken_nodes(SMALL) == []
    assert tree.broken_nodes([*SMALL, Node("lost", "gone"), Node("child", "lost")]) == ["lost"]


def test_five_thousand_levels_need_no_recursion() -> None:
    nodes = deep(5_000)
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        assert len(tree.branch_to(nodes, "4999")) == 5_000
        assert tree.latest_leaf_below(nodes, "0") == "4999"
        assert tree.broken_nodes(nodes) == []
    finally:
        sys.setrecursionlimit(before)


def test_a_thousand_siblings_are_one_pass() -> None:
    nodes = [Node("root", NO_PARENT), *(Node(str(n), "root") for n in range(1_000))]
    assert len(tree.siblings(nodes, "500")) == 1_000
    assert tree.latest_leaf_below(nodes, "root") == "999"


@st.composite
def trees(draw: st.DrawFn) -> list[Node]:
    size = draw(st.integers(1, 40))
    parents = [draw(st.integers(-1, n - 1)) for n in range(size)]
    return [Node(str(n), str(p) if p >= 0 else NO_PARENT) for n, p in enumerate(parents)]


@given(trees())
def test_every_branch_is_a_chain_from_a_root(nodes: list[Node]) -> None:
    parents = dict(nodes)
    for node in nodes:
        branch = tree.branch_to(nodes, node.message_id)
        assert branch[-1] == node.message_id
        assert parents[branch[0]] == NO_PARENT
        assert all(parents[child] == parent for parent, child in pairwise(branch))
    assert tree.broken_nodes(nodes) == []


@given(trees())
def test_every_message_is_among_its_siblings_and_above_its_latest_leaf(nodes: list[Node]) -> None:
    children = tree.children_of(nodes)
    for node in nodes:
        assert node.message_id in tree.siblings(nodes, node.message_id)
        leaf = tree.latest_leaf_below(nodes, node.message_id)
        assert leaf not in children
        assert node.message_id in tree.branch_to(nodes, leaf)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdefg"))))
def test_any_rows_at_all_are_walked_to_an_end(rows: list[tuple[str, str]]) -> None:
    nodes = [Node(*row) for row in dict(rows).items()]
    for message_id in "abcdefg":
        tree.branch_to(nodes, message_id)
        tree.latest_leaf_below(nodes, message_id)
    tree.broken_nodes(nodes)
