"""A tree in outline."""

import math

from hypothesis import given
from hypothesis import strategies as st

from conversations.queries.outline import Stretch, outline_of
from conversations.tree import NO_PARENT, Node


def nodes(*pairs: str) -> list[Node]:
    """Return nodes from "child<parent"; without a parent it is a root."""
    found = []
    for pair in pairs:
        child, _sign, parent = pair.partition("<")
        found.append(Node(child, parent or NO_PARENT))
    return found


def shape(stretches: list[Stretch]) -> list[tuple[str, int, int]]:
    return [(one.message_id, one.size, one.depth) for one in stretches]


def test_an_empty_tree_has_no_outline() -> None:
    assert outline_of([], "") == []


def test_a_chat_without_forks_is_one_stretch() -> None:
    [one] = outline_of(nodes("a", "b<a", "c<b"), "c")
    assert one == Stretch("a", 3, place=1, versions=1, depth=0, ways=0, is_current=True)


def test_the_current_branch_stands_last_and_goes_straight_on() -> None:
    tree = nodes("a", "b<a", "c<a", "d<b", "e<c", "f<c")
    found = outline_of(tree, "d")
    assert shape(found) == [("a", 1, 0), ("c", 1, 1), ("e", 1, 2), ("f", 1, 1), ("b", 2, 0)]
    assert [one.is_current for one in found] == [True, False, False, False, True]
    assert [(one.place, one.versions) for one in found] == [(1, 1), (2, 2), (1, 2), (2, 2), (1, 2)]
    assert [one.ways for one in found] == [2, 2, 0, 0, 0]


def test_several_first_messages_are_versions_of_one_another() -> None:
    found = outline_of(nodes("a", "b"), "b")
    assert shape(found) == [("a", 1, 1), ("b", 1, 0)]
    assert [one.versions for one in found] == [2, 2]


def test_off_the_current_branch_the_larger_part_goes_straight_on() -> None:
    tree = nodes("a", "b", "c<a", "d<a", "e<c", "f<e")
    assert shape(outline_of(tree, "b")) == [("a", 1, 1), ("d", 1, 2), ("c", 3, 1), ("b", 1, 0)]


def test_broken_trees_end() -> None:
    assert outline_of(nodes("a<b", "b<a"), "a") == []
    assert shape(outline_of(nodes("a<gone", "b<a"), "b")) == [("a", 2, 0)]


def test_ten_thousand_forks_in_a_row_stay_flat() -> None:
    tree, parent = [], NO_PARENT
    for turn in range(5_000):
        tree += [
            Node(f"q{turn}", parent),
            Node(f"w{turn}", f"q{turn}"),
            Node(f"a{turn}", f"q{turn}"),
        ]
        parent = f"a{turn}"
    found = outline_of(tree, parent)
    assert len(found) == 10_001
    assert max(one.depth for one in found) == 1
    assert found[-1].message_id == parent


@given(st.lists(st.integers(min_value=-1), max_size=60), st.integers(min_value=0))
def test_every_message_is_counted_once_and_no_depth_passes_the_logarithm(
    picks: list[int],
    leaf: int,
) -> None:
    tree = [
        Node(str(place), NO_PARENT if pick < 0 or place == 0 else str(pick % place))
        for place, pick in enumerate(picks)
    ]
    found = outline_of(tree, str(leaf % len(tree)) if tree else "")
    assert sum(one.size for one in found) == len(tree)
    assert len({one.message_id for one in found}) == len(found)
    most = 1 + math.log2(len(tree)) if tree else 0
    assert all(one.depth <= most for one in found)
