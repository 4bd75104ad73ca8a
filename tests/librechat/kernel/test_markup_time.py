"""Markdown that arrives in pieces: linear time and bounded blocks, whatever it is."""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from librechat.kernel.markup.stream import MAX_BLOCK, MAX_LINE
from tests.librechat.kernel.markup_streams import REPLY, blocks_of, updates_of


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


@pytest.mark.measures
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


@pytest.mark.measures
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
