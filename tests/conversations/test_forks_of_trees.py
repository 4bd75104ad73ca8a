"""Which messages a fork takes along, and what tree they make."""

import sys
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from conversations import tree
from conversations.tree import NO_PARENT, Node

#  a ── b ── d ── f
#  │    └─── e
#  └─── c ── g
#  h ── i
TREE = [
    Node("a", NO_PARENT),
    Node("b", "a"),
    Node("c", "a"),
    Node("d", "b"),
    Node("e", "b"),
    Node("g", "c"),
    Node("f", "d"),
    Node("h", NO_PARENT),
    Node("i", "h"),
]


def test_levels_count_the_steps_below_a_root() -> None:
    assert tree.levels_of(TREE) == {
        "a": 0,
        "h": 0,
        "b": 1,
        "c": 1,
        "i": 1,
        "d": 2,
        "e": 2,
        "g": 2,
        "f": 3,
    }


def test_branches_along_the_way_come_with_it() -> None:
    assert tree.with_branches(TREE, "d") == {"a", "h", "b", "c", "d", "e"}
    assert tree.with_branches(TREE, "a") == {"a", "h"}
    assert tree.with_branches(TREE, "unknown") == set()


def test_a_level_takes_every_branch_down_to_it() -> None:
    assert tree.down_to_level(TREE, "b") == {"a", "h", "b", "c", "i"}
    assert tree.down_to_level(TREE, "g") == {one.message_id for one in TREE} - {"f"}
    assert tree.down_to_level(TREE, "unknown") == set()


def test_a_split_makes_the_targets_level_the_roots() -> None:
    assert tree.split_at(TREE, "d") == [
        Node("d", NO_PARENT),
        Node("e", NO_PARENT),
        Node("g", NO_PARENT),
        Node("f", "d"),
    ]
    assert tree.split_at(TREE, "unknown") == []


def test_what_is_planted_has_parents_first_and_loses_those_left_behind() -> None:
    mixed = [Node("c", "b"), Node("b", "a"), Node("a", NO_PARENT), Node("x", "gone")]
    assert tree.planted(mixed, ["c", "b", "x"]) == [
        Node("b", NO_PARENT),
        Node("x", NO_PARENT),
        Node("c", "b"),
    ]


def test_a_cycle_is_opened_when_it_is_planted() -> None:
    loop = [Node("a", "b"), Node("b", "a"), Node("c", NO_PARENT)]
    planted = tree.planted(loop, ["a", "b", "c"])
    assert planted == [Node("c", NO_PARENT), Node("a", NO_PARENT), Node("b", "a")]
    assert tree.broken_nodes(planted) == []
    assert tree.with_branches(loop, "a") == {"a", "b"}
    assert tree.down_to_level(loop, "a") == set()


def test_ten_thousand_levels_need_no_recursion() -> None:
    depth = 10_000
    assert depth > sys.getrecursionlimit()
    chain = [Node("0", NO_PARENT), *(Node(str(n), str(n - 1)) for n in range(1, depth))]
    last = str(depth - 1)
    assert len(tree.with_branches(chain, last)) == depth
    assert len(tree.down_to_level(chain, last)) == depth
    assert tree.split_at(chain, "9000") == [Node("9000", NO_PARENT), *chain[9001:]]
    assert tree.planted(chain, [one.message_id for one in chain]) == chain


ROWS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh0")),
    max_size=8,
    unique_by=lambda row: row[0],
)


@given(rows=ROWS, kept=st.sets(st.sampled_from("abcdefgh")))
def test_any_rows_at_all_are_planted_as_a_sound_tree(
    rows: list[tuple[str, str]],
    kept: set[str],
) -> None:
    nodes = [Node(one, NO_PARENT if parent == "0" else parent) for one, parent in rows]
    planted = tree.planted(nodes, kept)
    assert {one.message_id for one in planted} == kept & {one.message_id for one in nodes}
    assert tree.broken_nodes(planted) == []
    placed = [NO_PARENT, *(one.message_id for one in planted)]
    for number, one in enumerate(planted):
        assert one.parent_message_id in placed[: number + 1]


@given(rows=ROWS, target=st.sampled_from("abcdefgh"))
def test_more_comes_along_with_each_option(rows: list[tuple[str, str]], target: str) -> None:
    nodes = [Node(one, NO_PARENT if parent == "0" else parent) for one, parent in rows]
    if tree.broken_nodes(nodes) or target not in dict(nodes):
        return
    takes = [
        set(tree.branch_to(nodes, target)),
        tree.with_branches(nodes, target),
        tree.down_to_level(nodes, target),
    ]
    for fewer, more in pairwise(takes):
        assert fewer <= more
    assert target in takes[0]
