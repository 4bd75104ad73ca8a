"""Markdown that arrives in pieces: the same blocks for any split, in linear time."""

import gc
import itertools
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from librechat.kernel.markup import (
    BlockDone,
    BlockStream,
    FenceOpened,
    TailGrew,
    Update,
    render,
)
from librechat.kernel.markup.stream import MAX_BLOCK, MAX_LINE

REPLY = r"""# Sorting

Timsort is *stable* and takes $O(n \log n)$; see https://docs.python.org/3/ for more.
A second line.

| Name | Worst |
|:-----|------:|
| Tim  | $n$   |

1. First

   ```python
   x = 1

   y = 2
   ```
2. Second
   - inner
   - [x] done

> quoted
lazily

```python
def f(x: int) -> int:

    return x  # ``` not the end
```
$$
\frac{a}{b}
$$
Title
=====
[ref]: https://example.org

    indented

    code
The [ref] and an ![image](https://example.org/a.png).
***
~~~
open
"""


def updates_of(pieces: Iterable[str]) -> list[Update]:
    stream = BlockStream()
    return [*itertools.chain.from_iterable(stream.feed(p) for p in pieces), *stream.finish()]


def blocks_of(pieces: Iterable[str]) -> list[BlockDone]:
    return [update for update in updates_of(pieces) if isinstance(update, BlockDone)]


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


# --- what is shown while it arrives --------------------------------------------------------


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


# --- the same for any split ----------------------------------------------------------------

FRAGMENTS = [
    *("a", "word ", "\n", "\n\n", "\n", " ", "  ", "    ", "\t", "\r", "\r\n", "- ", "* ", "1. "),
    *(
        "2) ",
        "> ",
        "# ",
        "```",
        "```py\n",
        "~~~\n",
        "$$",
        "$",
        "\\[",
        "\\]",
        "---",
        "===",
        "|a|b|\n",
    ),
    *("|-|-|\n", "[x]: http://a.b\n", "[x]", "![i](http://a.b)", "**", "<br>", "\0", "\ud800", "é"),
]
texts = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join)
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
        "<ol>\n<li>\n<p",
        "<blockquote>",
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


# --- time ----------------------------------------------------------------------------------


@contextmanager
def undisturbed() -> Iterator[None]:
    """Measure the work alone: no coverage tracer, no collector that walks other tests' objects."""
    tracer = sys.gettrace()
    sys.settrace(None)
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        sys.settrace(tracer)


def seconds_for(*texts: str, step: int = 256) -> list[float]:
    """This thread's processor time for each text, the least of three: what else runs only adds."""
    least = [float("inf")] * len(texts)
    for _ in range(3):
        for number, text in enumerate(texts):
            pieces = [text[at : at + step] for at in range(0, len(text), step)]
            with undisturbed():
                start = time.thread_time()
                updates_of(pieces)
                least[number] = min(least[number], time.thread_time() - start)
    return least


def test_a_long_reply_in_small_pieces_takes_a_fraction_of_a_second() -> None:
    reply = (REPLY + "```\n\n") * (48 * 1024 // len(REPLY) + 1)
    (seconds,) = seconds_for(reply[: 48 * 1024], step=24)
    assert seconds < 0.5  # 0.08 where this was written


# How a hostile text of about so many characters is made.
HOSTILE: dict[str, Callable[[int], str]] = {
    "no blanks": lambda size: "x" * size * 20,
    "one line of words": lambda size: "word " * (size * 2),
    "short lines": lambda size: "a\n" * (size // 2),
    "brackets": lambda size: "[" * size,
    "image brackets": lambda size: "![" * (size // 2),
    "half links": lambda size: "[a](b" * (size // 5),
    "stars": lambda size: "*a _b " * (size // 6),
    "ticks": lambda size: "`a``b" * (size // 5),
    "dollars": lambda size: "$a\\(b" * (size // 5),
    "colons": lambda size: ":" * size,
    "bare links": lambda size: "http://" * (size // 2),
    "link parentheses": lambda size: "http://a.b/" + ")" * size * 8,
    "angles": lambda size: "<a " * (size // 2),
    "quotes": lambda size: ">" * size + "a\n" * (size // 20),
    "deep quotes": lambda size: ("> " * 40 + "a\n") * (size // 10),
    "lists in one line": lambda size: "- " * (size * 4),
    "deep lists": lambda size: "".join("  " * (at % 40) + "- a\n" for at in range(size // 8)),
    "items": lambda size: "- [ ] a\n" * (size // 8),
    "open fence": lambda size: "```python\n" + "x = 1\n" * (size // 6),
    "fences in items": lambda size: "- ```\n" * (size // 3),
    "wide table": lambda size: "a|" * size + "\n" + "-|" * size + "\n" + "a\n" * (size // 2),
    "long table": lambda size: "a|b\n-|-\n" + "a|b\n" * (size // 4),
    "definitions": lambda size: "[a]: b\n" * (size // 7),
    "tex": lambda size: "$$\n" + "{" * size + "\n$$\n",
    "carriage returns": lambda size: "\r" * (size * 3),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_linear_time(name: str) -> None:
    small, large = HOSTILE[name](2_000), HOSTILE[name](8_000)
    updates_of([small])  # so that nothing is made for the first time while the clock runs
    quarter, whole = seconds_for(small, large)
    assert whole < max(7 * quarter, 0.02)  # linear: 4 times; quadratic: 16 times


def test_a_megabyte_without_blanks_becomes_blocks_of_bounded_size() -> None:
    blocks = blocks_of(["x" * 1_000_000])
    assert max(len(block.html) for block in blocks) < MAX_BLOCK + MAX_LINE + 100
    assert sum(block.html.count("x") for block in blocks) == 1_000_000


@pytest.mark.slow
def test_a_list_without_end_is_cut_between_lines() -> None:
    blocks = blocks_of(["1. item\n" * 4_200])
    assert len(blocks) == 2
    assert sum(block.html.count("<li>") for block in blocks) == 4_200


def test_code_is_never_cut() -> None:
    code = "y" * 100_000
    (block,) = blocks_of([f"```\n{code}\n```\n"])
    assert code in block.html
