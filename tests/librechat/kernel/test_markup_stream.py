"""Markdown that arrives in pieces: the same blocks for any split."""

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from librechat.kernel.markup import (
    BlockDone,
    BlockStream,
    FenceOpened,
    TailGrew,
    render,
)
from tests.librechat.kernel.markup_streams import REPLY, blocks_of, texts, updates_of


def shown_after(pieces: Iterable[str]) -> str:
    """What a reader sees of the unfinished block."""
    stream, tail = BlockStream(), ""
    for update in itertools.chain.from_iterable(stream.feed(piece) for piece in pieces):
        if isinstance(update, TailGrew):
            tail += update.text
        else:
            tail = ""
    return tail


def cut(text: str, cuts: list[int]) -> list[str]:
    marks = [0, *sorted(at % (len(text) + 1) for at in cuts), len(text)]
    return [text[start:stop] for start, stop in itertools.pairwise(marks)]


def test_a_paragraph_grows_as_text_and_ends_as_html() -> None:
    stream = BlockStream()
    assert stream.feed("Hel") == [TailGrew("Hel")]
    assert stream.feed("lo\n*you") == [TailGrew("lo\n*you")]
    assert stream.feed("*\n\nNext") == [
        BlockDone("b0", '<div class="block" data-block="b0"><p>Hello\n<em>you</em></p></div>\n'),
        TailGrew("Next"),
    ]
    assert stream.finish() == [
        BlockDone("b1", '<div class="block" data-block="b1"><p>Next</p></div>\n')
    ]
    assert stream.finish() == []


def test_a_fence_opens_its_frame_at_once_and_shows_only_code() -> None:
    stream = BlockStream()
    assert stream.feed("``") == []
    assert stream.feed("`python") == []
    assert stream.feed("\nx = 1") == [FenceOpened("b0", "python"), TailGrew("x = 1")]
    assert stream.feed("\n``") == [TailGrew("\n")]
    (done,) = stream.feed("`\n")
    assert isinstance(done, BlockDone)
    assert done.id == "b0"
    assert 'data-language="python"' in done.html


def test_a_fence_that_comes_whole_is_never_opened() -> None:
    updates = updates_of(["```\nx\n```\n"])
    assert [type(update) for update in updates] == [BlockDone]


def test_marks_that_turn_out_to_be_text_are_shown_after_all() -> None:
    assert shown_after(["~", "~a"]) == "~~a"
    assert shown_after(["```\nx\n", "``", "x"]) == "x\n``x"
    assert shown_after(["`" * 250]) == "`" * 250


def test_a_line_shown_too_early_moves_to_its_own_block() -> None:
    assert shown_after(["text\n", "# He"]) == "text\n# He"
    assert shown_after(["text\n", "- ite", "m"]) == "text\n- item"
    assert shown_after(["text\n", "- ite", "m\nmore"]) == "- item\nmore"


def test_a_definition_that_shows_nothing_still_clears_the_tail() -> None:
    assert updates_of(["[a]: https://b.org\n\n"]) == [BlockDone("b0", "")]


def test_blank_lines_show_nothing() -> None:
    assert updates_of(["\n", "  ", "\n\n"]) == []


cuts = st.lists(st.integers(min_value=0), max_size=10)


@settings(deadline=None)
@given(texts, cuts)
def test_any_split_gives_the_same_blocks_as_the_whole(text: str, cuts: list[int]) -> None:
    blocks = blocks_of(cut(text, cuts))
    assert blocks == blocks_of([text])
    assert "".join(block.html for block in blocks) == render(text)
    assert [block.id for block in blocks] == [f"b{number}" for number in range(len(blocks))]


@settings(max_examples=25, deadline=None)
@given(cuts)
def test_a_real_reply_is_the_same_for_any_split(cuts: list[int]) -> None:
    assert "".join(block.html for block in blocks_of(cut(REPLY, cuts))) == render(REPLY)


def test_a_real_reply_is_the_same_letter_by_letter() -> None:
    assert "".join(block.html for block in blocks_of(REPLY)) == render(REPLY)


@settings(deadline=None)
@given(texts, cuts)
def test_the_tail_is_what_is_left_of_the_text(text: str, cuts: list[int]) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    tail = shown_after(cut(text, cuts)).encode("utf-8", "replace").decode()
    assert tail.strip() in plain.encode("utf-8", "replace").decode()


def test_blocks_end_where_commonmark_ends_them() -> None:
    html = [block.html for block in blocks_of([REPLY])]
    starts = [part.partition(">")[2][:12] for part in html]
    assert starts == [
        "<h1>Sorting<",
        "<p>Timsort i",
        '<div class="',
        '<ol dir="aut',
        "<blockquote ",
        "<figure clas",
        '<div class="',
        "<h1>Title</h",
        "",
        "<figure clas",
        "<p>The <a hr",
        "<hr></div>\n",
        "<figure clas",
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("- a\n\n- b\n\n  c\n\nd", 2),
        ("- a\n* b", 2),
        ("1. a\n2) b", 2),
        ("- a\n- - -\n- b", 3),
        ("- a\nlazy\n\nb", 2),
        ("- a\n> b", 2),
        ("10. a\n\n    b\n\n   c", 2),
        ("-\n  a", 1),
        ("-      code\n\n  a", 1),
        ("-\ta\n\n\tb", 1),
        ("a\n1. b", 2),
        ("a\n2. b", 1),
        ("a\n-", 1),
        ("a\n*", 1),
        ("a\n    b", 1),
        ("> a\n> b\n\n> c", 2),
        ("> a\n# b", 2),
        (">\na", 2),
        ("> a\n>\nb", 2),
        ("-\na", 2),
        ("- a\n-\nb", 2),
        ("    a\n\n    b\nc", 2),
        ("# a\n## b\n#c", 3),
        ("$$\na\n\n$$", 2),
        ("\\[\na\n\\]\nb", 2),
        ("$$a$$ b\nc", 1),
        ("```\na\n    ```\n```", 1),
        ("~~~\n```\n~~~", 1),
        ("``` a`b\nc", 1),
    ],
)
def test_where_blocks_end(text: str, count: int) -> None:
    assert len(blocks_of([text])) == count
